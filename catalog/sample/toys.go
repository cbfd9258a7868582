package sample

import "math"

var toys = []kind{
	{slug: "teddy-bear", category: []string{"Toys", "Soft Toys", "Teddy Bears"}, min: 12, max: 59,
		variants: []name{{"teddy bear", "泰迪熊"}, {"teddy bear with bow", "蝴蝶结泰迪熊"}}, about: "Soft, washable, and good at listening.",
		offer: offer{[]pattern{solid}, []material{plushy}}, draw: drawTeddy},
	{slug: "bunny", category: []string{"Toys", "Soft Toys", "Bunnies"}, min: 12, max: 49,
		variants: []name{{"bunny soft toy", "毛绒兔子"}}, about: "With long ears that small hands can hold.",
		offer: offer{[]pattern{solid}, []material{plushy}}, draw: drawBunny},
	{slug: "toy-car", category: []string{"Toys", "Vehicles", "Cars"}, min: 6, max: 39,
		variants: []name{{"toy car", "玩具汽车"}, {"toy truck", "玩具卡车"}}, about: "Rolls far across a kitchen floor.",
		offer: offer{[]pattern{solid, solid, striped, checked}, []material{metal, plastic}}, draw: drawCar},
	{slug: "ball", category: []string{"Toys", "Outdoor", "Balls"}, min: 5, max: 39,
		variants: []name{{"beach ball", "沙滩球"}, {"football", "足球"}, {"basketball", "篮球"}}, about: "Round; needs air and company.",
		offer: offer{[]pattern{solid}, []material{rubbery}}, draw: drawBall},
	{slug: "blocks", category: []string{"Toys", "Building", "Blocks"}, min: 12, max: 49,
		variants: []name{{"building blocks", "积木"}, {"building bricks", "拼装积木"}}, about: "Rounded edges and paint that survives being chewed.",
		offer: offer{[]pattern{solid}, []material{oak}}, except: map[int]offer{1: {materials: []material{plastic}}}, draw: drawBlocks},
	{slug: "kite", category: []string{"Toys", "Outdoor", "Kites"}, min: 9, max: 45,
		variants: []name{{"kite", "风筝"}}, about: "Flies in a light wind on 50 metres of line.",
		offer: offer{[]pattern{solid, striped, dotted, checked, starry}, []material{nylon, paper}}, draw: drawKite},
	{slug: "rocket", category: []string{"Toys", "Vehicles", "Rockets"}, min: 9, max: 49,
		variants: []name{{"toy rocket", "玩具火箭"}}, about: "Three fins, one porthole, any planet.",
		offer: offer{[]pattern{solid, striped, checked, dotted}, []material{plastic, metal}}, draw: drawRocket},
	{slug: "duck", category: []string{"Toys", "Bath", "Rubber Ducks"}, min: 4, max: 15,
		variants: []name{{"bath duck", "洗澡鸭"}}, about: "Swims upright and squeaks.",
		offer: offer{[]pattern{solid, solid, dotted, striped}, []material{rubbery}}, draw: drawDuck},
}

func eye(c *canvas, x, y, r float64) {
	c.body(circle(x, y, r), plain(ink.dark(0.3)), glossy)
	c.tint(circle(x-r*0.3, y-r*0.35, r*0.3), rgb{1, 1, 1}, 1)
}

func drawTeddy(c *canvas, l look) {
	fur := l.tone(1)
	if l.base.luminance() < 0.25 {
		fur = l.dyed(l.base.pale(0.12))
	}
	patch := l.dyed(l.base.pale(0.5).mix(hex(0xe8cfa6), 0.4))
	c.ground(50, 92, 36, 4)
	for _, part := range []path{ellipse(22, 56, 8, 15).turn(28, 22, 56), circle(32, 14, 9)} {
		c.body(part, fur, soft)
		c.body(part.mirror(), fur, soft)
	}
	c.body(circle(32, 14, 5), patch, soft)
	c.body(circle(68, 14, 5), patch, soft)
	c.body(ellipse(50, 66, 23, 25), fur, soft)
	c.body(ellipse(50, 68, 14, 16), patch, soft)
	for _, x := range []float64{27, 73} {
		c.body(ellipse(x, 84, 13, 11), fur, soft)
		c.body(ellipse(x, 85, 7, 6), patch, soft)
	}
	c.body(ellipse(50, 29, 25, 22), fur, soft)
	c.body(ellipse(50, 37, 11, 8.5), patch, soft)
	eye(c, 40, 26, 2.8)
	eye(c, 60, 26, 2.8)
	c.body(ellipse(50, 33, 4, 2.8), plain(ink), glossy)
	c.ink(outline("M50 36 L50 39 M44 39 C46 42.5 49 42 50 39 C51 42 54 42.5 56 39"), 0.9, ink, 1)
	if l.variant == 1 {
		bow := outline("M50 52 C44 45 36 44 34 46 C33 52 34 58 36 59 C42 58 46 56 50 52 Z")
		c.body(bow, plain(l.accent), satin)
		c.body(bow.mirror(), plain(l.accent), satin)
		c.body(circle(50, 52, 3), plain(l.accent.dark(0.2)), satin)
	}
}

