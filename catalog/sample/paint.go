package sample

import "math"

// rgb is a colour; its channels run from 0 to 1 and are clamped when drawn.
type rgb struct{ r, g, b float64 }

func hex(v uint32) rgb {
	return rgb{float64(v>>16&255) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}
}

func (c rgb) scale(k float64) rgb { return rgb{c.r * k, c.g * k, c.b * k} }

// mix goes from c (t = 0) to d (t = 1).
func (c rgb) mix(d rgb, t float64) rgb {
	return rgb{c.r + (d.r-c.r)*t, c.g + (d.g-c.g)*t, c.b + (d.b-c.b)*t}
}

func (c rgb) dark(t float64) rgb { return c.mix(rgb{0.04, 0.03, 0.06}, t) }
func (c rgb) pale(t float64) rgb { return c.mix(rgb{1, 1, 1}, t) }
func (c rgb) luminance() float64 { return 0.3*c.r + 0.59*c.g + 0.11*c.b }
func (c rgb) grey() bool         { return max(c.r, c.g, c.b)-min(c.r, c.g, c.b) < 0.08 }
func (c rgb) seam() rgb          { return c.mix(rgb{}, 0.45) }
func (c rgb) contrast() rgb {
	if c.luminance() > 0.55 {
		return c.dark(0.7)
	}
	return c.pale(0.8)
}

var (
	shadowColour = hex(0x30303a)
	ink          = hex(0x22232a)
	steel        = hex(0xb9bec6)
	gold         = hex(0xd2a84a)
	timber       = hex(0xb07c4a)
	rubber       = hex(0xe9e6de)
	leaf         = hex(0x4e9a4a)
	glow         = hex(0xffe7a8)
)

// paint is a surface colour by place, in drawing units.
type paint func(x, y float64) rgb

func plain(c rgb) paint { return func(_, _ float64) rgb { return c } }

// pattern names what is printed on a surface.
type pattern string

const (
	solid   pattern = "plain"
	striped pattern = "striped"
	pin     pattern = "pinstriped"
	dotted  pattern = "dotted"
	checked pattern = "checked"
	floral  pattern = "floral"
	zigzag  pattern = "zigzag"
	starry  pattern = "starry"
	blocked pattern = "two-tone"
)

// printed lays a pattern in the colour on over base; size is its repeat in drawing units.
func printed(what pattern, base, on rgb, size float64) paint {
	switch what {
	case striped:
		return func(_, y float64) rgb { return base.mix(on, band(y/size, 0.45, size)) }
	case pin:
		return func(x, _ float64) rgb { return base.mix(on, 0.85*band(2*x/size, 0.16, size/2)) }
	case checked:
		return func(x, y float64) rgb {
			return base.mix(on, 0.5*band(x/size, 0.5, size)+0.5*band(y/size, 0.5, size))
		}
	case dotted:
		return func(x, y float64) rgb {
			dx, dy, _ := lattice(x, y, size)
			return base.mix(on, cover(0.26*size-math.Hypot(dx, dy)))
		}
	case floral:
		return func(x, y float64) rgb { return flower(x, y, size*1.5, base, on) }
	case zigzag:
		return func(x, y float64) rgb {
			wave := math.Abs(x/size-math.Floor(x/size)-0.5) * 1.2
			return base.mix(on, band(y/size+wave, 0.45, size))
		}
	case starry:
		return func(x, y float64) rgb {
			dx, dy, cell := lattice(x, y, size*1.3)
			return base.mix(on, cover(star(dx, dy, size*0.42, float64(cell%7)*0.3)))
		}
	case blocked:
		return func(_, y float64) rgb { return base.mix(on, cover(y-52)) }
	}
	return plain(base)
}

// star is how far within a five-pointed star of an outer radius a place lies; the inner corners are
// at 0.45 of it.
func star(x, y, radius, turn float64) float64 {
	const fifth = 2 * math.Pi / 5
	angle := math.Atan2(x, -y) + turn
	angle -= fifth * math.Round(angle/fifth) // the star's points are alike, and so are their sides
	sin, cos := math.Sincos(math.Abs(angle))
	distance := math.Hypot(x, y)
	// the side runs from the point (radius, 0) to the corner at half a fifth
	innerSin, innerCos := math.Sincos(fifth / 2)
	sideX, sideY := 0.45*radius*innerCos-radius, 0.45*radius*innerSin
	return (sideY*(radius-distance*cos) + sideX*distance*sin) / math.Hypot(sideX, sideY)
}

