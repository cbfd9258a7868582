package sample

var kitchen = []kind{
	{slug: "kettle", category: []string{"Kitchen", "Cookware", "Kettles"}, min: 19, max: 99,
		variants: []name{{"kettle", "水壶"}, {"electric kettle", "电热水壶"}}, about: "Boils a litre and a half and whistles or switches itself off.",
		offer: offer{[]pattern{solid, solid, dotted}, []material{enamel, metal}}, except: map[int]offer{1: {[]pattern{solid}, []material{metal, plastic}}}, draw: drawKettle},
	{slug: "pan", category: []string{"Kitchen", "Cookware", "Pans"}, min: 15, max: 89,
		variants: []name{{"frying pan", "平底锅"}}, about: "A coated pan of 28 centimetres for every kind of stove.",
		offer: offer{[]pattern{solid}, []material{enamel, metal}}, draw: drawPan},
	{slug: "pot", category: []string{"Kitchen", "Cookware", "Pots"}, min: 25, max: 139,
		variants: []name{{"cooking pot", "汤锅"}}, about: "With two handles and a lid, for soups and stews.",
		offer: offer{[]pattern{solid, solid, striped, dotted}, []material{enamel, metal}}, draw: drawPot},
	{slug: "teapot", category: []string{"Kitchen", "Tableware", "Teapots"}, min: 15, max: 79,
		variants: []name{{"teapot", "茶壶"}}, about: "Pours without a drop on the tablecloth.",
		offer: offer{[]pattern{solid, floral, dotted, striped}, []material{ceramic, porcelain}}, draw: drawTeapot},
	{slug: "bottle", category: []string{"Kitchen", "Drinkware", "Bottles"}, min: 9, max: 39,
		variants: []name{{"water bottle", "水瓶"}, {"wine bottle", "葡萄酒瓶"}}, about: "Tight, and safe for the dishwasher.",
		offer: offer{[]pattern{solid, solid, blocked, dotted}, []material{metal, plastic, glass}}, except: map[int]offer{1: {[]pattern{solid}, []material{glass}}}, draw: drawBottle},
}

var tableware = []kind{
	{slug: "mug", category: []string{"Kitchen", "Drinkware", "Mugs"}, min: 5, max: 25,
		variants: []name{{"mug", "马克杯"}, {"tall mug", "高马克杯"}}, about: "Holds a third of a litre of coffee, tea or pencils.",
		offer: offer{[]pattern{solid, striped, dotted, floral, zigzag, checked, starry}, []material{ceramic, porcelain, enamel}}, draw: drawMug},
	{slug: "bowl", category: []string{"Kitchen", "Tableware", "Bowls"}, min: 5, max: 35,
		variants: []name{{"bowl", "碗"}}, about: "For cereal, salad or noodle soup.",
		offer: offer{[]pattern{solid, striped, dotted, zigzag, floral}, []material{ceramic, porcelain}}, draw: drawBowl},
	{slug: "plate", category: []string{"Kitchen", "Tableware", "Plates"}, min: 5, max: 39,
		variants: []name{{"plate", "盘子"}}, about: "A dinner plate of 26 centimetres with a coloured rim.",
		offer: offer{[]pattern{solid, dotted, floral, checked, striped}, []material{porcelain, ceramic}}, size: 5, draw: drawPlate},
	{slug: "wine-glass", category: []string{"Kitchen", "Drinkware", "Glasses"}, min: 4, max: 29,
		variants: []name{{"wine glass", "酒杯"}}, about: "Thin tinted glass on a long stem.",
		offer: offer{[]pattern{solid}, []material{glass}}, draw: drawWineGlass},
	{slug: "vase", category: []string{"Home", "Decoration", "Vases"}, min: 9, max: 79,
		variants: []name{{"vase", "花瓶"}, {"tall vase", "高花瓶"}}, about: "Shown with three flowers, which are not for sale.",
		offer: offer{[]pattern{solid, striped, floral, zigzag, dotted}, []material{ceramic, porcelain, glass}}, draw: drawVase},
}

