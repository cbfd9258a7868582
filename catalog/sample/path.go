package sample

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/fogleman/gg"
)

// path is an outline in drawing units: the picture spans 0 to 100 on both axes, y grows downwards.
type path []segment

type point struct{ x, y float64 }

// segment is one command, M, L, Q, C or Z, with the points that it takes (0 to 3).
type segment struct {
	command byte
	points  []point
}

var commandPoints = map[byte]int{'M': 1, 'L': 1, 'Q': 2, 'C': 3, 'Z': 0}

// outline reads the absolute commands M, L, Q, C and Z of SVG path notation; a command's points may
// be followed by more for the same command. It panics on anything else, since every
// outline is a constant of this package.
func outline(format string, args ...any) path {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	var p path
	var command byte
	var numbers []float64
	for _, word := range strings.Fields(text) {
		if n, ok := commandPoints[word[0]]; ok {
			command, word = word[0], word[1:]
			if n == 0 {
				p = append(p, segment{command: 'Z'})
			}
			if word == "" {
				continue
			}
		}
		number, err := strconv.ParseFloat(word, 64)
		if err != nil || commandPoints[command] == 0 {
			panic(fmt.Sprintf("sample: malformed outline %q at %q", text, word))
		}
		if numbers = append(numbers, number); len(numbers) == 2*commandPoints[command] {
			p = append(p, segment{command, pairs(numbers)})
			numbers = numbers[:0]
		}
	}
	if len(numbers) > 0 {
		panic(fmt.Sprintf("sample: outline %q ends within a command", text))
	}
	return p
}

func pairs(numbers []float64) []point {
	points := make([]point, len(numbers)/2)
	for i := range points {
		points[i] = point{numbers[2*i], numbers[2*i+1]}
	}
	return points
}

// symmetric takes the left half of an outline, open and from axis to axis (x = 50), and
// closes it with its mirror image.
func symmetric(format string, args ...any) path {
	left := outline(format, args...)
	right := left.mirror()
	whole := append(path{}, left...)
	for i := len(right) - 1; i > 0; i-- {
		back := segment{command: right[i].command}
		for j := len(right[i].points) - 2; j >= 0; j-- {
			back.points = append(back.points, right[i].points[j])
		}
		before := right[i-1].points
		back.points = append(back.points, before[len(before)-1])
		whole = append(whole, back)
	}
	return append(whole, segment{command: 'Z'})
}

func ellipse(x, y, rx, ry float64) path {
	const k = 0.5522847498 // control distance at which four cubics make a circle
	return outline("M%f %f C%f %f %f %f %f %f C%f %f %f %f %f %f C%f %f %f %f %f %f C%f %f %f %f %f %f Z",
		x-rx, y,
		x-rx, y-k*ry, x-k*rx, y-ry, x, y-ry,
		x+k*rx, y-ry, x+rx, y-k*ry, x+rx, y,
		x+rx, y+k*ry, x+k*rx, y+ry, x, y+ry,
		x-k*rx, y+ry, x-rx, y+k*ry, x-rx, y)
}

func circle(x, y, r float64) path { return ellipse(x, y, r, r) }

// box is a rectangle by corner and size whose corners are rounded with radius r.
func box(x, y, w, h, r float64) path {
	r = min(r, w/2, h/2)
	return outline("M%f %f L%f %f Q%f %f %f %f L%f %f Q%f %f %f %f L%f %f Q%f %f %f %f L%f %f Q%f %f %f %f Z",
		x+r, y, x+w-r, y, x+w, y, x+w, y+r, x+w, y+h-r, x+w, y+h, x+w-r, y+h,
		x+r, y+h, x, y+h, x, y+h-r, x, y+r, x, y, x+r, y)
}

func line(x1, y1, x2, y2 float64) path { return outline("M%f %f L%f %f", x1, y1, x2, y2) }

// polygon takes x and y in turn.
func polygon(xy ...float64) path {
	p := path{}
	for i, at := range pairs(xy) {
		command := byte('L')
		if i == 0 {
			command = 'M'
		}
		p = append(p, segment{command, []point{at}})
	}
	return append(p, segment{command: 'Z'})
}

// transform returns a copy with every point moved by f.
func (p path) transform(f func(point) point) path {
	moved := make(path, len(p))
	for i, s := range p {
		moved[i].command = s.command
		for _, at := range s.points {
			moved[i].points = append(moved[i].points, f(at))
		}
	}
	return moved
}

func (p path) mirror() path {
	return p.transform(func(at point) point { return point{100 - at.x, at.y} })
}

func (p path) move(dx, dy float64) path {
	return p.transform(func(at point) point { return point{at.x + dx, at.y + dy} })
}

// turn rotates clockwise by degrees about x, y.
func (p path) turn(degrees, x, y float64) path {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return p.transform(func(at point) point {
		dx, dy := at.x-x, at.y-y
		return point{x + dx*cos - dy*sin, y + dx*sin + dy*cos}
	})
}

// grow scales about x, y.
func (p path) grow(sx, sy, x, y float64) path {
	return p.transform(func(at point) point { return point{x + (at.x-x)*sx, y + (at.y-y)*sy} })
}

// bounds is the box around all points, control points too.
func (p path) bounds() (x0, y0, x1, y1 float64) {
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range p {
		for _, at := range s.points {
			x0, y0 = min(x0, at.x), min(y0, at.y)
			x1, y1 = max(x1, at.x), max(y1, at.y)
		}
	}
	return x0, y0, x1, y1
}

// trace hands the path to dc as its current path, in pixels.
func (p path) trace(dc *gg.Context, px float64) {
	for _, s := range p {
		at := s.points
		switch s.command {
		case 'M':
			dc.MoveTo(at[0].x*px, at[0].y*px)
		case 'L':
			dc.LineTo(at[0].x*px, at[0].y*px)
		case 'Q':
			dc.QuadraticTo(at[0].x*px, at[0].y*px, at[1].x*px, at[1].y*px)
		case 'C':
			dc.CubicTo(at[0].x*px, at[0].y*px, at[1].x*px, at[1].y*px, at[2].x*px, at[2].y*px)
		case 'Z':
			dc.ClosePath()
		}
	}
}
