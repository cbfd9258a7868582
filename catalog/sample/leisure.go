package sample

var leisure = []kind{
	{slug: "guitar", category: []string{"Leisure", "Music", "Guitars"}, min: 79, max: 599,
		variants: []name{{"acoustic guitar", "木吉他"}, {"electric guitar", "电吉他"}}, about: "Six strings, in tune when it leaves the shop.",
		offer: offer{[]pattern{solid}, []material{{name{"spruce", "云杉木"}, grain}}}, draw: drawGuitar},
	{slug: "headphones", category: []string{"Leisure", "Music", "Headphones"}, min: 25, max: 299,
		variants: []name{{"headphones", "耳机"}}, about: "Over the ears, without a cable, for thirty hours.",
		offer: offer{[]pattern{solid}, []material{plastic, leather}}, draw: drawHeadphones},
	{slug: "book", category: []string{"Leisure", "Reading", "Books"}, min: 6, max: 39,
		variants: []name{{"notebook", "笔记本"}, {"novel", "小说"}}, about: "Sewn, so that it stays open where it is opened.",
		offer: offer{[]pattern{solid, striped, dotted, floral, starry, zigzag}, []material{paper}}, size: 9, draw: drawBook},
	{slug: "bicycle", category: []string{"Leisure", "Sport", "Bicycles"}, min: 249, max: 999,
		variants: []name{{"city bicycle", "城市自行车"}}, about: "Seven gears, mudguards and lights that need no battery.",
		offer: offer{[]pattern{solid}, []material{metal}}, draw: drawBicycle},
	{slug: "camera", category: []string{"Leisure", "Photo", "Cameras"}, min: 89, max: 899,
		variants: []name{{"camera", "照相机"}}, about: "A small camera with one good lens.",
		offer: offer{[]pattern{solid}, []material{leather, metal, plastic}}, draw: drawCamera},
}

func drawGuitar(c *canvas, l look) {
	tilt := func(p path) path { return p.turn(28, 50, 43).grow(0.86, 0.86, 50, 43).move(0, 7) }
	wood := textured(plain(timber.dark(0.45)), grain)
	body := symmetric("M50 46 C44 44 34 46 33 54 C32 60 36 62 34 67 C28 72 27 84 34 91 C40 96 46 97 50 97")
	if l.variant == 1 {
		body = outline("M50 58 C44 58 42 44 36 42 C30 42 30 52 33 60 C34 66 28 70 28 80 C28 92 38 98 50 98 C62 98 72 92 72 80 C72 70 66 66 67 60 C68 54 66 50 62 50 C58 52 56 58 50 58 Z")
	}
	c.cast(tilt(body))
	c.body(tilt(body), l.main, glossy)
	if l.variant == 0 {
		c.ink(tilt(body), 1.2, l.base.dark(0.55), 0.9)
		c.body(tilt(circle(50, 65, 8.6)), plain(gold), thin)
		c.body(tilt(circle(50, 65, 7)), plain(hex(0x1d1410)), thin)
		c.body(tilt(box(41, 82, 18, 3.4, 1)), wood, thin)
	} else {
		c.body(tilt(outline("M44 62 C40 70 42 82 48 88 L60 88 C64 80 62 70 56 62 Z")), plain(rubber), thin)
		for _, y := range []float64{68, 77} {
			c.body(tilt(box(43.5, y, 13, 4, 1)), plain(ink), satin)
		}
		c.body(tilt(box(44, 86, 12, 3, 1)), plain(steel), glossy)
		c.body(tilt(circle(64, 84, 2)), plain(ink), glossy)
		c.body(tilt(circle(66, 78, 2)), plain(ink), glossy)
	}
	c.body(tilt(box(47, 2, 6, 58, 0.8)), wood, thin)
	for y := 8.0; y < 58; y += 4.6 {
		c.ink(tilt(line(47, y, 53, y)), 0.5, steel, 0.9)
	}
	c.body(tilt(outline("M46 -10 L54 -10 L54.5 3 L45.5 3 Z")), wood, thin)
	for _, y := range []float64{-8, -4, 0} {
		c.body(tilt(circle(44, y, 1.5)), plain(steel), thin)
		c.body(tilt(circle(56, y, 1.5)), plain(steel), thin)
	}
	for x := 48.2; x < 52.5; x += 1.2 {
		c.ink(tilt(line(x, -4, x, 84)), 0.25, rubber.pale(0.6), 0.9)
	}
}

func drawHeadphones(c *canvas, l look) {
	c.ground(50, 88, 36, 3)
	c.tube(outline("M18 62 C14 -6 86 -6 82 62"), 6, l.tone(0.9), satin)
	c.tube(outline("M24 34 C32 10 68 10 76 34"), 7, l.dyed(l.base.dark(0.35)), soft)
	for _, flip := range []bool{false, true} {
		side := func(p path) path {
			if flip {
				return p.mirror()
			}
			return p
		}
		c.body(side(box(25, 50, 12, 34, 6)), plain(ink.pale(0.15)), soft)
		c.body(side(outline("M28 48 C14 46 9 56 9 67 C9 78 14 88 28 86 Z")), l.main, glossy)
		c.body(side(ellipse(17, 67, 4, 9)), plain(l.accent), satin)
	}
}

