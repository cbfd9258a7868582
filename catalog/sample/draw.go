package sample

import (
	"image"
	"math"

	"github.com/fogleman/gg"
)

// canvas is one picture on a white ground. Shapes are rasterised by gg into masks; a mask is then
// laid onto the picture with a paint and a relief, lit from the upper left. For one goroutine.
type canvas struct {
	picture *image.RGBA
	scratch *gg.Context // empty between two calls of rasterise
	px      float64     // pixels per drawing unit
	clip    *mask       // nil: the whole picture
}

// mask is coverage, 0 to 1, row by row, of a box of pixels within the picture.
type mask struct {
	x, y, w, h int
	cover      []float32
}

// finish says how a surface takes the light.
type finish struct {
	relief float64 // width of the rounded edge in drawing units; 0 = flat
	gloss  float64 // strength of the highlight, 0 to 1
	alpha  float64 // opacity, 0 to 1
}

var (
	matt   = finish{relief: 5, gloss: 0.05, alpha: 1}
	soft   = finish{relief: 8, gloss: 0, alpha: 1}
	satin  = finish{relief: 5, gloss: 0.35, alpha: 1}
	glossy = finish{relief: 6, gloss: 0.8, alpha: 1}
	thin   = finish{relief: 1.6, gloss: 0.15, alpha: 1}
)

// light is the direction to the lamp and half the direction between lamp and eye, both of length 1.
var light, half = [3]float64{-0.45, -0.6, 0.6614}, [3]float64{-0.2469, -0.3292, 0.9114}

func newCanvas(size int) *canvas {
	c := &canvas{picture: image.NewRGBA(image.Rect(0, 0, size, size)), scratch: gg.NewContext(size, size), px: float64(size) / 100}
	for i := range c.picture.Pix {
		c.picture.Pix[i] = 255
	}
	c.scratch.SetRGBA(1, 1, 1, 1)
	c.scratch.SetLineCapRound()
	c.scratch.SetLineJoinRound()
	return c
}

// body fills p as a solid part.
func (c *canvas) body(p path, colour paint, f finish) { c.lay(c.rasterise(p, 0), colour, f) }

// tube strokes p as a round bar, strap or cord of a width in drawing units.
func (c *canvas) tube(p path, width float64, colour paint, f finish) {
	f.relief = min(f.relief, width*0.6)
	c.lay(c.rasterise(p, width), colour, f)
}

// ink strokes p as a thin mark: a seam, a fold, a line of a drawing.
func (c *canvas) ink(p path, width float64, colour rgb, alpha float64) {
	c.lay(c.rasterise(p, width), plain(colour), finish{alpha: alpha})
}

// tint fills p with a flat translucent colour.
func (c *canvas) tint(p path, colour rgb, alpha float64) {
	c.lay(c.rasterise(p, 0), plain(colour), finish{alpha: alpha})
}

// shine fills p with a translucent colour that fades out over a width in drawing units, at most 4.
func (c *canvas) shine(p path, colour rgb, alpha, fade float64) {
	c.lay(c.rasterise(p, 0).blur(c.pixels(fade)), plain(colour), finish{alpha: alpha})
}

// within runs draw with everything clipped to p.
func (c *canvas) within(p path, draw func()) {
	outer := c.clip
	m := c.rasterise(p, 0)
	if outer != nil {
		for i := range m.cover {
			m.cover[i] *= outer.at(m.x+i%m.w, m.y+i/m.w)
		}
	}
	c.clip = &m
	draw()
	c.clip = outer
}

// cast lays the soft shadow of a flat or hanging thing of outline p under it.
func (c *canvas) cast(p path) {
	m := c.rasterise(p.move(1, 1.6), 0).blur(c.pixels(2.2))
	c.lay(m, plain(shadowColour), finish{alpha: 0.3})
}

// ground lays the soft shadow of a standing thing, an ellipse.
func (c *canvas) ground(x, y, rx, ry float64) {
	m := c.rasterise(ellipse(x, y, rx, ry), 0).blur(c.pixels(min(rx, ry)))
	c.lay(m, plain(shadowColour), finish{alpha: 0.42})
}

func (c *canvas) pixels(units float64) int { return max(1, int(units*c.px+0.5)) }

// rasterise turns the inside of p, or a stroke along it where width > 0, into a mask with a margin
// that leaves room for blurring.
func (c *canvas) rasterise(p path, width float64) mask {
	x0, y0, x1, y1 := p.bounds()
	margin := width/2 + 9
	size := c.picture.Rect.Dx()
	clamp := func(v float64) int { return max(0, min(size, int(math.Round(v*c.px)))) }
	m := mask{x: clamp(x0 - margin), y: clamp(y0 - margin)}
	m.w, m.h = max(1, clamp(x1+margin)-m.x), max(1, clamp(y1+margin)-m.y)
	m.x, m.y = min(m.x, size-m.w), min(m.y, size-m.h)
	m.cover = make([]float32, m.w*m.h)

	p.trace(c.scratch, c.px)
	if width > 0 {
		c.scratch.SetLineWidth(width * c.px)
		c.scratch.Stroke()
	} else {
		c.scratch.Fill()
	}
	drawn := c.scratch.Image().(*image.RGBA)
	for y := range m.h {
		row := drawn.Pix[drawn.PixOffset(m.x, m.y+y):][:4*m.w]
		for x := range m.w {
			m.cover[y*m.w+x] = float32(row[4*x+3]) / 255
		}
		clear(row)
	}
	return m
}

