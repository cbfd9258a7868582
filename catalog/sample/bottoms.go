package sample

var bottoms = []kind{
	{slug: "jeans", category: []string{"Clothing", "Trousers", "Jeans"}, min: 35, max: 129, gender: true,
		variants: []name{{"jeans", "牛仔裤"}, {"skinny jeans", "紧身牛仔裤"}, {"flared jeans", "喇叭牛仔裤"}}, about: "Five pockets, contrast stitching and a zip fly.",
		offer: offer{[]pattern{solid}, []material{jeanswear}}, colours: []string{"blue", "navy", "black", "grey", "white", "blue", "beige"}, draw: drawJeans},
	{slug: "shorts", category: []string{"Clothing", "Trousers", "Shorts"}, min: 15, max: 59, gender: true,
		variants: []name{{"shorts", "短裤"}, {"swim shorts", "沙滩裤"}}, about: "Short trousers that end above the knee.",
		offer: offer{[]pattern{solid, solid, striped, checked, floral}, []material{cotton, linen, jeanswear}}, except: map[int]offer{1: {materials: []material{polyester, nylon}}}, draw: drawShorts},
	{slug: "skirt", category: []string{"Clothing", "Skirts"}, min: 19, max: 89,
		variants: []name{{"skirt", "半身裙"}, {"pleated skirt", "百褶裙"}, {"pencil skirt", "铅笔裙"}}, about: "With a waistband and a hidden zip at the side.",
		offer: offer{[]pattern{solid, solid, checked, floral, dotted, striped}, []material{cotton, wool, silk}}, draw: drawSkirt},
	{slug: "socks", category: []string{"Clothing", "Hosiery", "Socks"}, min: 4, max: 19, gender: true,
		variants: []name{{"socks", "袜子"}}, about: "A pair of socks with a soft cuff, heel and toe in a second colour.",
		offer: offer{[]pattern{solid, striped, dotted, zigzag, starry}, []material{cotton, wool}}, draw: drawSocks},
}

func drawJeans(c *canvas, l look) {
	leg := "C30 28 28 60 27 93 L44 94 C46 72 48 54 50 42"
	switch l.variant {
	case 1:
		leg = "C31 30 33 62 36 94 L46 94 C48 72 49 54 50 42"
	case 2:
		leg = "C31 28 33 60 20 93 L42 95 C46 72 48 54 50 42"
	}
	shape := symmetric("M50 9 C44 9 38 8 34 7 %s", leg)
	c.cast(shape)
	c.body(shape, l.main, soft)
	thread := hex(0xe0a050)
	c.within(shape, func() {
		c.shine(ellipse(38, 52, 4, 24), l.base.pale(0.6), 0.4, 3)
		c.shine(ellipse(62, 52, 4, 24), l.base.pale(0.6), 0.4, 3)
		c.body(outline("M30 4 L70 4 L70 14 C60 16 40 16 30 14 Z"), l.tone(0.85), thin)
		c.ink(outline("M30 14.5 C40 16.5 60 16.5 70 14.5"), 0.5, thread, 0.9)
		c.ink(outline("M32 24 C38 25 42 21 43 15"), 0.7, thread, 0.9)
		c.ink(outline("M68 24 C62 25 58 21 57 15"), 0.7, thread, 0.9)
		c.ink(outline("M50 15 L50 42"), 0.8, l.base.seam(), 0.8)
		c.ink(outline("M54.5 16 L54.5 30 C54 34 52 36 50 37"), 0.6, thread, 0.9)
		c.ink(outline("M50 42 C45 39 40 38 33 38"), 1.4, l.base.seam(), 0.15)
		c.ink(outline("M50 42 C55 39 60 38 67 38"), 1.4, l.base.seam(), 0.15)
	})
	for _, x := range []float64{36, 43, 57, 64} {
		c.body(box(x-0.8, 7.5, 1.8, 8, 0.5), l.tone(0.75), thin)
	}
	c.body(circle(50, 11.5, 1.5), plain(gold), thin)
}

func drawShorts(c *canvas, l look) {
	shape := symmetric("M50 20 C44 20 36 19 31 18 C30 36 23 56 19 74 C28 78 38 79 47 78 C48 66 49 56 50 49")
	c.cast(shape)
	c.body(shape, l.main, soft)
	c.within(shape, func() {
		c.body(outline("M24 14 L76 14 L76 25 C60 28 40 28 24 25 Z"), l.tone(0.85), thin)
		c.ink(line(50, 26, 50, 50), 0.8, l.base.seam(), 0.7)
		c.ink(line(28, 40, 36, 27), 0.9, l.base.seam(), 0.6)
		c.ink(line(72, 40, 64, 27), 0.9, l.base.seam(), 0.6)
		c.ink(outline("M17 70 C28 74 38 75 50 74.5 C62 75 72 74 83 70"), 0.6, l.base.seam(), 0.6)
		c.ink(outline("M50 50 C44 47 38 46 32 47"), 1.6, l.base.seam(), 0.15)
	})
	if l.variant == 1 {
		cord := plain(l.base.contrast().pale(0.4))
		c.tube(outline("M49 24 C44 30 45 36 43 40"), 1.2, cord, thin)
		c.tube(outline("M51 24 C56 30 54 36 57 39"), 1.2, cord, thin)
		return
	}
	c.body(circle(50, 22.5, 1.5), plain(l.base.contrast()), thin)
}

func drawSkirt(c *canvas, l look) {
	side := "C34 38 24 62 16 80 C28 86 40 87 50 87"
	if l.variant == 2 {
		side = "C30 36 28 52 33 88 C40 89 46 89 50 89"
	}
	shape := symmetric("M50 18 C45 18 40 17 36 17 %s", side)
	c.cast(shape)
	c.body(shape, l.main, soft)
	c.within(shape, func() {
		pleats := 5.0
		if l.variant == 1 {
			pleats = 12
		}
		if l.variant == 2 {
			c.ink(line(50, 70, 50, 92), 1, l.base.seam(), 0.7)
			pleats = 2
		}
		for i := 1.0; i < pleats; i++ {
			t := i / pleats
			top, bottom := 36+28*t, 14+72*t
			fold := outline("M%f 22 C%f 45 %f 62 %f 92", top, top+(bottom-top)*0.3, bottom+(top-bottom)*0.3, bottom)
			c.ink(fold, 0.7, l.base.seam(), 0.5)
			c.ink(fold.move(1.4, 0), 2.4, l.base.seam(), 0.16)
			c.ink(fold.move(-1.6, 0), 1.6, rgb{1, 1, 1}, 0.14)
		}
		c.body(outline("M30 14 L70 14 L70 24 C60 25 40 25 30 24 Z"), l.tone(0.8), thin)
	})
}

func drawSocks(c *canvas, l look) {
	sock := outline("M32 8 C38 10 46 10 52 8 C52 22 51 36 53 46 C56 56 72 62 80 72 C86 80 80 90 70 88 C56 86 40 76 34 66 C30 56 33 30 32 8 Z")
	c.cast(sock.move(10, -2))
	c.cast(sock.move(-14, 4))
	for _, at := range []point{{10, -2}, {-14, 4}} {
		one := sock.move(at.x, at.y)
		c.body(one, l.main, soft)
		c.within(one, func() {
			c.body(circle(33+at.x, 68+at.y, 11), l.trim(), matt)
			c.body(circle(84+at.x, 84+at.y, 14), l.trim(), matt)
			ribbed(c, l, box(28+at.x, 4+at.y, 30, 14, 0), 31+at.x, 4+at.y, 22, 14)
		})
	}
}