func drawKettle(c *canvas, l look) {
	c.ground(50, 88, 34, 3)
	if l.variant == 1 {
		c.tube(outline("M70 28 C92 22 92 46 88 60 C86 70 80 74 74 74"), 6, plain(ink), satin)
		c.body(outline("M36 26 L20 22 L24 34 L33 44 Z"), l.tone(0.9), satin)
		c.body(outline("M34 22 L70 22 C74 44 76 64 77 80 L27 80 C28 64 30 44 34 22 Z"), l.main, glossy)
		c.body(outline("M33 22 C36 14 68 14 71 22 Z"), l.tone(0.75), satin)
		c.body(box(48, 12, 9, 5, 2), plain(ink), thin)
		c.body(box(24, 80, 56, 7, 2), plain(ink), satin)
		c.body(box(46, 40, 7, 26, 3), plain(hex(0x9fc4d8)), thin)
		return
	}
	c.tube(outline("M28 40 C28 0 72 0 72 40"), 5, plain(ink), satin)
	c.body(outline("M70 60 C82 58 84 46 92 38 L98 44 C94 56 88 74 72 76 Z"), l.tone(0.92), glossy)
	c.body(outline("M50 34 C28 34 18 52 14 74 C13 82 18 87 28 87 L72 87 C82 87 87 82 86 74 C82 52 72 34 50 34 Z"), l.main, glossy)
	c.body(ellipse(50, 36, 17, 5), l.tone(0.85), satin)
	c.body(circle(50, 29, 4), plain(ink), glossy)
	c.ink(outline("M16 80 C36 83 64 83 84 80"), 0.8, l.base.seam(), 0.5)
}

func drawPan(c *canvas, l look) {
	c.cast(circle(38, 60, 32))
	c.tube(line(60, 38, 92, 8), 7, plain(ink), satin)
	c.tint(circle(89, 11, 1.6), rgb{1, 1, 1}, 1)
	c.body(circle(38, 60, 33), l.tone(1), glossy)
	c.body(circle(38, 60, 29), plain(ink.pale(0.12)), matt)
	c.body(circle(38, 60, 24), plain(ink.pale(0.2)), finish{relief: 2, gloss: 0.2, alpha: 1})
	c.tint(outline("M18 56 C20 46 28 38 38 37 C30 42 24 48 22 58 Z"), rgb{1, 1, 1}, 0.22)
	c.body(outline("M30 56 C34 48 46 50 50 56 C56 62 50 72 42 72 C32 74 24 66 30 56 Z"), plain(hex(0xfbfaf5)), matt)
	c.body(circle(41, 61, 6), plain(hex(0xf5b52e)), soft)
}

func drawPot(c *canvas, l look) {
	c.ground(50, 88, 38, 3)
	handle := outline("M20 50 C8 48 8 62 20 60")
	c.tube(handle, 4.6, plain(ink), satin)
	c.tube(handle.mirror(), 4.6, plain(ink), satin)
	c.body(outline("M18 42 L82 42 L80 80 C80 85 76 88 70 88 L30 88 C24 88 20 85 20 80 Z"), l.main, glossy)
	c.body(outline("M15 42 C16 30 34 26 50 26 C66 26 84 30 85 42 C70 46 30 46 15 42 Z"), l.tone(0.9), glossy)
	c.ink(outline("M15 42 C30 46 70 46 85 42"), 1.4, steel, 0.9)
	c.tube(outline("M43 26 C43 16 57 16 57 26"), 4, plain(ink), satin)
}

