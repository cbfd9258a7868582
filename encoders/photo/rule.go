package photo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"

	"github.com/disintegration/imaging"
)

// Rule is how a model wants its pictures: laid in the middle of a square, resized, scaled to numbers.
type Rule struct {
	size   int // pixels of the square's side
	ground color.NRGBA
	scale  [3]float32 // of a pixel's 0 to 255
	offset [3]float32
}

// config is preprocessor_config.json as Hugging Face's image processors write it. Fields that are not here
// are refused, so that none is silently ignored.
type config struct {
	ConvertRGB         bool      `json:"do_convert_rgb"`
	Pad                bool      `json:"do_pad"`
	PadColor           []uint8   `json:"pad_color"`
	Resize             bool      `json:"do_resize"`
	Size               extent    `json:"size"`
	Resample           int       `json:"resample"`
	CenterCrop         bool      `json:"do_center_crop"`
	CropSize           extent    `json:"crop_size"`
	Rescale            bool      `json:"do_rescale"`
	RescaleFactor      float64   `json:"rescale_factor"`
	Normalize          bool      `json:"do_normalize"`
	ImageMean          []float64 `json:"image_mean"`
	ImageStd           []float64 `json:"image_std"`
	ImageProcessorType string    `json:"image_processor_type"`
}

type extent struct {
	Height int `json:"height"`
	Width  int `json:"width"`
}

// bicubic is Pillow's number for that filter, with a = −0.5.
const bicubic = 3

// maxSize bounds the tensor of one picture.
const maxSize = 1024

// ParseRule reads a preprocessor_config.json. Its error names the setting that is not supported.
func ParseRule(data []byte) (*Rule, error) {
	var c config
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return nil, fmt.Errorf("preprocessor_config.json: %w", err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("preprocessor_config.json: %w", err)
	}
	r := &Rule{size: c.Size.Width, ground: color.NRGBA{c.PadColor[0], c.PadColor[1], c.PadColor[2], 255}}
	for i := range 3 {
		mean, std := 0.0, 1.0
		if c.Normalize {
			mean, std = c.ImageMean[i], c.ImageStd[i]
		}
		factor := 1.0
		if c.Rescale {
			factor = c.RescaleFactor
		}
		r.scale[i], r.offset[i] = float32(factor/std), float32(-mean/std)
	}
	return r, nil
}

func (c config) check() error {
	switch {
	case !c.Pad || len(c.PadColor) != 3:
		return errors.New("only do_pad with a pad_color of three numbers is supported")
	case !c.Resize || c.Size.Width != c.Size.Height || c.Size.Width < 1 || c.Size.Width > maxSize:
		return fmt.Errorf("only do_resize to a square of 1 to %d pixels is supported, not %d × %d", maxSize, c.Size.Width, c.Size.Height)
	case c.Resample != bicubic:
		return fmt.Errorf("resample %d is not supported, only %d (bicubic)", c.Resample, bicubic)
	case c.CenterCrop:
		return errors.New("do_center_crop is not supported")
	case c.Rescale && c.RescaleFactor <= 0:
		return fmt.Errorf("rescale_factor is %g", c.RescaleFactor)
	case c.Normalize && (len(c.ImageMean) != 3 || len(c.ImageStd) != 3):
		return errors.New("image_mean and image_std need three numbers")
	}
	for _, std := range c.ImageStd {
		if std <= 0 {
			return fmt.Errorf("image_std is %v", c.ImageStd)
		}
	}
	return nil
}

// Size is the side of the square in pixels; a tensor has 3 · Size · Size numbers.
func (r *Rule) Size() int { return r.size }

// Tensor writes the picture into out, which has 3 · Size · Size numbers: all of red, then green, then blue,
// each row by row from the top.
func (r *Rule) Tensor(picture image.Image, out []float32) {
	square := r.square(picture)
	plane := r.size * r.size
	for y := range r.size {
		row := square.Pix[y*square.Stride:]
		for x := range r.size {
			for c := range 3 {
				out[c*plane+y*r.size+x] = float32(row[4*x+c])*r.scale[c] + r.offset[c]
			}
		}
	}
}

// maxCanvas bounds the square that a picture is laid on: a strip of 40 megapixels, one pixel high, would
// otherwise ask for one of 1.6 · 10¹⁵. What is larger is shrunk before, which no photo of usual shape needs.
const maxCanvas = 6400

// square lays the picture in the middle of a square of the ground's colour and resizes that to r.size.
// CatmullRom is the bicubic filter with a = −0.5, and imaging widens it when shrinking, as Pillow does.
func (r *Rule) square(picture image.Image) *image.NRGBA {
	if size := picture.Bounds().Size(); max(size.X, size.Y) > maxCanvas {
		picture = imaging.Fit(picture, maxCanvas, maxCanvas, imaging.Box)
	}
	size := picture.Bounds().Size()
	side := max(size.X, size.Y)
	canvas := imaging.New(side, side, r.ground)
	at := image.Pt((side-size.X)/2, (side-size.Y)/2)
	if opaque(picture) {
		canvas = imaging.Paste(canvas, picture, at)
	} else {
		canvas = imaging.Overlay(canvas, picture, at, 1)
	}
	return imaging.Resize(canvas, r.size, r.size, imaging.CatmullRom)
}

func opaque(picture image.Image) bool {
	known, ok := picture.(interface{ Opaque() bool })
	return ok && known.Opaque()
}
