package sample

import "math"

var accessories = []kind{
	{slug: "tie", category: []string{"Accessories", "Ties"}, min: 15, max: 69,
		variants: []name{{"tie", "领带"}, {"bow tie", "领结"}}, about: "For weddings, offices and everything that asks for a knot.",
		offer: offer{[]pattern{striped, dotted, solid, checked, floral}, []material{silk, polyester, wool}}, size: 5, draw: drawTie},
	{slug: "scarf", category: []string{"Accessories", "Scarves"}, min: 15, max: 79, gender: true,
		variants: []name{{"scarf", "围巾"}}, about: "Long enough to go round twice, with fringes at both ends.",
		offer: offer{[]pattern{solid, checked, striped, dotted, zigzag}, []material{wool, cotton, silk}}, size: 8, draw: drawScarf},
	{slug: "cap", category: []string{"Accessories", "Headwear", "Caps"}, min: 12, max: 39,
		variants: []name{{"baseball cap", "棒球帽"}}, about: "Six panels, a curved peak and a strap to adjust it.",
		offer: offer{[]pattern{solid, solid, checked, starry}, []material{cotton, nylon, jeanswear}}, draw: drawCap},
	{slug: "hat", category: []string{"Accessories", "Headwear", "Hats"}, min: 19, max: 89, gender: true,
		variants: []name{{"fedora hat", "软呢帽"}, {"knitted beanie", "毛线帽"}, {"sun hat", "遮阳帽"}}, about: "Keeps the weather off the head, whichever it is.",
		offer: offer{[]pattern{solid, solid, striped}, []material{felt, straw}}, except: map[int]offer{1: {materials: []material{wool}}, 2: {materials: []material{straw, cotton}}}, draw: drawHat},
	{slug: "mittens", category: []string{"Accessories", "Gloves"}, min: 9, max: 49, gender: true,
		variants: []name{{"mittens", "连指手套"}}, about: "A warm pair with a ribbed cuff.",
		offer: offer{[]pattern{solid, striped, zigzag, starry, dotted}, []material{wool, fleece}}, draw: drawMittens},
	{slug: "belt", category: []string{"Accessories", "Belts"}, min: 15, max: 79, gender: true,
		variants: []name{{"belt", "皮带"}}, about: "With a metal buckle and five holes.",
		offer: offer{[]pattern{solid}, []material{leather, suede, canvasy}}, draw: drawBelt},
	{slug: "watch", category: []string{"Accessories", "Watches"}, min: 39, max: 399, gender: true,
		variants: []name{{"wristwatch", "手表"}, {"smart watch", "智能手表"}}, about: "Water-resistant, with a strap that is changed in seconds.",
		offer: offer{[]pattern{solid}, []material{leather}}, except: map[int]offer{1: {materials: []material{rubbery, nylon}}}, draw: drawWatch},
	{slug: "sunglasses", category: []string{"Accessories", "Eyewear", "Sunglasses"}, min: 15, max: 189, gender: true,
		variants: []name{{"sunglasses", "太阳镜"}, {"round sunglasses", "圆形太阳镜"}, {"reading glasses", "老花镜"}}, about: "A light frame with lenses that block ultraviolet light.",
		offer: offer{[]pattern{solid}, []material{plastic, metal}}, draw: drawGlasses},
	{slug: "umbrella", category: []string{"Accessories", "Umbrellas"}, min: 12, max: 59,
		variants: []name{{"umbrella", "雨伞"}}, about: "Eight ribs, a curved handle and a canopy that dries fast.",
		offer: offer{[]pattern{solid, striped, dotted, floral, checked, starry}, []material{nylon, polyester}}, draw: drawUmbrella},
}