func drawTeapot(c *canvas, l look) {
	c.ground(50, 84, 34, 3)
	c.tube(outline("M26 46 C4 38 4 74 28 70"), 5.6, l.tone(0.88), glossy)
	c.body(outline("M70 58 C84 58 84 42 92 34 L99 38 C96 52 94 74 72 76 Z"), l.tone(0.92), glossy)
	c.body(outline("M50 36 C30 36 20 48 20 61 C20 74 30 83 40 83 L60 83 C70 83 80 74 80 61 C80 48 70 36 50 36 Z"), l.main, glossy)
	c.body(outline("M32 40 C34 30 66 30 68 40 C60 43 40 43 32 40 Z"), l.trim(), glossy)
	c.body(circle(50, 28, 4.2), l.trim(), glossy)
	c.body(box(37, 81, 26, 4, 2), l.tone(0.8), thin)
}

func drawBottle(c *canvas, l look) {
	c.ground(50, 95, 20, 2.4)
	if l.variant == 1 {
		body := symmetric("M50 8 L45 8 L44.5 30 C43 38 34 40 34 50 L34 91 C34 94 36 95 38 95 L50 95")
		c.body(body, plain(hex(0x2c4a33).mix(l.base.dark(0.4), 0.35)), glossy)
		c.within(body, func() {
			c.body(box(30, 4, 40, 20, 0), l.tone(0.9), glossy)
			c.body(box(30, 55, 40, 28, 0), plain(hex(0xf3ead3)), finish{relief: 5, alpha: 1})
			c.tint(box(36, 59, 28, 9, 0), l.base, 0.9)
			c.ink(line(39, 73, 61, 73), 1, ink, 0.7)
			c.ink(line(42, 77.5, 58, 77.5), 0.8, ink, 0.6)
			c.tint(box(37, 44, 3, 50, 1), rgb{1, 1, 1}, 0.35)
		})
		return
	}
	body := symmetric("M50 18 L43 18 C42 26 34 28 34 36 L34 90 C34 94 36 95 39 95 L50 95")
	c.body(body, l.main, glossy)
	c.within(body, func() {
		c.tint(box(38, 34, 4, 54, 2), rgb{1, 1, 1}, 0.4)
		c.body(box(30, 86, 40, 12, 0), l.tone(0.75), finish{relief: 5, gloss: 0.3, alpha: 1})
	})
	c.body(box(41, 10, 18, 10, 2), plain(ink.pale(0.1)), satin)
	c.tube(outline("M45 10 C45 2 55 2 55 10"), 2.4, plain(ink), satin)
}

func drawMug(c *canvas, l look) {
	top := 28.0
	if l.variant == 1 {
		top = 14
	}
	c.ground(45, 87, 32, 3)
	c.tube(outline("M68 %f C94 %f 94 %f 66 %f", top+12, top+8, 76.0, 74.0), 6.6, l.tone(0.94), glossy)
	c.body(outline("M16 %f L72 %f L70 80 C70 84 64 87 44 87 C24 87 18 84 18 80 Z", top, top), l.main, finish{relief: 9, gloss: 0.5, alpha: 1})
	c.body(ellipse(44, top, 28, 6.4), l.tone(1.02), thin)
	inside := ellipse(44, top+0.5, 25, 4.8)
	c.body(inside, plain(rubber.dark(0.15)), thin)
	c.within(inside, func() { c.body(ellipse(44, top+3.5, 23, 4), plain(hex(0x5a3720)), thin) })
	c.tint(box(22, top+10, 3.5, 82-top-18, 1.7), rgb{1, 1, 1}, 0.35)
}

func drawBowl(c *canvas, l look) {
	c.ground(50, 80, 30, 3)
	c.body(box(37, 74, 26, 6, 2), l.tone(0.75), thin)
	c.body(outline("M10 40 C12 64 30 77 50 77 C70 77 88 64 90 40 Z"), l.main, finish{relief: 9, gloss: 0.6, alpha: 1})
	c.body(ellipse(50, 40, 40, 11), l.tone(1.05), thin)
	c.body(ellipse(50, 41, 37, 9), l.dyed(l.base.pale(0.6)), finish{relief: 6, alpha: 1})
	c.tint(outline("M16 42 C26 50 60 52 82 43 C74 48 30 50 16 42 Z"), rgb{1, 1, 1}, 0.5)
}

