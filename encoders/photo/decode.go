package photo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the formats that image.Decode knows; imaging adds TIFF and BMP, which checkFormat refuses
	_ "image/jpeg"
	_ "image/png"
	"io"
	"runtime"

	"github.com/disintegration/imaging"
	_ "golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"
)

// The largest photo that is decoded.
const (
	MaxBytes  = 10 << 20   // encoded
	MaxPixels = 40_000_000 // width times height
)

// ErrPhoto is wrapped by every reason why a photo cannot be used: too large, too many pixels, a format that
// is not taken, damaged.
var ErrPhoto = errors.New("photo cannot be used")

// decoding bounds memory: one photo of 40 megapixels can take half a gigabyte while it is decoded.
var decoding = semaphore.NewWeighted(int64(runtime.NumCPU()))

// Decode returns the picture, upright as its EXIF orientation says, and of it the part within crop: pixels
// of the upright picture; empty = all. Errors wrap ErrPhoto, except that of the context.
func Decode(ctx context.Context, photo []byte, crop image.Rectangle) (image.Image, error) {
	if err := checkHeader(photo); err != nil {
		return nil, err
	}
	if err := decoding.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer decoding.Release(1)

	upright, err := imaging.Decode(stoppable{ctx, bytes.NewReader(photo)}, imaging.AutoOrientation(true))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: it is damaged or cut off: %w", ErrPhoto, err)
	}
	upright = asLibjpeg(upright)
	if crop.Empty() {
		return upright, nil
	}
	part := crop.Add(upright.Bounds().Min).Intersect(upright.Bounds())
	if part.Empty() {
		return nil, fmt.Errorf("%w: the crop %v lies outside its %d × %d pixels", ErrPhoto, crop, upright.Bounds().Dx(), upright.Bounds().Dy())
	}
	return imaging.Crop(upright, part), nil
}

// checkHeader reads the format and the size of the picture and nothing else.
func checkHeader(photo []byte) error {
	if len(photo) > MaxBytes {
		return fmt.Errorf("%w: it has %.1f MB, the limit is %d: make it smaller", ErrPhoto, float64(len(photo))/(1<<20), MaxBytes>>20)
	}
	if err := checkFormat(photo); err != nil {
		return err
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(photo))
	if errors.Is(err, image.ErrFormat) {
		return fmt.Errorf("%w: it is not JPEG, PNG, GIF or WebP", ErrPhoto)
	}
	if err != nil {
		return fmt.Errorf("%w: its header is damaged or cut off: %w", ErrPhoto, err)
	}
	if config.Width < 1 || config.Height < 1 {
		return fmt.Errorf("%w: it is %d × %d pixels", ErrPhoto, config.Width, config.Height)
	}
	if pixels := int64(config.Width) * int64(config.Height); pixels > MaxPixels {
		return fmt.Errorf("%w: it has %.0f megapixels, the limit is %d: make it smaller", ErrPhoto, float64(pixels)/1e6, MaxPixels/1_000_000)
	}
	return nil
}

// signatures are the first bytes of the formats that imaging registers and that are not taken: their
// decoders are never given a stranger's bytes.
var signatures = map[string][]string{"TIFF": {"II*\x00", "MM\x00*"}, "BMP": {"BM"}}

// checkFormat refuses those formats by their first bytes.
func checkFormat(photo []byte) error {
	for format, starts := range signatures {
		for _, start := range starts {
			if bytes.HasPrefix(photo, []byte(start)) {
				return fmt.Errorf("%w: %s is not taken: save it as JPEG, PNG, GIF or WebP", ErrPhoto, format)
			}
		}
	}
	return nil
}

// stoppable ends a decoding when its context ends.
type stoppable struct {
	ctx  context.Context
	from io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.from.Read(p)
}