func drawBook(c *canvas, l look) {
	c.ground(54, 91, 34, 3)
	c.body(outline("M24 12 L76 12 L82 18 L82 90 L30 90 L24 84 Z"), plain(rubber.pale(0.3)), thin)
	for i := 1.0; i < 6; i++ {
		c.ink(line(30+i, 90-i*0.2, 82, 90-i*0.9), 0.3, steel.dark(0.2), 0.5)
		c.ink(line(76+i, 14+i, 76+i, 90), 0.3, steel.dark(0.2), 0.5)
	}
	cover := box(20, 8, 56, 78, 2)
	c.body(outline("M20 84 L76 84 L84 92 L30 92 Z"), l.tone(0.6), thin)
	c.body(outline("M22 10 L74 10 L74 83 L82 90 L82 87 L76 80 L76 9 Z"), plain(rubber), thin)
	c.body(cover, l.main, thin)
	c.tint(box(20, 8, 6.5, 78, 2), rgb{}, 0.22)
	c.ink(line(27, 8, 27, 86), 0.6, l.base.seam(), 0.6)
	if l.variant == 0 {
		c.body(box(35, 22, 32, 18, 1), plain(hex(0xf8f3e4)), thin)
		c.ink(line(39, 29, 63, 29), 1, ink, 0.7)
		c.ink(line(43, 34, 59, 34), 0.7, ink, 0.6)
		c.tube(line(69.5, 8, 69.5, 86), 2, plain(l.accent), thin)
		return
	}
	c.tint(box(33, 18, 37, 20, 0.5), l.base.dark(0.55), 0.9)
	c.ink(line(38, 25, 65, 25), 2.2, glow, 1)
	c.ink(line(43, 31, 60, 31), 1.6, glow, 1)
	c.body(circle(51.5, 57, 10), plain(l.accent), thin)
	c.ink(line(42, 77, 61, 77), 1.2, glow, 1)
}

func drawBicycle(c *canvas, l look) {
	c.ground(50, 85, 44, 2.4)
	for _, x := range []float64{23, 77} {
		c.tube(circle(x, 65, 18), 2.4, plain(ink), thin)
		c.ink(circle(x, 65, 16), 0.7, steel, 1)
		for degrees := 0.0; degrees < 180; degrees += 20 {
			c.ink(line(x-16, 65, x+16, 65).turn(degrees, x, 65), 0.25, steel.dark(0.2), 0.8)
		}
		c.body(circle(x, 65, 2), plain(steel.dark(0.3)), thin)
	}
	frame := l.tone(1)
	c.tube(outline("M46 66 L23 65 L38 40 L46 66 L70 38 L40 42"), 2.6, frame, satin)
	c.tube(outline("M68 28 L71 40 L77 65"), 2.8, frame, satin)
	c.tube(outline("M46 66 L36 32"), 2.6, frame, satin)
	c.tube(outline("M60 25 C66 22 70 24 68 30"), 2.4, plain(steel.dark(0.3)), thin)
	c.tube(line(57, 26, 62, 24.5), 3.4, plain(timber.dark(0.3)), thin)
	c.body(outline("M28 30 C32 26 40 28 46 29 C45 33 38 32 36 34 C32 35 29 34 28 30 Z"), plain(timber.dark(0.35)), soft)
	c.tube(outline("M3.5 62 C5 46 20 40 32 46"), 1.8, frame, thin)
	c.tube(outline("M68 46 C82 40 96 50 97 62"), 1.8, frame, thin)
	c.tube(circle(46, 66, 5), 1.4, plain(steel.dark(0.3)), thin)
	c.tube(line(46, 66, 50, 75), 1.6, plain(steel.dark(0.4)), thin)
	c.tube(line(47, 76, 54, 75), 2.2, plain(ink), thin)
	c.body(circle(75, 42, 2.8), plain(glow), satin)
}

func drawCamera(c *canvas, l look) {
	c.ground(50, 82, 42, 3)
	c.body(box(34, 18, 30, 20, 4), plain(steel.dark(0.15)), satin)
	c.body(box(12, 23, 12, 8, 2), plain(steel.dark(0.3)), glossy)
	c.body(box(72, 22, 14, 8, 2), plain(steel.dark(0.2)), glossy)
	c.body(box(6, 28, 88, 53, 7), plain(steel), satin)
	c.body(box(6, 40, 88, 31, 1), l.main, matt)
	c.body(box(72, 32, 13, 6, 1), plain(hex(0xf3f0df)), thin)
	c.body(circle(50, 55, 23), plain(ink.pale(0.2)), glossy)
	c.body(circle(50, 55, 18.5), plain(ink), glossy)
	c.body(circle(50, 55, 13), plain(hex(0x27435f)), glossy)
	c.body(circle(50, 55, 6.5), plain(hex(0x101820)), matt)
	c.tint(ellipse(43, 48, 4, 2.5).turn(-40, 43, 48), rgb{1, 1, 1}, 0.75)
	c.tint(circle(55, 61, 1.6), rgb{1, 1, 1}, 0.5)
	c.body(circle(18, 35, 2), plain(hex(0xcf2f36)), thin)
}