func drawBunny(c *canvas, l look) {
	fur := l.tone(1)
	if l.base.luminance() < 0.25 {
		fur = l.dyed(l.base.pale(0.12))
	}
	inner := l.dyed(l.base.pale(0.5).mix(hex(0xf0a9b8), 0.6))
	c.ground(50, 94, 30, 3)
	ear := ellipse(38, 20, 7, 19).turn(-10, 38, 20)
	c.body(ear, fur, soft)
	c.body(ear.mirror(), fur, soft)
	c.body(ear.grow(0.5, 0.72, 38, 22), inner, soft)
	c.body(ear.grow(0.5, 0.72, 38, 22).mirror(), inner, soft)
	c.body(ellipse(28, 70, 7, 12).turn(20, 28, 70), fur, soft)
	c.body(ellipse(72, 70, 7, 12).turn(-20, 72, 70), fur, soft)
	c.body(ellipse(50, 74, 20, 20), fur, soft)
	c.body(ellipse(50, 76, 12, 12), inner, soft)
	c.body(ellipse(34, 91, 11, 6), fur, soft)
	c.body(ellipse(66, 91, 11, 6), fur, soft)
	c.body(ellipse(50, 46, 20, 17), fur, soft)
	eye(c, 42, 44, 2.5)
	eye(c, 58, 44, 2.5)
	c.body(ellipse(50, 50, 2.8, 2), plain(hex(0xe5728c)), glossy)
	c.ink(outline("M50 52 L50 54 M46 54 C47 57 49 57 50 54 C51 57 53 57 54 54"), 0.8, ink, 0.9)
	c.tint(circle(37, 52, 3), hex(0xf58ca4), 0.4)
	c.tint(circle(63, 52, 3), hex(0xf58ca4), 0.4)
}

func wheel(c *canvas, x, y, r float64) {
	c.body(circle(x, y, r), plain(ink), matt)
	c.body(circle(x, y, r*0.55), plain(steel.pale(0.2)), glossy)
	c.body(circle(x, y, r*0.2), plain(steel.dark(0.4)), thin)
}

func drawCar(c *canvas, l look) {
	window := plain(hex(0xaed4ea))
	c.ground(50, 80, 46, 3)
	if l.variant == 1 {
		c.body(box(6, 28, 52, 38, 2), l.trim(), satin)
		for x := 14.0; x < 56; x += 8 {
			c.ink(line(x, 30, x, 64), 0.8, l.accent.seam(), 0.4)
		}
		c.body(outline("M60 36 L78 36 C82 36 84 38 86 42 L90 52 C94 53 95 55 95 58 L95 68 L60 68 Z"), l.main, glossy)
		c.body(outline("M66 40 L77 40 C79 40 80 41 81 43 L85 52 L66 52 Z"), window, thin)
		c.body(box(5, 64, 91, 6, 2), plain(ink.pale(0.2)), thin)
		c.body(ellipse(94, 61, 2, 3), plain(glow), thin)
		for _, x := range []float64{20, 40, 80} {
			wheel(c, x, 72, 9)
		}
		return
	}
	body := outline("M4 62 C4 54 8 50 18 49 C24 38 30 30 40 29 L58 29 C68 30 74 40 80 48 C90 50 96 54 96 62 L96 68 C96 70 94 71 92 71 L8 71 C6 71 4 70 4 68 Z")
	c.body(body, l.main, glossy)
	c.body(outline("M28 48 C31 40 35 35 41 34.5 L48 34.5 L48 48 Z"), window, thin)
	c.body(outline("M52 34.5 L58 34.5 C64 35.5 68 42 72 48 L52 48 Z"), window, thin)
	c.ink(outline("M50 50 L50 70"), 0.7, l.base.seam(), 0.6)
	c.tube(line(54, 54, 59, 54), 1.4, plain(steel), thin)
	c.body(ellipse(93, 58, 2.6, 3.4), plain(glow), thin)
	c.body(ellipse(6, 58, 2, 3.4), plain(hex(0xd9302f)), thin)
	c.body(box(2, 66, 96, 4, 2), plain(steel.dark(0.2)), thin)
	for _, x := range []float64{24, 76} {
		c.tint(circle(x, 69, 12.5), l.base.dark(0.7), 1)
		wheel(c, x, 71, 10.5)
	}
}

