package sample

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"vitrine/catalog"
)

// revision is part of the stamp; raise it whenever drawings or words change, so that folders that an
// older program filled are drawn again.
const revision = 2

const (
	feedName  = "feed.jsonl"
	stampName = "complete.json"
	imageDir  = "images"
	quality   = 88 // of the JPEG files
)

// Options says what is drawn; the zero value is the demo's shop.
type Options struct {
	Seed     uint64                // 0 = 1
	PerKind  int                   // products of every kind, 0 = 14
	Size     int                   // edge of the square photos in pixels, 16 to 4096, 0 = 320
	Progress func(done, total int) // called now and then, by one goroutine at a time; may be nil
}

// WithDefaults returns a copy in which what is zero has its default.
func (o Options) WithDefaults() Options {
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.PerKind == 0 {
		o.PerKind = 14
	}
	if o.Size == 0 {
		o.Size = 320
	}
	return o
}

// stamp is what the last file to be written says about the others.
type stamp struct {
	Revision int    `json:"revision"`
	Seed     uint64 `json:"seed"`
	PerKind  int    `json:"per_kind"`
	Size     int    `json:"size"`
	Products int    `json:"products"`
}

// Generate fills dir with feed.jsonl and images/ and returns the path of the feed. A folder that is
// complete for the same options is left as it is; one that an interrupted run left behind is drawn
// again. Files of other names are not touched. It ends early with ctx's error.
func Generate(ctx context.Context, dir string, options Options) (feedPath string, err error) {
	options = options.WithDefaults()
	if options.PerKind < 1 || options.PerKind > 999 || options.Size < 16 || options.Size > 4096 {
		return "", fmt.Errorf("draw sample catalogue: %d products a kind of %d pixels: ask for 1 to 999 of 16 to 4096 pixels", options.PerKind, options.Size)
	}
	items := plan(options)
	want := stamp{Revision: revision, Seed: options.Seed, PerKind: options.PerKind, Size: options.Size, Products: len(items)}
	feedPath = filepath.Join(dir, feedName)
	if complete(dir, want, items) {
		return feedPath, nil
	}
	if err := fill(ctx, dir, want, items, options.Progress); err != nil {
		return "", fmt.Errorf("draw sample catalogue in %s: %w", dir, err)
	}
	return feedPath, nil
}

// fill writes the photos, then the feed, then the stamp that vouches for both.
func fill(ctx context.Context, dir string, want stamp, items []item, progress func(done, total int)) error {
	if err := os.MkdirAll(filepath.Join(dir, imageDir), 0o755); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, stampName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := drawAll(ctx, dir, want.Size, items, progress); err != nil {
		return err
	}
	var feed bytes.Buffer
	lines := json.NewEncoder(&feed)
	lines.SetEscapeHTML(false)
	for _, it := range items {
		if err := lines.Encode(it.product); err != nil {
			return err
		}
	}
	if err := replaceFile(filepath.Join(dir, feedName), feed.Bytes()); err != nil {
		return err
	}
	data, err := json.Marshal(want)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, stampName), append(data, '\n'))
}

// drawAll shares the items among the cores. Which core draws an item does not change its bytes, since
// every item brings its own random source.
func drawAll(ctx context.Context, dir string, size int, items []item, progress func(done, total int)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	var done atomic.Int64
	var reporting atomic.Bool
	for _, it := range items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := drawPhoto(dir, size, it); err != nil {
				return err
			}
			count := int(done.Add(1))
			// A core that finds another one reporting goes on drawing instead of waiting.
			if progress != nil && count < len(items) && reporting.CompareAndSwap(false, true) {
				progress(count, len(items))
				reporting.Store(false)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil && int(done.Load()) < len(items) {
		return err
	}
	if progress != nil {
		progress(len(items), len(items))
	}
	return nil
}

func drawPhoto(dir string, size int, it item) error {
	c := newCanvas(size)
	it.kind.draw(c, it.look)
	var data bytes.Buffer
	if err := jpeg.Encode(&data, c.picture, &jpeg.Options{Quality: quality}); err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, filepath.FromSlash(it.product.Photos[0].Ref)), data.Bytes())
}

// complete reports whether dir holds what want says, photo by photo.
func complete(dir string, want stamp, items []item) bool {
	data, err := os.ReadFile(filepath.Join(dir, stampName))
	if err != nil {
		return false
	}
	var found stamp
	if json.Unmarshal(data, &found) != nil || found != want {
		return false
	}
	if !present(filepath.Join(dir, feedName)) {
		return false
	}
	for _, it := range items {
		if !present(filepath.Join(dir, filepath.FromSlash(it.product.Photos[0].Ref))) {
			return false
		}
	}
	return true
}

func present(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// replaceFile writes a file under a temporary name and renames it, so that nobody sees half of it.
func replaceFile(path string, data []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, data, 0o644); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// item is one product with everything that is needed to draw it.
type item struct {
	kind    kind
	product catalog.Product
	look    look
}