func drawTie(c *canvas, l look) {
	if l.variant == 1 {
		wing := outline("M50 50 C42 40 26 32 12 32 C8 40 8 60 12 68 C26 68 42 60 50 50 Z")
		c.cast(wing)
		c.cast(wing.mirror())
		for _, w := range []path{wing, wing.mirror()} {
			c.body(w, l.main, soft)
			c.ink(outline("M46 50 C38 48 30 46 24 46"), 1.4, l.base.seam(), 0.25)
			c.ink(outline("M54 50 C62 48 70 46 76 46"), 1.4, l.base.seam(), 0.25)
		}
		c.body(box(43, 41, 14, 18, 5), l.main, matt)
		return
	}
	tail := outline("M50 18 L57 22 L58 84 L53.5 89 L49 84 Z")
	blade := symmetric("M50 20 L45.5 20 C43 44 39 62 37 80 L50 95")
	knot := symmetric("M50 5 C46 5 43 5.5 41.5 7 L45 20 L50 21.5")
	c.cast(blade)
	c.body(tail, l.tone(0.6), thin)
	c.body(blade, l.main, matt)
	c.within(blade, func() { c.ink(outline("M45 20 C48 24 52 24 55 20"), 3, l.base.seam(), 0.35) })
	c.body(knot, l.main, matt)
}

func drawScarf(c *canvas, l look) {
	left := outline("M40 34 C36 50 32 70 30 86 L48 88 C50 70 52 52 54 36 Z")
	right := outline("M48 34 C54 48 58 60 62 76 L79 72 C74 56 68 44 60 32 Z")
	loop := ellipse(50, 24, 19, 11)
	c.cast(left)
	c.cast(right)
	for x := 0.0; x <= 1; x += 0.11 {
		c.tube(line(63+15*x, 75-4*x, 65+16*x, 83-4*x), 1.1, l.tone(0.9), thin)
		c.tube(line(31+16*x, 86+2*x, 30.5+16.5*x, 94+2*x), 1.1, l.tone(0.9), thin)
	}
	c.body(right, l.main, soft)
	c.body(left, l.main, soft)
	c.tube(loop, 14, l.tone(0.72), soft)
	c.tube(outline("M31 24 C32 40 68 40 69 24"), 14, l.main, soft)
	c.ink(outline("M34 30 C42 38 58 38 66 30"), 1.2, l.base.seam(), 0.25)
	c.body(outline("M42 30 C48 28 56 29 60 33 C60 40 56 46 50 46 C44 46 40 40 42 30 Z"), l.main, soft)
}

func drawCap(c *canvas, l look) {
	dome := outline("M16 62 C12 32 32 20 48 20 C68 20 80 36 78 62 C60 56 34 56 16 62 Z")
	peak := outline("M34 59 C48 55.5 66 56 79 60.5 C90 64 98 71 97 76 C92 79 84 74.5 72 71.5 C60 69 48 69 38 69.5 C32 68 31 61 34 59 Z")
	c.ground(54, 76, 40, 3)
	c.body(dome, l.main, soft)
	c.within(dome, func() {
		c.ink(outline("M48 20 C40 30 38 46 38 62"), 0.7, l.base.seam(), 0.6)
		c.ink(outline("M48 20 C60 28 64 44 64 62"), 0.7, l.base.seam(), 0.6)
		c.ink(outline("M48 20 C30 24 22 40 22 62"), 0.7, l.base.seam(), 0.5)
	})
	c.body(circle(48, 20, 2.2), l.tone(0.8), thin)
	for _, at := range []point{{45, 36}, {55, 35}, {30, 38}} {
		c.body(circle(at.x, at.y, 1.1), l.tone(0.6), thin)
	}
	c.body(peak, l.tone(0.92), finish{relief: 2.2, gloss: 0.15, alpha: 1})
	c.within(peak, func() {
		c.shine(outline("M30 58 C48 54 66 55 80 59 L80 62 C66 58 48 58 32 62 Z"), rgb{}, 0.35, 1) // the dome's shadow
		c.ink(outline("M36 63 C54 60 76 63 94 74"), 0.5, l.base.seam(), 0.6)
		c.ink(outline("M37 66 C54 63.5 74 67 88 73"), 0.5, l.base.seam(), 0.5)
	})
}

