package sample

var bags = []kind{
	{slug: "handbag", category: []string{"Bags", "Handbags"}, min: 29, max: 249,
		variants: []name{{"handbag", "手提包"}, {"flap bag", "翻盖包"}, {"bucket bag", "水桶包"}}, about: "With two handles, an inner pocket and a zip.",
		offer: offer{[]pattern{solid, solid, solid, checked, floral, dotted}, []material{leather, suede, canvasy}}, draw: drawHandbag},
	{slug: "backpack", category: []string{"Bags", "Backpacks"}, min: 25, max: 129,
		variants: []name{{"backpack", "双肩包"}, {"flap backpack", "翻盖双肩包"}}, about: "Padded straps, a front pocket and room for a laptop.",
		offer: offer{[]pattern{solid, solid, blocked, dotted, floral, zigzag}, []material{nylon, canvasy, leather}}, draw: drawBackpack},
	{slug: "tote", category: []string{"Bags", "Tote Bags"}, min: 9, max: 59,
		variants: []name{{"tote bag", "托特包"}}, about: "A large open bag with two long handles, for books and vegetables.",
		offer: offer{[]pattern{solid, striped, floral, dotted, checked, starry}, []material{canvasy, cotton, leather}}, size: 9, draw: drawTote},
	{slug: "suitcase", category: []string{"Bags", "Suitcases"}, min: 59, max: 289,
		variants: []name{{"suitcase", "行李箱"}, {"vintage suitcase", "复古手提箱"}}, about: "A hard shell with a lock that airports can open.",
		offer: offer{[]pattern{solid, solid, solid, checked}, []material{plastic, metal}}, except: map[int]offer{1: {materials: []material{leather, canvasy}}}, draw: drawSuitcase},
	{slug: "wallet", category: []string{"Bags", "Wallets"}, min: 15, max: 99, gender: true,
		variants: []name{{"wallet", "钱包"}, {"long wallet", "长款钱包"}}, about: "Eight slots for cards, two for notes and one for coins.",
		offer: offer{[]pattern{solid, solid, checked, dotted}, []material{leather, canvasy, suede}}, size: 6, draw: drawWallet},
}

func drawHandbag(c *canvas, l look) {
	c.ground(50, 89, 38, 3)
	switch l.variant {
	case 1:
		c.tube(outline("M24 46 C26 4 74 4 76 46"), 2, plain(gold), glossy)
		c.body(box(15, 40, 70, 48, 8), l.main, satin)
		flap := outline("M15 48 C15 42 18 39 23 39 L77 39 C82 39 85 42 85 48 L85 56 C80 66 64 70 50 70 C36 70 20 66 15 56 Z")
		c.body(flap.move(0, 1.5), plain(l.base.dark(0.6)), thin)
		c.body(flap, l.main, satin)
		c.ink(outline("M18 56 C24 64 38 67.5 50 67.5 C62 67.5 76 64 82 56"), 0.5, l.base.contrast(), 0.5)
		c.body(box(45, 63, 10, 10, 3), plain(gold), glossy)
	case 2:
		c.tube(outline("M30 34 C32 2 68 2 70 34"), 3.4, l.tone(0.8), satin)
		c.body(outline("M22 34 C34 40 66 40 78 34 L82 84 C82 88 80 90 76 90 L24 90 C20 90 18 88 18 84 Z"), l.main, soft)
		c.body(ellipse(50, 34, 28, 5), l.tone(0.5), thin)
		c.tube(outline("M21 44 C36 51 64 51 79 44"), 1.4, l.trim(), thin)
		c.tube(outline("M50 49 C46 56 48 62 45 68"), 1.4, l.trim(), thin)
		c.tube(outline("M50 49 C54 56 52 62 56 67"), 1.4, l.trim(), thin)
	default:
		c.tube(outline("M33 46 C33 10 67 10 67 46"), 3.6, l.tone(0.6), satin)
		body := outline("M24 40 L76 40 C79 40 80 42 81 45 L88 84 C88 88 86 90 82 90 L18 90 C14 90 12 88 12 84 L19 45 C20 42 21 40 24 40 Z")
		c.body(body, l.main, satin)
		c.within(body, func() {
			c.body(box(5, 78, 90, 16, 0), l.tone(0.78), thin)
			c.tube(line(19, 45, 81, 45), 1.2, plain(gold.dark(0.2)), thin)
		})
		c.tube(outline("M31 58 L31 48 C31 14 69 14 69 48 L69 58"), 3.8, l.tone(0.85), satin)
		for _, x := range []float64{31, 69} {
			c.body(circle(x, 58, 2.6), plain(gold), glossy)
		}
		c.body(box(45, 42, 10, 14, 3), l.tone(0.8), thin)
		c.body(circle(50, 51, 2.2), plain(gold), glossy)
	}
}

