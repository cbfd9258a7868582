package sample

import "math"

var home = []kind{
	{slug: "clock", category: []string{"Home", "Decoration", "Clocks"}, min: 12, max: 89,
		variants: []name{{"wall clock", "挂钟"}, {"alarm clock", "闹钟"}}, about: "A quiet quartz movement; one battery lasts a year.",
		offer: offer{[]pattern{solid}, []material{plastic, metal, oak}}, except: map[int]offer{1: {materials: []material{plastic, metal}}}, draw: drawClock},
	{slug: "cushion", category: []string{"Home", "Textiles", "Cushions"}, min: 9, max: 49,
		variants: []name{{"cushion", "靠垫"}}, about: "45 by 45 centimetres, with a zip and a feather filling.",
		offer: offer{[]pattern{striped, dotted, checked, floral, zigzag, starry, solid}, []material{cotton, velvet, linen}}, size: 9, draw: drawCushion},
	{slug: "rug", category: []string{"Home", "Textiles", "Rugs"}, min: 39, max: 399,
		variants: []name{{"rug", "地毯"}, {"round rug", "圆形地毯"}}, about: "Woven by machine, 120 by 170 centimetres, with fringes.",
		offer: offer{[]pattern{zigzag, striped, checked, floral, dotted}, []material{wool, cotton}}, size: 10, draw: drawRug},
	{slug: "plant-pot", category: []string{"Home", "Garden", "Plant Pots"}, min: 5, max: 45,
		variants: []name{{"plant pot", "花盆"}, {"cactus pot", "仙人掌花盆"}}, about: "With a hole and a saucer; the plant comes with it.",
		offer: offer{[]pattern{solid, striped, zigzag, dotted}, []material{ceramic, plastic}}, draw: drawPlantPot},
	{slug: "candle", category: []string{"Home", "Decoration", "Candles"}, min: 4, max: 29,
		variants: []name{{"pillar candle", "柱形蜡烛"}, {"scented candle", "香薰蜡烛"}}, about: "Burns for forty hours.",
		offer: offer{[]pattern{solid, solid, striped}, []material{{name{"wax", "蜡质"}, smooth}}}, draw: drawCandle},
	{slug: "towel", category: []string{"Home", "Textiles", "Towels"}, min: 6, max: 39,
		variants: []name{{"towel", "毛巾"}}, about: "Thick terry that dries a person and then itself.",
		offer: offer{[]pattern{solid, striped, solid, zigzag, checked}, []material{cotton, linen}}, size: 9, draw: drawTowel},
	{slug: "mirror", category: []string{"Home", "Decoration", "Mirrors"}, min: 19, max: 149,
		variants: []name{{"mirror", "镜子"}, {"oval mirror", "椭圆镜"}}, about: "In a broad frame, with a hook at the back.",
		offer: offer{[]pattern{solid}, []material{oak, metal, plastic}}, draw: drawMirror},
}

func drawClock(c *canvas, l look) {
	x, y, radius := 50.0, 50.0, 42.0
	if l.variant == 1 {
		y, radius = 56, 32
		c.ground(50, 93, 28, 3)
		c.tube(outline("M42 14 C42 4 58 4 58 14"), 2.6, plain(steel), glossy)
		for _, flip := range []float64{-1, 1} {
			c.tube(line(50+flip*20, 82, 50+flip*26, 92), 4, l.tone(0.8), glossy)
			c.body(outline("M18 26 C18 12 40 8 44 18 Z").grow(-flip, 1, 50, 0), l.tone(0.95), glossy)
		}
	} else {
		c.cast(circle(x, y, radius))
	}
	c.body(circle(x, y, radius), l.tone(1), glossy)
	c.body(circle(x, y, radius*0.84), plain(rubber.pale(0.7)), finish{relief: 2, alpha: 1})
	for minute := range 60 {
		sin, cos := math.Sincos(float64(minute) * math.Pi / 30)
		from, width := radius*0.76, 0.5
		if minute%5 == 0 {
			from, width = radius*0.66, 1.7
		}
		c.ink(line(x+from*sin, y-from*cos, x+radius*0.79*sin, y-radius*0.79*cos), width, ink, 1)
	}
	hour, minute := l.rng.Float64()*12, 0.0
	_, minute = math.Modf(hour)
	for _, hand := range []struct{ turn, length, width float64 }{{hour / 12, 0.42, 3}, {minute, 0.64, 2}} {
		sin, cos := math.Sincos(hand.turn * 2 * math.Pi)
		c.ink(line(x-sin*4, y+cos*4, x+radius*hand.length*sin, y-radius*hand.length*cos), hand.width, ink, 1)
	}
	c.ink(line(x-3, y+5, x+radius*0.36, y-radius*0.62), 0.8, hex(0xcf2f36), 1)
	c.body(circle(x, y, 2.2), plain(hex(0xcf2f36)), thin)
}