func drawHat(c *canvas, l look) {
	if l.variant == 1 {
		dome := symmetric("M50 22 C28 22 20 42 20 66 L50 70")
		c.cast(dome)
		c.body(circle(50, 19, 10), textured(plain(l.accent), plush), soft)
		c.body(dome, l.main, soft)
		for x := 26.0; x < 76; x += 6 {
			c.ink(outline("M%f 66 C%f 50 %f 36 50 24", x, x, x+(50-x)*0.2), 0.7, l.base.seam(), 0.3)
		}
		fold := symmetric("M50 62 C38 62 26 60 18 58 L17 76 C26 80 38 82 50 82")
		c.body(fold, l.tone(0.9), matt)
		for x := 20.0; x < 82; x += 3.2 {
			c.ink(line(x, 60, x, 80), 0.6, l.base.seam(), 0.35)
		}
		return
	}
	brim := ellipse(50, 68, 42, 11)
	crown := symmetric("M50 30 C45 27 36 22 30 30 C27 40 26 56 26 66 C34 71 42 72 50 72")
	if l.variant == 2 {
		brim = ellipse(50, 66, 46, 17)
		crown = symmetric("M50 26 C34 26 28 40 28 62 C36 67 44 68 50 68")
	}
	c.ground(51, 77, 42, 5)
	c.body(brim, l.tone(0.92), matt)
	c.ink(brim, 0.6, l.base.seam(), 0.4)
	c.body(crown, l.main, soft)
	c.within(crown, func() {
		c.body(outline("M20 54 C34 62 66 62 80 54 L80 64 C66 73 34 73 20 64 Z"), plain(l.accent), thin)
		if l.variant == 0 {
			c.ink(outline("M40 28 C46 36 54 36 60 28"), 4, l.base.seam(), 0.3)
		}
	})
	if l.variant == 2 {
		c.body(outline("M72 60 C80 52 86 54 84 60 C82 64 76 64 72 62 Z"), plain(l.accent), thin)
		c.body(outline("M72 62 C80 64 86 70 80 74 C76 74 72 68 71 64 Z"), plain(l.accent), thin)
	}
}

func drawMittens(c *canvas, l look) {
	hand := outline("M14 66 C13 48 12 34 16 24 C20 14 34 14 38 24 C40 32 40 38 40 42 C44 36 48 36 50 39 C52 43 48 50 44 56 C42 60 41 64 41 68 Z")
	for _, shape := range []path{hand.turn(-6, 28, 50), hand.mirror().turn(6, 72, 50)} {
		c.cast(shape)
		c.body(shape, l.main, soft)
	}
	for _, x := range []float64{17, 58} {
		cuff := box(x, 66, 26, 20, 4)
		c.body(cuff, l.trim(), matt)
		for at := x + 2.5; at < x+25; at += 2.6 {
			c.ink(line(at, 68, at, 84), 0.6, l.accent.seam(), 0.4)
		}
	}
}

func drawBelt(c *canvas, l look) {
	back := ellipse(50, 40, 38, 20)
	c.ground(50, 70, 38, 5)
	c.tube(back, 9, l.tone(0.55), matt)
	front := outline("M12 44 C14 74 86 74 88 44")
	c.tube(front, 11, l.tone(1), satin)
	c.ink(outline("M12.5 40.5 C16 69 84 69 87.5 40.5"), 0.5, l.base.contrast(), 0.5)
	c.ink(outline("M12.5 48 C16 77 84 77 87.5 48"), 0.5, l.base.contrast(), 0.5)
	for _, x := range []float64{60, 66, 72} {
		c.tint(circle(x, 66.5-(x-60)*0.3, 1.1), rgb{}, 0.7)
	}
	c.tube(box(38, 56, 16, 20, 3), 3, plain(steel), glossy)
	c.tube(line(39, 66, 55, 66), 2, plain(steel.pale(0.3)), glossy)
}