func drawBall(c *canvas, l look) {
	whole := circle(50, 49, 40)
	c.ground(53, 90, 30, 4)
	c.body(whole, sphere(l), finish{relief: 26, gloss: 0.9, alpha: 1})
	c.tint(ellipse(36, 28, 9, 5).turn(-35, 36, 28), rgb{1, 1, 1}, 0.45)
}

// sphere paints the three balls: segments, pentagons, or the seams of a basketball.
func sphere(l look) paint {
	const x0, y0, radius = 50.0, 49.0, 40.0
	// onSphere turns a place in the picture into a place on a ball that is tilted towards the viewer.
	onSphere := func(x, y float64) (float64, float64, float64) {
		u, v := (x-x0)/radius, (y-y0)/radius
		w := math.Sqrt(max(0, 1-u*u-v*v))
		sin, cos := math.Sincos(0.55)
		v, w = v*cos-w*sin*-1, w*cos-v*sin
		sin, cos = math.Sincos(0.35)
		return u*cos - v*sin, u*sin + v*cos, w
	}
	switch l.variant {
	case 1:
		dark := l.base.dark(0.1)
		if l.base.luminance() > 0.7 {
			dark = ink
		}
		spots := icosahedron()
		return func(x, y float64) rgb {
			u, v, w := onSphere(x, y)
			first, second := -1.0, -1.0
			for _, s := range spots {
				d := u*s[0] + v*s[1] + w*s[2]
				if d > first {
					first, second = d, first
				} else if d > second {
					second = d
				}
			}
			colour := rubber.pale(0.5)
			colour = colour.mix(ink, 0.6*cover((0.02-(first-second))*30)*cover((0.94-first)*40))
			return colour.mix(dark, cover((first-0.935)*40))
		}
	case 2:
		leatherish := l.base.mix(hex(0xe07a2f), 0.25)
		return func(x, y float64) rgb {
			u, v, w := onSphere(x, y)
			seam := min(min(math.Abs(u), math.Abs(v)), math.Abs(math.Abs(u)-0.62-0.2*(v*v-w*w*0.2)))
			colour := leatherish.scale(0.94 + 0.1*noise(x*2.5, y*2.5))
			return colour.mix(ink, cover((0.018-seam)*30))
		}
	}
	segments := []rgb{l.base, rubber.pale(0.5), l.base, l.accent}
	return func(x, y float64) rgb {
		u, v, w := onSphere(x, y)
		angle := (math.Atan2(w, u)/math.Pi + 1) * 4
		colour := segments[int(angle)%4]
		return colour.mix(rubber.pale(0.6), cover((-v-0.94)*40))
	}
}

// icosahedron gives the twelve directions of its corners, where a football has its pentagons.
func icosahedron() [][3]float64 {
	const phi = 1.618033988749895
	long, short := phi/math.Sqrt(1+phi*phi), 1/math.Sqrt(1+phi*phi)
	var corners [][3]float64
	for _, a := range []float64{-short, short} {
		for _, b := range []float64{-long, long} {
			corners = append(corners, [3]float64{0, a, b}, [3]float64{a, b, 0}, [3]float64{b, 0, a})
		}
	}
	return corners
}

func drawBlocks(c *canvas, l look) {
	colours := []rgb{l.base, l.accent, l.base.pale(0.35), l.base, l.base.scale(0.75), l.accent}
	c.ground(50, 91, 40, 4)
	if l.variant == 1 {
		for row, xs := range [][]float64{{10, 50}, {30}, {14, 54}} {
			y := 72 - float64(row)*20
			for i, x := range xs {
				colour := colours[(row*2+i)%len(colours)]
				for knob := range 3 {
					at := x + 7 + float64(knob)*11.5
					c.body(box(at-4, y-4.5, 8, 6, 1.5), plain(colour), satin)
				}
				c.body(box(x, y, 37, 19, 1.5), plain(colour), satin)
			}
		}
		return
	}
	letters := []string{"M-5 7 L0 -7 L5 7 M-3 2 L3 2", "M-4 -7 L-4 7 M-4 -7 C6 -8 6 0 -4 0 C7 0 7 8 -4 7", "M5 -5 C0 -10 -6 -5 -6 0 C-6 6 0 9 5 5"}
	for i, at := range []point{{30, 72}, {68, 72}, {49, 38}} {
		colour := colours[i]
		c.body(polygon(at.x-17, at.y-15, at.x-11, at.y-21, at.x+23, at.y-21, at.x+17, at.y-15), l.dyed(colour.pale(0.25)), thin)
		c.body(polygon(at.x+17, at.y-15, at.x+23, at.y-21, at.x+23, at.y+13, at.x+17, at.y+19), l.dyed(colour.scale(0.62)), thin)
		c.body(box(at.x-17, at.y-15, 34, 34, 1.5), l.dyed(colour), thin)
		c.body(box(at.x-13, at.y-11, 26, 26, 2), plain(hex(0xf7efdc)), thin)
		c.ink(outline("%s", letters[i]).move(at.x, at.y+2), 3.6, colour.dark(0.15), 1)
	}
}

