package photo

import "image"

// maxRecoloured is the number of pixels above which a picture is shrunk so much that a difference of one level is
// lost in it, and is not worth the memory.
const maxRecoloured = 4_000_000

// asLibjpeg turns a JPEG's picture into colours as libjpeg does, on whose pictures models were trained: where
// colour is stored more coarsely than brightness, it is a weighted mean of the nearest samples, 3 to 1 ("fancy
// upsampling", jdsample.c), and it is rounded as there (jdcolor.c). Other pictures, and those that have been
// turned by their orientation or are large, are returned as they are.
func asLibjpeg(picture image.Image) image.Image {
	p, ok := picture.(*image.YCbCr)
	if !ok || p.Rect.Dx()*p.Rect.Dy() > maxRecoloured {
		return picture
	}
	var wide, high bool // colour is coarser in this direction
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
	case image.YCbCrSubsampleRatio422:
		wide = true
	case image.YCbCrSubsampleRatio420:
		wide, high = true, true
	default:
		return picture
	}
	size := p.Rect.Size()
	out := image.NewNRGBA(image.Rectangle{Max: size})
	cb, cr := newChromaRows(p, p.Cb, wide, high), newChromaRows(p, p.Cr, wide, high)
	for y := range size.Y {
		blue, red := cb.row(y), cr.row(y)
		luma := p.Y[y*p.YStride : y*p.YStride+size.X]
		pixels := out.Pix[y*out.Stride:]
		for x, light := range luma {
			pixel := pixels[4*x : 4*x+4 : 4*x+4]
			pixel[0], pixel[1], pixel[2] = rgb(int32(light), int32(blue[x])-128, int32(red[x])-128)
			pixel[3] = 255
		}
	}
	return out
}

// rgb is ITU-R BT.601's conversion in numbers of 16 binary places, as libjpeg has them.
func rgb(y, cb, cr int32) (r, g, b uint8) {
	const half = 1 << 15
	return clamp(y + (91881*cr+half)>>16), clamp(y + (-22554*cb-46802*cr+half)>>16), clamp(y + (116130*cb+half)>>16)
}

func clamp(v int32) uint8 { return uint8(min(max(v, 0), 255)) }

// chromaRows gives the rows of one colour plane in the picture's own resolution.
type chromaRows struct {
	plane         []uint8
	stride        int
	width, height int // of the plane
	wide, high    bool
	column        []int   // one row of the plane, with that next to it mixed in
	full          []uint8 // one row of the picture
}

func newChromaRows(p *image.YCbCr, plane []uint8, wide, high bool) *chromaRows {
	size := p.Rect.Size()
	c := &chromaRows{plane: plane, stride: p.CStride, width: size.X, height: size.Y, wide: wide, high: high}
	if wide {
		c.width = (size.X + 1) / 2
		c.column, c.full = make([]int, c.width), make([]uint8, 2*c.width)
	}
	if high {
		c.height = (size.Y + 1) / 2
	}
	return c
}

// row is valid until the next call.
func (c *chromaRows) row(y int) []uint8 {
	if !c.wide {
		return c.plane[y*c.stride : y*c.stride+c.width]
	}
	near, far, weight := y, y, 1
	if c.high {
		near, weight = y/2, 4
		far = min(max(near-1+y%2*2, 0), c.height-1)
	}
	for x := range c.column {
		c.column[x] = int(c.plane[near*c.stride+x])
		if c.high {
			c.column[x] = 3*c.column[x] + int(c.plane[far*c.stride+x])
		}
	}
	// The two directions round apart, so that no shade is favoured.
	left, right := 2*weight, 2*weight-1
	if !c.high {
		left, right = 1, 2
	}
	for x, here := range c.column {
		before, after := c.column[max(x-1, 0)], c.column[min(x+1, c.width-1)]
		c.full[2*x] = uint8((3*here + before + left) / (4 * weight))
		c.full[2*x+1] = uint8((3*here + after + right) / (4 * weight))
	}
	return c.full
}
