package photo

import (
	"image"
	"image/color"

	"github.com/disintegration/imaging"
)

// Rule is how a model wants its pictures: made a square, scaled to numbers.
type Rule struct {
	fit     fit
	filter  imaging.ResampleFilter
	resized int // pixels of the side, the shorter one with fitShortest, before the crop
	size    int // pixels of the square's side
	ground  color.NRGBA
	scale   [3]float32 // of a pixel's 0 to 255
	offset  [3]float32
}

// fit is how a picture of any shape becomes a square.
type fit int

const (
	fitSquash   fit = iota // both sides resized to the square's, as SigLIP does
	fitShortest            // the shorter side resized, and the middle taken, as CLIP does
	fitPad                 // laid in the middle of a square of the ground's colour, as Vitrine's own model does
)

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

// maxCanvas bounds the square that a picture is laid on, and what resizing needs on its way: a strip of 40
// megapixels, one pixel high, would otherwise ask for one of 1.6 · 10¹⁵. What is larger is shrunk before, which
// no photo of usual shape needs.
const maxCanvas = 6400

// maxAspect bounds the picture whose shorter side is resized; what is longer loses its ends before, which the
// crop would take anyway.
const maxAspect = 8

func (r *Rule) square(picture image.Image) *image.NRGBA {
	if size := picture.Bounds().Size(); max(size.X, size.Y) > maxCanvas {
		picture = imaging.Fit(picture, maxCanvas, maxCanvas, imaging.Box)
	}
	size := picture.Bounds().Size()
	switch r.fit {
	case fitPad:
		side := max(size.X, size.Y)
		picture = r.lay(picture, image.Pt(side, side))
	case fitShortest:
		short := min(size.X, size.Y)
		if max(size.X, size.Y) > maxAspect*short {
			picture = imaging.CropCenter(picture, min(size.X, maxAspect*short), min(size.Y, maxAspect*short))
			size = picture.Bounds().Size()
		}
		picture = r.lay(picture, size)
		resized := imaging.Resize(picture, r.resized*size.X/short, r.resized*size.Y/short, r.filter)
		return r.middle(resized)
	default:
		picture = r.lay(picture, size)
	}
	return r.middle(imaging.Resize(picture, r.resized, r.resized, r.filter))
}

// lay puts the picture in the middle of a canvas of the ground's colour, which shows through it. A picture that
// fills the canvas and hides it is returned as it is.
func (r *Rule) lay(picture image.Image, canvas image.Point) image.Image {
	size := picture.Bounds().Size()
	whole := opaque(picture)
	if whole && size == canvas {
		return picture
	}
	at := canvas.Sub(size).Div(2)
	ground := imaging.New(canvas.X, canvas.Y, r.ground)
	if whole {
		return imaging.Paste(ground, picture, at)
	}
	return imaging.Overlay(ground, picture, at, 1)
}

// middle cuts the square out of a picture that is at least as large.
func (r *Rule) middle(picture *image.NRGBA) *image.NRGBA {
	size := picture.Bounds().Size()
	if size == image.Pt(r.size, r.size) {
		return picture
	}
	at := size.Sub(image.Pt(r.size, r.size)).Div(2)
	return imaging.Crop(picture, image.Rectangle{Min: at, Max: at.Add(image.Pt(r.size, r.size))})
}

func opaque(picture image.Image) bool {
	known, ok := picture.(interface{ Opaque() bool })
	return ok && known.Opaque()
}
