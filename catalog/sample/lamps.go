package sample

var lamps = []kind{
	{slug: "table-lamp", category: []string{"Lighting", "Table Lamps"}, min: 19, max: 129,
		variants: []name{{"table lamp", "台灯"}, {"desk lamp", "书桌灯"}}, about: "Warm light for a bedside or a desk, E27 socket.",
		offer: offer{[]pattern{solid, solid, striped, dotted, floral}, []material{linen, cotton}}, except: map[int]offer{1: {materials: []material{metal}}}, draw: drawTableLamp},
	{slug: "floor-lamp", category: []string{"Lighting", "Floor Lamps"}, min: 49, max: 249,
		variants: []name{{"floor lamp", "落地灯"}, {"tripod floor lamp", "三脚落地灯"}}, about: "A metre and a half high, with a switch for the foot.",
		offer: offer{[]pattern{solid, solid, pin, dotted}, []material{linen, cotton}}, draw: drawFloorLamp},
	{slug: "pendant-lamp", category: []string{"Lighting", "Pendant Lamps"}, min: 29, max: 199,
		variants: []name{{"pendant lamp", "吊灯"}, {"globe pendant lamp", "球形吊灯"}}, about: "Hangs above a table on a cord that can be shortened.",
		offer: offer{[]pattern{solid, solid, striped, zigzag}, []material{metal, straw}}, except: map[int]offer{1: {materials: []material{paper, glass}}}, draw: drawPendant},
	{slug: "lantern", category: []string{"Lighting", "Lanterns"}, min: 15, max: 79,
		variants: []name{{"lantern", "提灯"}}, about: "For a candle, indoors and on the balcony.",
		offer: offer{[]pattern{solid}, []material{metal}}, draw: drawLantern},
}

func drawTableLamp(c *canvas, l look) {
	c.ground(50, 93, 26, 3)
	if l.variant == 1 {
		arm := plain(l.base)
		c.body(ellipse(40, 90, 22, 5), l.tone(0.85), satin)
		c.tube(line(40, 88, 24, 54), 3.4, arm, satin)
		c.tube(line(24, 54, 58, 24), 3.4, arm, satin)
		c.body(circle(24, 54, 3.6), plain(steel), glossy)
		c.shine(polygon(62, 40, 84, 32, 96, 68, 56, 70), glow, 0.55, 4)
		shade := outline("M50 26 C50 14 64 8 70 16 L90 34 C80 34 64 42 58 50 Z")
		c.body(ellipse(74, 42, 17, 6).turn(-27, 74, 42), plain(glow), thin)
		c.body(shade, l.main, satin)
		return
	}
	c.body(ellipse(50, 91, 18, 4), l.trim(), satin)
	c.body(outline("M46 48 L54 48 C54 56 64 62 64 74 C64 84 58 90 50 90 C42 90 36 84 36 74 C36 62 46 56 46 48 Z"), l.trim(), glossy)
	c.tube(line(50, 40, 50, 52), 2.6, plain(gold), glossy)
	shade := outline("M34 10 L66 10 L82 48 C66 53 34 53 18 48 Z")
	c.body(shade, l.main, soft)
	c.within(shade, func() {
		c.shine(ellipse(50, 40, 24, 16), glow, 0.35, 4)
		c.shine(ellipse(50, 42, 14, 10), glow, 0.35, 4)
		c.ink(outline("M18 46.5 C34 51.5 66 51.5 82 46.5"), 1.6, l.base.dark(0.35), 0.6)
		c.ink(line(33, 11, 67, 11), 1.6, l.base.dark(0.35), 0.6)
	})
}

func drawFloorLamp(c *canvas, l look) {
	c.ground(50, 95, 22, 2.4)
	if l.variant == 1 {
		wood := textured(plain(timber), grain)
		c.tube(line(50, 34, 50, 90), 2.6, textured(plain(timber.dark(0.35)), grain), matt)
		c.tube(line(49, 34, 31, 95), 3, wood, matt)
		c.tube(line(51, 34, 69, 95), 3, wood, matt)
	} else {
		c.body(ellipse(50, 93, 17, 3.4), plain(ink.pale(0.15)), satin)
		c.tube(line(50, 26, 50, 92), 2.4, plain(ink.pale(0.15)), glossy)
	}
	shade := outline("M36 4 L64 4 L74 32 C60 36 40 36 26 32 Z")
	c.body(shade, l.main, soft)
	c.within(shade, func() {
		c.shine(ellipse(50, 26, 17, 10), glow, 0.5, 4)
		c.ink(outline("M26 31 C40 35 60 35 74 31"), 1.4, l.base.dark(0.35), 0.6)
	})
	c.tube(line(58, 34, 58, 44), 0.7, plain(gold), thin)
	c.body(circle(58, 45, 1.3), plain(gold), thin)
}

func drawPendant(c *canvas, l look) {
	c.body(outline("M40 0 L60 0 C60 5 56 7 50 7 C44 7 40 5 40 0 Z"), l.tone(0.7), satin)
	c.tube(line(50, 5, 50, 40), 1.2, plain(ink), thin)
	if l.variant == 1 {
		c.body(box(45, 34, 10, 8, 2), plain(gold), glossy)
		c.body(circle(50, 66, 26), l.main, finish{relief: 16, gloss: 0.4, alpha: 1})
		c.shine(circle(50, 66, 18), glow, 0.3, 4)
		c.shine(circle(50, 66, 10), glow, 0.45, 4)
		return
	}
	c.shine(polygon(24, 74, 76, 74, 90, 94, 10, 94), glow, 0.6, 4)
	c.body(box(45, 34, 10, 8, 2), plain(gold), glossy)
	c.body(outline("M44 40 L56 40 C72 44 84 58 86 74 C70 79 30 79 14 74 C16 58 28 44 44 40 Z"), l.main, glossy)
	c.body(ellipse(50, 74, 36, 5), l.tone(0.5), thin)
	c.body(ellipse(50, 74.5, 30, 3.6), plain(glow), thin)
	c.body(circle(50, 76, 5.5), plain(glow.pale(0.6)), soft)
}

func drawLantern(c *canvas, l look) {
	c.ground(50, 94, 28, 2.6)
	c.tube(outline("M36 24 C36 0 64 0 64 24"), 2.2, l.tone(0.8), satin)
	c.body(polygon(50, 12, 72, 32, 28, 32), l.main, satin)
	c.body(box(30, 34, 40, 50, 1), plain(hex(0xf5e7c2)), finish{relief: 7, alpha: 0.9})
	c.shine(ellipse(50, 56, 15, 20), glow, 0.9, 4)
	c.body(box(44, 62, 12, 22, 1.5), plain(hex(0xf8f4e6)), soft)
	c.body(outline("M50 46 C45 54 46 60 50 60 C54 60 55 54 50 46 Z"), plain(hex(0xf59a23)), soft)
	for _, x := range []float64{31, 69} {
		c.tube(line(x, 34, x, 84), 3.4, l.main, satin)
	}
	c.body(box(25, 30, 50, 6, 1.5), l.main, satin)
	c.body(box(24, 82, 52, 9, 1.5), l.main, satin)
}