func flower(x, y, size float64, base, on rgb) rgb {
	dx, dy, cell := lattice(x, y, size)
	angle, radius := math.Atan2(dy, dx)+float64(cell%11), math.Hypot(dx, dy)
	petals := size * (0.2 + 0.14*math.Abs(math.Cos(2.5*angle)))
	colour := base.mix(leaf.mix(base, 0.3), cover(size*0.12-math.Hypot(dx-size*0.33, dy-size*0.26)))
	colour = colour.mix(on, cover(petals-radius))
	return colour.mix(hex(0xf6c945), cover(0.09*size-radius))
}

// lattice gives the offset from the middle of the nearest cell of a staggered grid, and a number
// that differs from cell to cell.
func lattice(x, y, size float64) (dx, dy float64, cell int) {
	row := math.Floor(y / size)
	if int(row)&1 != 0 {
		x += size / 2
	}
	column := math.Floor(x / size)
	return x - (column+0.5)*size, y - (row+0.5)*size, (int(column)*7 + int(row)*13) & 0xff
}

// cover turns a signed distance to an edge, in units, into a soft step.
func cover(inside float64) float64 { return max(0, min(1, 0.5+inside*2.5)) }

// band is 1 on the first share of every period of t and 0 on the rest.
func band(t, share, size float64) float64 {
	t -= math.Floor(t)
	return cover(min(t, share-t)*size) + cover((t-1)*size)
}

// texture names what the material itself looks like from near.
type texture int

const (
	smooth texture = iota
	weave
	knit
	denim
	grain
	brushed
	plush
	hide
)

// textured modulates a paint by the look of its material.
func textured(under paint, t texture) paint {
	shade := func(x, y float64) float64 { return 1 }
	switch t {
	case weave:
		shade = func(x, y float64) float64 { return 0.97 + 0.06*noise(x*2.2, y*2.2) }
	case knit:
		shade = func(x, y float64) float64 {
			stitch := math.Abs(x/2.4-math.Floor(x/2.4)-0.5) * 1.6
			return 0.9 + 0.12*math.Sin(2*math.Pi*(y/1.7+stitch))*0.6 + 0.1*(0.5-math.Abs(x/2.4-math.Floor(x/2.4)-0.5))
		}
	case denim:
		shade = func(x, y float64) float64 {
			return 0.9 + 0.05*math.Sin(4.5*(x+y)) + 0.12*noise(x*1.8, y*1.8) + 0.06*noise(x/9, y/9)
		}
	case grain:
		shade = func(x, y float64) float64 {
			return 0.86 + 0.1*noise(x/14, y*0.9) + 0.14*noise(x/7, y*2.3) + 0.05*noise(x/3, y*5)
		}
	case brushed:
		shade = func(x, y float64) float64 { return 0.9 + 0.12*math.Sin(x/7+0.8) + 0.05*noise(x*3, y/8) }
	case plush:
		shade = func(x, y float64) float64 { return 0.88 + 0.2*noise(x*1.6, y*1.6) }
	case hide:
		shade = func(x, y float64) float64 { return 0.94 + 0.05*noise(x*1.5, y*1.5) + 0.06*noise(x/6, y/6) }
	}
	return func(x, y float64) rgb { return under(x, y).scale(shade(x, y)) }
}

// noise is smooth value noise, 0 to 1, with a grid of 1.
func noise(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	tx, ty := ease(x-fx), ease(y-fy)
	ix, iy := int32(fx), int32(fy)
	top := scatter(ix, iy) + (scatter(ix+1, iy)-scatter(ix, iy))*tx
	bottom := scatter(ix, iy+1) + (scatter(ix+1, iy+1)-scatter(ix, iy+1))*tx
	return top + (bottom-top)*ty
}

func ease(t float64) float64 { return t * t * (3 - 2*t) }

// scatter hashes a grid point to 0..1.
func scatter(x, y int32) float64 {
	h := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca77
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 13
	return float64(h&0xffff) / 0xffff
}
