package fetch

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	cacheVersion      = 1
	maxHeaderBytes    = 16 << 10
	maxValidatorBytes = 1 << 10
	abandonedAfter    = time.Hour // a file that is being written is done long before
	temporarySuffix   = ".tmp"
)

// cache keeps photos in files (FORMAT.md). It may lose any of them: what is not there is fetched again, so that
// errors of writing are nobody's concern. It is safe for concurrent use, also by several processes.
type cache struct {
	dir   string // "" = nothing is kept
	limit int64
	now   func() time.Time

	mu     sync.Mutex
	recent *simplelru.LRU[string, int64] // size by path, of all files; nil until something is put
	held   int64
}

// entry is a file of the cache.
type entry struct {
	Version  int    `json:"version"`
	URL      string `json:"url"`
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"last_modified,omitempty"`
	SHA256   string `json:"sha256"` // of the photo

	path    string
	begin   int       // of the photo in the file
	checked time.Time // when the server gave it, or said that it has not changed
}

func (c *cache) path(url string) string {
	sum := sha256.Sum256([]byte(url))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(c.dir, name[:2], name[2:])
}

// find returns the entry of a URL; nil when there is none that can be read.
func (c *cache) find(url string) *entry {
	if c.dir == "" {
		return nil
	}
	e := &entry{path: c.path(url)}
	file, err := os.Open(e.path)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	header, err := bufio.NewReaderSize(file, maxHeaderBytes).ReadSlice('\n')
	if err != nil || json.Unmarshal(header, e) != nil || e.Version != cacheVersion || e.URL != url {
		return nil
	}
	e.begin, e.checked = len(header), info.ModTime()
	return e
}

// read returns the photo of an entry; nil, and the file is gone, when it is not what was written.
func (c *cache) read(e *entry) []byte {
	data, err := os.ReadFile(e.path)
	if err == nil && len(data) >= e.begin {
		sum := sha256.Sum256(data[e.begin:])
		if hex.EncodeToString(sum[:]) == e.SHA256 {
			return data[e.begin:]
		}
	}
	_ = os.Remove(e.path)
	return nil
}

// confirm takes note that a photo has not changed.
func (c *cache) confirm(e *entry) {
	_ = os.Chtimes(e.path, time.Time{}, c.now())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.recent != nil {
		c.recent.Get(e.path)
	}
}

// put keeps a photo, and removes those that were asked for longest ago when there is too much.
func (c *cache) put(url string, a *answer) {
	if c.dir == "" || len(url) > maxHeaderBytes/4 {
		return
	}
	sum := sha256.Sum256(a.photo)
	e := entry{Version: cacheVersion, URL: url, SHA256: hex.EncodeToString(sum[:])}
	if len(a.etag)+len(a.modified) <= maxValidatorBytes {
		e.ETag, e.Modified = a.etag, a.modified
	}
	header, err := json.Marshal(e)
	if err != nil {
		return
	}
	path := c.path(url)
	data := bytes.Join([][]byte{header, []byte("\n"), a.photo}, nil)
	if c.write(path, data) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count()
	if size, ok := c.recent.Peek(path); ok {
		c.held -= size
	}
	c.recent.Add(path, int64(len(data)))
	for c.held += int64(len(data)); c.held > c.limit; {
		oldest, size, _ := c.recent.RemoveOldest()
		_ = os.Remove(oldest)
		c.held -= size
	}
}

// write makes a file whole or not at all. It is not brought to the disk: what a power failure spoils is noticed.
func (c *cache) write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "*"+temporarySuffix)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Chtimes(file.Name(), time.Time{}, c.now())
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// count takes stock of the files that are there, the ones asked for longest ago first, when it is first called.
func (c *cache) count() {
	if c.recent != nil {
		return
	}
	c.recent, _ = simplelru.NewLRU[string, int64](math.MaxInt, nil) // any size above zero is fine
	type file struct {
		path string
		info fs.FileInfo
	}
	var files []file
	_ = filepath.WalkDir(c.dir, func(path string, at fs.DirEntry, err error) error {
		if err != nil || at.IsDir() {
			return nil
		}
		info, err := at.Info()
		switch {
		case err != nil:
		case !strings.HasSuffix(path, temporarySuffix):
			files = append(files, file{path, info})
		case time.Since(info.ModTime()) > abandonedAfter:
			_ = os.Remove(path)
		}
		return nil
	})
	slices.SortFunc(files, func(a, b file) int { return a.info.ModTime().Compare(b.info.ModTime()) })
	for _, f := range files {
		c.recent.Add(f.path, f.info.Size())
		c.held += f.info.Size()
	}
}