func drawPlate(c *canvas, l look) {
	whole := circle(50, 50, 42)
	c.cast(whole)
	c.body(whole, l.main, finish{relief: 4, gloss: 0.4, alpha: 1})
	c.body(circle(50, 50, 29.5), plain(rubber.pale(0.45).dark(0.08)), thin)
	c.body(circle(50, 50, 27.5), plain(rubber.pale(0.6)), finish{relief: 3, alpha: 1})
	c.tint(outline("M28 38 C34 28 44 24 54 25 C42 28 34 34 30 44 Z"), rgb{1, 1, 1}, 0.7)
	c.ink(circle(50, 50, 41), 1, l.base.dark(0.25), 0.7)
}

func drawWineGlass(c *canvas, l look) {
	tinted := l.base.mix(hex(0xcfdde6), 0.15)
	edge := tinted.dark(0.35)
	c.ground(50, 94, 20, 2.4)
	c.body(ellipse(50, 92, 19, 3.4), plain(tinted), finish{relief: 2, gloss: 0.6, alpha: 0.8})
	c.body(outline("M48 60 L52 60 L51.5 84 C52 90 56 91 60 92 L40 92 C44 91 48 90 48.5 84 Z"), plain(tinted), finish{relief: 2, gloss: 0.8, alpha: 0.9})
	cup := outline("M30 8 C24 34 28 58 50 62 C72 58 76 34 70 8 Z")
	c.body(cup, plain(tinted), finish{relief: 6, gloss: 0.8, alpha: 0.8})
	c.within(cup, func() {
		// what is seen through two walls is darker towards the sides
		c.shine(outline("M28 6 C24 34 28 58 50 62 C36 50 34 30 35 6 Z"), tinted.dark(0.15), 0.5, 2)
		c.shine(outline("M72 6 C76 34 72 58 50 62 C64 50 66 30 65 6 Z"), tinted.dark(0.15), 0.6, 2)
	})
	c.tint(ellipse(50, 8, 20, 2.6), tinted.pale(0.55), 0.9)
	c.ink(cup, 0.7, edge, 0.7)
	c.ink(ellipse(50, 8, 20, 2.6), 0.7, edge, 0.8)
	c.shine(outline("M35 15 C32 30 33 42 39 52 C35 42 36 28 39 15 Z"), rgb{1, 1, 1}, 0.85, 0.4)
	c.shine(outline("M63 14 C66 28 66 36 63 46 C65 36 65 26 61 14 Z"), rgb{1, 1, 1}, 0.5, 0.4)
}

func drawVase(c *canvas, l look) {
	body := symmetric("M50 52 L42 52 C42 58 26 62 26 76 C26 88 36 94 42 95 L50 95")
	mouth := 8.0
	if l.variant == 1 {
		body = symmetric("M50 48 L40 48 C42 58 34 66 35 80 C36 90 40 95 42 95 L50 95")
		mouth = 10
	}
	c.ground(50, 95, 20, 2.2)
	blooms := []rgb{l.accent, hex(0xe8618c), hex(0xf2b632)}
	for i, at := range []point{{34, 22}, {52, 12}, {68, 24}} {
		c.tube(outline("M%f %f Q%f 40 50 54", at.x, at.y, (at.x+50)/2), 1.6, plain(leaf), thin)
		c.body(ellipse((at.x+50)/2+3, 38, 5, 2).turn(-30+float64(i)*40, (at.x+50)/2, 38), plain(leaf.dark(0.1)), thin)
		for petal := range 6 {
			c.body(ellipse(at.x, at.y-5.4, 3.4, 4.6).turn(float64(petal)*60, at.x, at.y), plain(blooms[i]), thin)
		}
		c.body(circle(at.x, at.y, 2.8), plain(hex(0xf7d154)), thin)
	}
	c.body(body, l.main, finish{relief: 9, gloss: 0.6, alpha: 1})
	_, top, _, _ := body.bounds()
	c.body(ellipse(50, top, mouth, 2), l.tone(0.6), thin)
}