func drawCushion(c *canvas, l look) {
	shape := outline("M8 12 C30 18 70 18 92 12 C86 32 86 68 92 88 C70 82 30 82 8 88 C14 68 14 32 8 12 Z")
	c.cast(shape)
	c.body(shape, l.main, finish{relief: 16, alpha: 1})
	c.within(shape, func() {
		c.ink(outline("M8 12 C20 26 26 32 32 36"), 2, l.base.seam(), 0.14)
		c.ink(outline("M92 12 C80 26 74 32 68 36"), 2, l.base.seam(), 0.14)
		c.ink(outline("M8 88 C20 76 26 70 32 66"), 2, l.base.seam(), 0.14)
		c.ink(outline("M92 88 C80 76 74 70 68 66"), 2, l.base.seam(), 0.14)
	})
	c.ink(shape, 1.2, l.base.dark(0.3), 0.8)
}

func drawRug(c *canvas, l look) {
	if l.variant == 1 {
		c.cast(ellipse(50, 52, 46, 40))
		c.body(ellipse(50, 52, 46, 40), l.trim(), thin)
		c.body(ellipse(50, 52, 41, 35.5), l.main, thin)
		c.tube(ellipse(50, 52, 35, 30), 1.6, l.trim(), thin)
		c.body(ellipse(50, 52, 14, 12), l.trim(), thin)
		c.body(ellipse(50, 52, 8, 7), l.tone(1), thin)
		return
	}
	whole := polygon(18, 16, 82, 16, 96, 84, 4, 84)
	c.cast(whole)
	for t := 0.0; t <= 1; t += 0.03 {
		c.tube(line(18+64*t, 16, 18.5+63*t, 11), 0.8, plain(rubber.dark(0.12)), thin)
		c.tube(line(4+92*t, 84, 3+94*t, 91), 0.9, plain(rubber.dark(0.12)), thin)
	}
	c.body(whole, l.trim(), thin)
	c.body(polygon(21, 20, 79, 20, 91, 79.5, 9, 79.5), l.main, thin)
	c.tube(polygon(27, 27, 73, 27, 82, 71, 18, 71), 1.6, l.trim(), thin)
	c.body(polygon(50, 34, 64, 48, 50, 64, 36, 48), l.trim(), thin)
	c.body(polygon(50, 41, 58, 48.5, 50, 57, 42, 48.5), l.tone(1), thin)
}

func drawPlantPot(c *canvas, l look) {
	c.ground(50, 94, 24, 2.6)
	if l.variant == 1 {
		green := hex(0x5a9e54)
		c.tube(outline("M50 46 L64 46 C70 46 70 40 70 32"), 8, plain(green), soft)
		c.tube(outline("M50 52 L36 52 C30 52 30 46 30 40"), 8, plain(green), soft)
		c.tube(line(50, 62, 50, 16), 15, plain(green), soft)
		for y := 14.0; y < 58; y += 6 {
			for _, x := range []float64{45.5, 50, 54.5} {
				c.ink(line(x-1, y+1, x+1, y-1), 0.5, rubber, 0.9)
			}
		}
		c.body(circle(50, 8, 4), plain(hex(0xe8618c)), thin)
	} else {
		blade := outline("M50 62 C40 50 36 30 42 8 C52 24 56 46 50 62 Z")
		for i, degrees := range []float64{-62, 58, -34, 32, -12, 14} {
			one := blade.turn(degrees, 50, 62)
			green := leaf.dark(0.25 - 0.06*float64(i%3))
			c.body(one, plain(green), matt)
			c.ink(outline("M50 60 C46 44 43 26 43 14").turn(degrees, 50, 62), 0.7, green.pale(0.45), 0.8)
		}
	}
	c.body(outline("M28 66 L72 66 L66 93 C66 94 65 95 63 95 L37 95 C35 95 34 94 34 93 Z"), l.main, satin)
	c.body(box(25, 59, 50, 9, 2), l.tone(0.94), satin)
}

