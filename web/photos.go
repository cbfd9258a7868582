package web

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"net/http"
	"slices"
	"sync"
)

// imageTypes are the kinds of photos that the encoders read.
var imageTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

// sniffPhoto returns the media type of an encoded photo by its first bytes, whatever its name or its
// sender says. The error wraps errPhotoKind.
func sniffPhoto(data []byte) (string, error) {
	kind := http.DetectContentType(data)
	if !slices.Contains(imageTypes, kind) {
		return "", fmt.Errorf("%w: this looks like %s", errPhotoKind, kind)
	}
	return kind, nil
}

// photoShelf keeps uploaded photos under the hash of their bytes, at most limit bytes of them; the
// one that was not used for longest goes first. It is safe for concurrent use.
type photoShelf struct {
	limit int

	mu     sync.Mutex
	held   int // bytes
	recent *list.List
	byHash map[string]*list.Element // of shelved
}

type shelved struct {
	hash string
	data []byte
	size image.Point // as it is seen, in pixels; zero = not known
}

func newPhotoShelf(limit int) *photoShelf {
	return &photoShelf{limit: limit, recent: list.New(), byHash: map[string]*list.Element{}}
}

// put keeps data, which must not change afterwards, with the size of the photo, and returns its hash. A photo
// larger than the whole shelf is not kept.
func (s *photoShelf) put(data []byte, size image.Point) (hash string) {
	sum := sha256.Sum256(data)
	hash = hex.EncodeToString(sum[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.byHash[hash]; ok {
		s.recent.MoveToFront(at)
		return hash
	}
	s.byHash[hash] = s.recent.PushFront(shelved{hash, data, size})
	s.held += len(data)
	for s.held > s.limit {
		oldest := s.recent.Remove(s.recent.Back()).(shelved)
		delete(s.byHash, oldest.hash)
		s.held -= len(oldest.data)
	}
	return hash
}

// sizeOf returns the size of the photo of hash as it is seen, in pixels; zero when that is not known.
func (s *photoShelf) sizeOf(hash string) image.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.byHash[hash]; ok {
		return at.Value.(shelved).size
	}
	return image.Point{}
}

// get returns the photo of hash, which the caller must not change, or errPhotoGone.
func (s *photoShelf) get(hash string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.byHash[hash]
	if !ok {
		return nil, errPhotoGone
	}
	s.recent.MoveToFront(at)
	return at.Value.(shelved).data, nil
}