func (m *mask) at(x, y int) float32 {
	x, y = x-m.x, y-m.y
	if x < 0 || y < 0 || x >= m.w || y >= m.h {
		return 0
	}
	return m.cover[y*m.w+x]
}

// blur returns m after two box filters of a radius in pixels.
func (m mask) blur(radius int) mask {
	across, whole := make([]float32, len(m.cover)), make([]float32, len(m.cover))
	copy(whole, m.cover)
	for range 2 {
		for y := range m.h {
			boxFilter(across[y*m.w:], whole[y*m.w:], m.w, 1, radius)
		}
		for x := range m.w {
			boxFilter(whole[x:], across[x:], m.h, m.w, radius)
		}
	}
	m.cover = whole
	return m
}

// boxFilter averages n values, stride apart, over 2*radius+1 neighbours; beyond the ends lies 0.
func boxFilter(into, from []float32, n, stride, radius int) {
	var sum float32
	for i := range min(radius, n) {
		sum += from[i*stride]
	}
	scale := 1 / float32(2*radius+1)
	for i := range n {
		if j := i + radius; j < n {
			sum += from[j*stride]
		}
		if j := i - radius - 1; j >= 0 {
			sum -= from[j*stride]
		}
		into[i*stride] = sum * scale
	}
}

// lay composites a paint through a mask. Where there is relief, the blurred mask serves as a height
// field whose slope gives each pixel its light.
func (c *canvas) lay(m mask, colour paint, f finish) {
	radius := 0
	height := m
	if f.relief > 0 {
		radius = c.pixels(f.relief)
		height = m.blur((radius + 1) / 2)
	}
	for y := range m.h {
		for x := range m.w {
			cover := float64(m.cover[y*m.w+x])
			if c.clip != nil {
				cover *= float64(c.clip.at(m.x+x, m.y+y))
			}
			if cover *= f.alpha; cover <= 0.002 {
				continue
			}
			base := colour((float64(m.x+x)+0.5)/c.px, (float64(m.y+y)+0.5)/c.px)
			if radius > 0 {
				base = base.lit(slope(&height, x, y, radius), float64(height.cover[y*m.w+x]), float64(y)/float64(m.h), f.gloss)
			}
			c.blend(m.x+x, m.y+y, base, cover)
		}
	}
}

// slope is the surface normal of the height field at a pixel of the mask.
func slope(height *mask, x, y, radius int) [3]float64 {
	left, right := max(x-1, 0), min(x+1, height.w-1)
	up, down := max(y-1, 0), min(y+1, height.h-1)
	steep := 0.75 * float64(radius)
	nx := -steep * float64(height.cover[y*height.w+right]-height.cover[y*height.w+left])
	ny := -steep * float64(height.cover[down*height.w+x]-height.cover[up*height.w+x])
	length := math.Sqrt(nx*nx + ny*ny + 1)
	return [3]float64{nx / length, ny / length, 1 / length}
}

// lit shades a colour by normal, height (0.5 at the edge, 1 inside), and how far down the part it lies.
func (c rgb) lit(normal [3]float64, height, down, gloss float64) rgb {
	diffuse := (normal[0]*light[0] + normal[1]*light[1] + normal[2]*light[2]) / light[2]
	edge := 1 - 0.22*max(0, 1-max(0, 2*height-1))
	shade := (0.45 + 0.55*max(0, diffuse)) * edge * (1.04 - 0.1*down)
	shine := normal[0]*half[0] + normal[1]*half[1] + normal[2]*half[2]
	spark := gloss * 0.75 * math.Pow(max(0, shine), 60) * max(0, 1-normal[2]) * 8
	return c.scale(shade).mix(rgb{1, 1, 1}, min(0.85, spark))
}

func (c *canvas) blend(x, y int, colour rgb, alpha float64) {
	at := c.picture.Pix[c.picture.PixOffset(x, y):]
	at[0] = blend8(at[0], colour.r, alpha)
	at[1] = blend8(at[1], colour.g, alpha)
	at[2] = blend8(at[2], colour.b, alpha)
}

func blend8(under uint8, over, alpha float64) uint8 {
	over = max(0, min(1, over))
	return uint8(float64(under)*(1-alpha) + over*255*alpha + 0.5)
}