func drawBackpack(c *canvas, l look) {
	c.ground(50, 93, 32, 3)
	c.tube(outline("M42 14 C42 4 58 4 58 14"), 3.2, l.tone(0.6), satin)
	c.tube(outline("M26 36 C14 50 14 76 24 86"), 5, l.tone(0.55), matt)
	c.tube(outline("M74 36 C86 50 86 76 76 86"), 5, l.tone(0.55), matt)
	body := outline("M24 40 C24 20 34 11 50 11 C66 11 76 20 76 40 L78 84 C78 90 75 93 70 93 L30 93 C25 93 22 90 22 84 Z")
	c.body(body, l.main, soft)
	pocket := box(28, 58, 44, 30, 8)
	if l.variant == 1 {
		flap := outline("M23 40 C23 20 34 10 50 10 C66 10 77 20 77 40 L77 48 C70 54 30 54 23 48 Z")
		c.body(flap.move(0, 1.4), plain(l.base.dark(0.6)), thin)
		c.body(flap, l.tone(0.9), soft)
		for _, x := range []float64{37, 63} {
			c.body(box(x-2.5, 40, 5, 34, 1.5), plain(timber.dark(0.2)), thin)
			c.tube(box(x-3.5, 54, 7, 6, 1), 1.1, plain(gold), thin)
		}
		c.body(box(30, 66, 40, 22, 5), l.tone(0.9), matt)
		for _, x := range []float64{37, 63} {
			c.body(box(x-2.5, 62, 5, 12, 1.5), plain(timber.dark(0.2)), thin)
		}
		return
	}
	c.tube(outline("M28 46 C28 26 36 19 50 19 C64 19 72 26 72 46"), 1.2, plain(l.base.dark(0.55)), thin)
	c.body(pocket, l.tone(0.9), matt)
	c.tube(line(32, 65, 68, 65), 1.3, plain(l.base.dark(0.6)), thin)
	c.body(box(62, 64, 2, 7, 1), plain(steel), thin)
	c.body(box(42, 32, 16, 10, 2), l.trim(), thin)
}

func drawTote(c *canvas, l look) {
	c.ground(50, 93, 34, 3)
	handle := outline("M36 46 C36 2 64 2 64 46")
	c.tube(handle.move(0, -4), 3, l.dyed(l.base.scale(0.6)), matt)
	body := outline("M20 40 L80 40 L84 90 C84 92 83 93 81 93 L19 93 C17 93 16 92 16 90 Z")
	c.body(body, l.main, matt)
	c.within(body, func() {
		c.ink(line(10, 45, 90, 45), 0.6, l.base.seam(), 0.6)
		c.ink(outline("M30 56 C32 70 28 80 26 92"), 2.4, l.base.seam(), 0.12)
		c.ink(outline("M72 58 C68 70 72 80 75 92"), 2.4, l.base.seam(), 0.12)
	})
	c.tube(outline("M34 58 L34 44 C34 6 66 6 66 44 L66 58"), 3.4, l.trim(), matt)
}

func drawSuitcase(c *canvas, l look) {
	if l.variant == 1 {
		c.ground(50, 86, 42, 3)
		c.tube(outline("M40 32 L40 24 C40 20 60 20 60 24 L60 32"), 3.6, plain(timber.dark(0.4)), satin)
		c.body(box(8, 31, 84, 54, 5), l.main, matt)
		c.ink(line(8, 46, 92, 46), 0.9, l.base.seam(), 0.8)
		for _, x := range []float64{20, 72} {
			c.body(box(x, 31, 8, 54, 0), plain(timber.dark(0.25)), thin)
			c.tube(box(x-1, 43, 10, 8, 1), 1.4, plain(gold), thin)
		}
		for _, corner := range []path{polygon(8, 31, 18, 31, 8, 41), polygon(92, 31, 82, 31, 92, 41), polygon(8, 85, 18, 85, 8, 75), polygon(92, 85, 82, 85, 92, 75)} {
			c.body(corner, plain(timber.dark(0.35)), thin)
		}
		c.body(box(46, 42, 8, 9, 1), plain(gold), glossy)
		return
	}
	c.ground(50, 95, 30, 2.5)
	c.tube(outline("M38 26 L38 6 C38 4 39 3.5 41 3.5 L59 3.5 C61 3.5 62 4 62 6 L62 26"), 2.4, plain(steel.dark(0.15)), glossy)
	for _, x := range []float64{29, 66} {
		c.body(box(x, 88, 6, 8, 3), plain(ink), thin)
	}
	c.body(box(23, 20, 54, 71, 8), l.main, satin)
	for x := 31.0; x <= 69; x += 7.6 {
		c.tube(line(x, 28, x, 83), 2.6, l.tone(0.94), thin)
	}
	c.tube(outline("M42 20 C42 15 58 15 58 20"), 2.6, plain(ink), thin)
	c.body(box(43, 40, 14, 6, 1.5), plain(steel.pale(0.3)), thin)
}

func drawWallet(c *canvas, l look) {
	c.ground(50, 78, 40, 3)
	top, height := 28.0, 48.0
	if l.variant == 1 {
		top, height = 34, 40
		c.body(box(8, top, 84, height, 4), l.main, satin)
		flap := outline("M8 %f L92 %f L92 54 C70 62 30 62 8 54 Z", top+1, top+1)
		c.body(flap.move(0, 1.4), plain(l.base.dark(0.6)), thin)
		c.body(flap, l.main, satin)
		c.body(circle(50, 55, 3.2), plain(gold), glossy)
		c.ink(box(11, top+2.5, 78, height-6, 3), 0.5, l.base.contrast(), 0.4)
		return
	}
	c.body(box(24, top-7, 52, 20, 1), plain(hex(0x9fc08e)), thin)
	c.ink(box(27, top-4.5, 46, 16, 1), 0.5, hex(0x4d7a45), 0.8)
	c.body(box(20, top-3, 48, 20, 2), plain(hex(0x6f8fc4)), thin)
	c.body(box(14, top, 72, height, 5), l.tone(0.75), matt)
	c.body(box(12, top+4, 74, height-3, 5), l.main, satin)
	c.ink(box(15, top+7, 68, height-9, 3), 0.6, l.base.contrast(), 0.5)
	tab := outline("M88 44 L70 44 C64 44 62 47 62 51 C62 55 64 58 70 58 L88 58 Z")
	c.body(tab, l.tone(0.85), thin)
	c.body(circle(69, 51, 2.8), plain(gold), glossy)
}