func drawCandle(c *canvas, l look) {
	c.ground(50, 94, 26, 2.6)
	flame := outline("M50 6 C42 18 42 27 50 28 C58 27 58 18 50 6 Z")
	top := 38.0
	if l.variant == 1 {
		top = 48
		flame = flame.move(0, 12)
	}
	c.shine(circle(50, top-20, 13), glow, 0.7, 4)
	if l.variant == 1 {
		c.body(box(24, 40, 52, 54, 5), plain(hex(0xd8e4ea)), finish{relief: 6, gloss: 0.8, alpha: 0.8})
		c.body(box(27, top, 46, 43, 4), l.main, soft)
		c.body(ellipse(50, top, 23, 4), l.tone(1.1), thin)
		c.body(box(33, 60, 34, 20, 1), plain(hex(0xf7f0dd)), thin)
		c.ink(line(38, 67, 62, 67), 1.4, ink, 0.7)
		c.ink(line(42, 73, 58, 73), 0.9, ink, 0.6)
		c.tint(box(27, 44, 3, 44, 1.5), rgb{1, 1, 1}, 0.5)
	} else {
		c.body(box(30, top, 40, 56, 3), l.main, finish{relief: 10, gloss: 0.2, alpha: 1})
		c.body(ellipse(50, top, 20, 4.6), l.dyed(l.base.pale(0.25)), thin)
		c.body(outline("M32 40 C32 48 34 54 36 54 C38 54 38 46 39 42 Z"), l.dyed(l.base.pale(0.2)), thin)
	}
	c.ink(line(50, top-10, 50, top), 1.1, ink, 1)
	c.body(flame, plain(hex(0xf59a23)), soft)
	c.body(flame.grow(0.5, 0.6, 50, top-11), plain(hex(0xfff0a8)), soft)
}

func drawTowel(c *canvas, l look) {
	pile := textured(l.main, plush)
	c.ground(50, 84, 42, 3)
	for i, y := range []float64{64, 46, 28} {
		inset := float64(i) * 1.5
		fold := outline("M%f %f C%f %f %f %f %f %f L90 %f L90 %f L%f %f Z", 18+inset, y, 8+inset, y, 8+inset, y+18, 18+inset, y+18, y+18, y, 18+inset, y)
		shade := pile
		if i == 1 {
			shade = textured(plain(l.accent), plush)
		}
		c.body(fold, shade, soft)
		c.within(fold, func() {
			c.ink(outline("M%f %f L92 %f", 16+inset, y+9, y+9), 0.9, l.base.seam(), 0.4)
			c.body(box(72, y-2, 6, 24, 0), plain(rubber.pale(0.3)), finish{relief: 1, alpha: 0.8})
		})
	}
}

func drawMirror(c *canvas, l look) {
	frame, pane := box(18, 6, 64, 88, 3), box(26, 14, 48, 72, 1.5)
	if l.variant == 1 {
		frame, pane = ellipse(50, 50, 35, 45), ellipse(50, 50, 28.5, 38)
	}
	c.cast(frame)
	c.body(frame, l.main, satin)
	c.body(pane, func(x, y float64) rgb { return hex(0xc4d6e0).mix(hex(0xeaf3f7), math.Mod(x+y, 120)/120) }, thin)
	c.within(pane, func() {
		c.tint(polygon(10, 70, 66, 0, 78, 0, 10, 84), rgb{1, 1, 1}, 0.5)
		c.tint(polygon(24, 100, 92, 14, 97, 14, 30, 100), rgb{1, 1, 1}, 0.4)
	})
}