func drawWatch(c *canvas, l look) {
	strap := symmetric("M50 3 L41 3 C39 3 38 4 38 6 L35 32 L35 68 L38 94 C38 96 39 97 41 97 L50 97")
	c.cast(strap)
	c.body(strap, l.main, satin)
	c.ink(line(41, 8, 39, 30), 0.5, l.base.contrast(), 0.6)
	c.ink(line(59, 8, 61, 30), 0.5, l.base.contrast(), 0.6)
	for y := 76.0; y < 94; y += 5 {
		c.tint(ellipse(50, y, 1, 1.3), rgb{}, 0.6)
	}
	if l.variant == 1 {
		c.body(box(27, 27, 46, 46, 12), plain(steel.dark(0.4)), glossy)
		c.body(box(30, 30, 40, 40, 9), plain(ink.dark(0.4)), thin)
		c.ink(outline("M40 58 C36 50 42 42 50 42 C58 42 64 50 60 58"), 3, l.accent.pale(0.1), 1)
		c.ink(line(44, 60, 56, 60), 2, hex(0x7bd389), 1)
		c.ink(line(45, 53, 55, 53), 2.4, rgb{1, 1, 1}, 1)
		c.body(box(73, 45, 3, 9, 1.5), plain(steel), thin)
		return
	}
	rim := steel
	if l.rng.IntN(2) == 0 {
		rim = gold
	}
	c.body(box(73, 47, 5, 6, 1.5), plain(rim), thin)
	c.body(circle(50, 50, 25), plain(rim), glossy)
	dial := l.base.pale(0.88)
	if l.rng.IntN(3) == 0 {
		dial = ink
	}
	c.body(circle(50, 50, 20.5), plain(dial), thin)
	for hour := range 12 {
		sin, cos := math.Sincos(float64(hour) * math.Pi / 6)
		inner := 16.0
		if hour%3 == 0 {
			inner = 14
		}
		c.ink(line(50+inner*sin, 50-inner*cos, 50+18.5*sin, 50-18.5*cos), 1.3, dial.contrast(), 1)
	}
	c.ink(line(50, 50, 43, 43), 2, dial.contrast(), 1)
	c.ink(line(50, 50, 62, 42), 1.4, dial.contrast(), 1)
	c.ink(line(50, 54, 50, 34), 0.6, hex(0xcf2f36), 1)
	c.body(circle(50, 50, 1.6), plain(rim), thin)
}

func drawGlasses(c *canvas, l look) {
	lens := outline("M10 42 C20 37 36 37 45 42 C46 54 42 66 29 66 C15 66 10 56 10 42 Z")
	if l.variant == 1 {
		lens = circle(28, 52, 16)
	} else if l.variant == 2 {
		lens = box(11, 42, 34, 22, 8)
	}
	shade, alpha := ink, 0.85
	if l.variant == 2 {
		shade, alpha = hex(0xcfe3ee), 0.5
	} else if l.rng.IntN(2) == 0 {
		shade = l.accent.dark(0.75)
	}
	c.ground(50, 74, 36, 2.5)
	c.tube(outline("M13 46 C14 36 20 28 30 26"), 3, l.tone(0.7), satin)
	c.tube(outline("M87 46 C86 36 80 28 70 26"), 3, l.tone(0.7), satin)
	for _, one := range []path{lens, lens.mirror()} {
		c.tint(one, shade, alpha)
		c.within(one, func() {
			x0, _, _, _ := one.bounds()
			c.tint(polygon(x0+8, 30, x0+16, 30, x0+4, 72, x0-4, 72), rgb{1, 1, 1}, 0.25)
			c.tint(polygon(x0+19, 30, x0+22, 30, x0+10, 72, x0+7, 72), rgb{1, 1, 1}, 0.2)
		})
		c.tube(one, 3.6, l.tone(1), glossy)
	}
	c.tube(outline("M44 47 C47 43 53 43 56 47"), 3.4, l.tone(1), glossy)
}

func drawUmbrella(c *canvas, l look) {
	c.ground(50, 95, 16, 1.6)
	c.tube(line(50, 6, 50, 84), 1.9, plain(steel.dark(0.2)), thin)
	c.tube(outline("M50 82 C50 94 62 94 62 84"), 3.6, plain(timber), satin)
	canopy := outline("M5 52 C8 24 28 10 50 10 C72 10 92 24 95 52 C88 46 80 46 74 52 C68 46 58 46 50 52 C42 46 32 46 26 52 C20 46 12 46 5 52 Z")
	c.body(canopy, l.main, soft)
	c.within(canopy, func() {
		c.tint(outline("M50 10 C40 22 28 38 26 52 L5 52 C8 24 28 10 50 10 Z"), rgb{1, 1, 1}, 0.1)
		c.tint(outline("M50 10 C60 22 72 38 74 52 L95 52 C92 24 72 10 50 10 Z"), rgb{}, 0.1)
		for _, rib := range []string{"M50 10 C38 20 28 36 26 52", "M50 10 L50 52", "M50 10 C62 20 72 36 74 52"} {
			c.ink(outline("%s", rib), 0.7, l.base.seam(), 0.5)
		}
	})
	c.body(box(49, 4, 2, 7, 1), plain(steel), thin)
}