func drawKite(c *canvas, l look) {
	sail := polygon(52, 5, 80, 34, 40, 72, 22, 26)
	c.cast(sail)
	c.tube(outline("M40 72 C54 78 60 84 70 80 C82 76 86 90 94 94"), 0.8, plain(ink), thin)
	for i, at := range []point{{52, 78}, {68, 81}, {85, 84}} {
		colour := []rgb{l.base, l.accent, hex(0xf2c530)}[i]
		c.body(polygon(at.x, at.y, at.x-6, at.y-5, at.x-6, at.y+4), plain(colour), thin)
		c.body(polygon(at.x, at.y, at.x+6, at.y-4, at.x+6, at.y+5), plain(colour), thin)
	}
	c.body(sail, l.main, thin)
	c.within(sail, func() {
		c.tint(polygon(52, 5, 80, 34, 46, 31), l.accent, 0.85)
		c.tint(polygon(22, 26, 46, 31, 40, 72), l.accent, 0.85)
		c.tint(polygon(46, 31, 80, 34, 40, 72), rgb{}, 0.12)
	})
	c.tube(line(52, 5, 40, 72), 1.2, plain(timber), thin)
	c.tube(line(22, 26, 80, 34), 1.2, plain(timber), thin)
}

func drawRocket(c *canvas, l look) {
	c.ground(50, 96, 16, 1.6)
	fin := outline("M36 56 C24 62 20 74 20 86 L36 78 Z")
	c.body(outline("M42 80 C40 88 46 92 50 98 C54 92 60 88 58 80 Z"), plain(hex(0xf59a23)), soft)
	c.body(outline("M46 80 C45 86 48 88 50 92 C52 88 55 86 54 80 Z"), plain(hex(0xfbe05a)), soft)
	c.body(fin, l.trim(), satin)
	c.body(fin.mirror(), l.trim(), satin)
	body := symmetric("M50 4 C36 16 31 36 33 56 C34 68 38 76 40 80 L50 80")
	c.body(body, l.main, finish{relief: 10, gloss: 0.8, alpha: 1})
	c.within(body, func() {
		c.body(outline("M20 0 L80 0 L80 22 C60 27 40 27 20 22 Z"), l.trim(), finish{relief: 8, gloss: 0.6, alpha: 1})
		c.body(box(20, 73, 60, 10, 0), plain(steel), thin)
	})
	c.body(circle(50, 40, 9.5), plain(steel), glossy)
	c.body(circle(50, 40, 6.8), plain(hex(0x9fd3f0)), glossy)
	c.body(outline("M50 58 C47 66 47 76 50 86 C53 76 53 66 50 58 Z"), l.trim(), satin)
}

func drawDuck(c *canvas, l look) {
	c.ground(50, 88, 36, 3)
	c.body(outline("M14 52 C10 44 14 40 20 44 C26 50 36 52 44 52 L64 48 C82 50 88 64 82 76 C78 84 68 88 50 88 C26 88 14 74 14 52 Z"), l.main, finish{relief: 12, gloss: 0.8, alpha: 1})
	c.body(circle(64, 32, 22), l.main, finish{relief: 14, gloss: 0.8, alpha: 1})
	c.body(outline("M82 32 C92 30 98 34 97 37 C94 42 86 44 80 41 Z"), plain(hex(0xf08a24)), glossy)
	c.ink(outline("M82 37 C88 38 92 38 96 37"), 0.7, hex(0x9a4f10), 0.8)
	eye(c, 71, 26, 3.6)
	c.body(outline("M30 62 C40 56 54 58 58 66 C56 76 42 80 32 74 C34 70 32 66 30 62 Z"), l.tone(0.93), glossy)
}
