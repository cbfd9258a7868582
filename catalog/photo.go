package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// MaxPhotoBytes is the size of the largest encoded photo that is read.
const MaxPhotoBytes = 10 << 20

// ErrNoPhoto is wrapped by every reason why a photo could not be read.
var ErrNoPhoto = errors.New("no usable photo")

// Remote reports whether the photo lies behind an http(s) URL and not in a folder.
func (p Photo) Remote() bool {
	ref := strings.ToLower(p.Ref)
	return strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://")
}

// ReadPhoto returns the encoded bytes, 1 to MaxPhotoBytes of them, of a photo that lies below p.Root.
// A path that leaves Root, also through a symbolic link, is refused; so is everything but a regular
// file. Remote photos are refused too: who indexes fetches them. Errors wrap ErrNoPhoto.
func ReadPhoto(ctx context.Context, p Photo) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	root, err := openRoot(p)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return readBelow(root, p)
}

// CheckPhoto says why a photo below p.Root could not be read, without reading it. Errors wrap ErrNoPhoto.
func CheckPhoto(p Photo) error {
	root, err := openRoot(p)
	if err != nil {
		return err
	}
	defer root.Close()
	return checkBelow(root, p)
}

// openRoot opens the folder of a photo whose path is one below it.
func openRoot(p Photo) (*os.Root, error) {
	switch {
	case p.Remote():
		return nil, fmt.Errorf("%w: %s is a URL and not a file", ErrNoPhoto, p.Ref)
	case p.Ref == "" || p.Root == "":
		return nil, fmt.Errorf("%w: the photo %q has no path or no folder", ErrNoPhoto, p.Ref)
	case path.IsAbs(p.Ref):
		return nil, fmt.Errorf("%w: %s is an absolute path: give paths below %s, or choose another folder with --images", ErrNoPhoto, p.Ref, p.Root)
	}
	root, err := os.OpenRoot(p.Root)
	if err != nil {
		return nil, fmt.Errorf("%w: the folder of photos cannot be opened: %w", ErrNoPhoto, err)
	}
	return root, nil
}

func readBelow(root *os.Root, p Photo) ([]byte, error) {
	// Asked before opening, because opening a named pipe would wait for its writer.
	if err := checkBelow(root, p); err != nil {
		return nil, err
	}
	file, err := root.Open(p.Ref)
	if err != nil {
		return nil, fmt.Errorf("%w: %s cannot be read below %s: %w", ErrNoPhoto, p.Ref, p.Root, err)
	}
	defer file.Close()

	data, err := io.ReadAll(io.LimitReader(file, MaxPhotoBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: read %s: %w", ErrNoPhoto, p.Ref, err)
	case len(data) == 0:
		return nil, empty(p)
	case len(data) > MaxPhotoBytes:
		return nil, tooLarge(p)
	}
	return data, nil
}

// checkBelow looks at the file without opening it.
func checkBelow(root *os.Root, p Photo) error {
	info, err := root.Stat(p.Ref)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s is not in %s", ErrNoPhoto, p.Ref, p.Root)
	case err != nil:
		return fmt.Errorf("%w: %s cannot be read below %s: %w", ErrNoPhoto, p.Ref, p.Root, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: %s in %s is not a regular file", ErrNoPhoto, p.Ref, p.Root)
	case info.Size() == 0:
		return empty(p)
	case info.Size() > MaxPhotoBytes:
		return tooLarge(p)
	}
	return nil
}

func empty(p Photo) error {
	return fmt.Errorf("%w: %s in %s is an empty file", ErrNoPhoto, p.Ref, p.Root)
}

func tooLarge(p Photo) error {
	return fmt.Errorf("%w: %s in %s is larger than %d MB: make it smaller", ErrNoPhoto, p.Ref, p.Root, MaxPhotoBytes>>20)
}
