package sample

var woods = []material{oak, painted}

var seats = []kind{
	{slug: "chair", category: []string{"Furniture", "Seating", "Chairs"}, min: 39, max: 189,
		variants: []name{{"chair", "椅子"}, {"dining chair", "餐椅"}, {"office chair", "办公椅"}}, about: "One seat with a backrest, for the table or the desk.",
		offer: offer{[]pattern{solid}, woods}, except: map[int]offer{2: {materials: []material{mesh, leather}}}, draw: drawChair},
	{slug: "armchair", category: []string{"Furniture", "Seating", "Armchairs"}, min: 149, max: 599,
		variants: []name{{"armchair", "单人沙发"}}, about: "Deep and soft, with broad arms to rest a cup on.",
		offer: offer{[]pattern{solid, solid, checked, floral, striped}, []material{velvet, linen, leather}}, size: 9, draw: drawArmchair},
	{slug: "sofa", category: []string{"Furniture", "Seating", "Sofas"}, min: 349, max: 1499,
		variants: []name{{"two-seat sofa", "双人沙发"}, {"three-seat sofa", "三人沙发"}}, about: "With loose cushions and covers that can be washed.",
		offer: offer{[]pattern{solid, solid, striped, checked, floral}, []material{velvet, linen, leather}}, size: 8, draw: drawSofa},
	{slug: "stool", category: []string{"Furniture", "Seating", "Stools"}, min: 25, max: 119,
		variants: []name{{"stool", "凳子"}, {"bar stool", "吧台凳"}}, about: "A round seat without a back.",
		offer: offer{[]pattern{solid}, woods}, draw: drawStool},
}

var furniture = []kind{
	{slug: "table", category: []string{"Furniture", "Tables", "Dining Tables"}, min: 99, max: 699,
		variants: []name{{"dining table", "餐桌"}, {"round table", "圆桌"}}, about: "Seats four people, six when they like each other.",
		offer: offer{[]pattern{solid}, woods}, draw: drawTable},
	{slug: "desk", category: []string{"Furniture", "Tables", "Desks"}, min: 89, max: 449,
		variants: []name{{"desk", "书桌"}}, about: "A working table with three drawers.",
		offer: offer{[]pattern{solid}, woods}, draw: drawDesk},
	{slug: "bookshelf", category: []string{"Furniture", "Storage", "Bookshelves"}, min: 59, max: 349,
		variants: []name{{"bookshelf", "书架"}, {"low bookshelf", "矮书架"}}, about: "Open shelves for books and for what one does with shelves otherwise.",
		offer: offer{[]pattern{solid}, woods}, draw: drawBookshelf},
	{slug: "wardrobe", category: []string{"Furniture", "Storage", "Wardrobes"}, min: 149, max: 799,
		variants: []name{{"wardrobe", "衣柜"}}, about: "Two doors, a rail inside and a drawer below.",
		offer: offer{[]pattern{solid}, woods}, draw: drawWardrobe},
	{slug: "bed", category: []string{"Furniture", "Beds"}, min: 199, max: 999,
		variants: []name{{"double bed", "双人床"}}, about: "A frame with a high headboard; shown with a duvet and pillows.",
		offer: offer{[]pattern{solid, striped, dotted, floral, checked, starry}, []material{oak, painted}}, size: 8, draw: drawBed},
}

// wooden gives the colour that an undyed wood would have to brown and beige pieces, and to oak.
func (l look) wooden(k float64) paint {
	if l.texture == grain {
		return textured(plain(l.base.mix(timber, 0.25).scale(k)), grain)
	}
	return l.tone(k)
}

func drawChair(c *canvas, l look) {
	if l.variant == 2 {
		drawOfficeChair(c, l)
		return
	}
	c.ground(50, 92, 34, 4)
	for _, x := range []float64{31, 69} {
		c.tube(line(x, 8, x, 84), 4, l.wooden(0.72), matt)
	}
	if l.variant == 1 {
		c.body(box(29, 6, 42, 34, 8), l.wooden(0.95), matt)
		c.body(box(34, 11, 32, 24, 6), textured(plain(l.accent), weave), soft)
	} else {
		c.body(box(28, 8, 44, 9, 3), l.wooden(0.95), matt)
		for x := 38.0; x <= 62; x += 8 {
			c.tube(line(x, 16, x, 50), 2.8, l.wooden(0.88), thin)
		}
	}
	c.tube(line(31, 74, 69, 74), 2.4, l.wooden(0.65), thin)
	for _, x := range []float64{24, 76} {
		c.tube(line(x, 60, x, 92), 4.6, l.wooden(0.9), matt)
	}
	c.body(polygon(30, 48, 70, 48, 80, 58, 20, 58), l.wooden(1.05), thin)
	c.body(box(19, 57.5, 62, 6, 1.5), l.wooden(0.82), thin)
	if l.variant == 1 {
		c.body(outline("M31 47 L69 47 C72 48 78 54 77 57 C64 59 36 59 23 57 C22 54 28 48 31 47 Z"), textured(plain(l.accent), weave), soft)
	}
}

func drawOfficeChair(c *canvas, l look) {
	c.ground(50, 94, 32, 3)
	metal := plain(ink.pale(0.15))
	for _, x := range []float64{24, 38, 62, 76} {
		c.tube(line(50, 82, x, 88), 3.4, metal, satin)
		c.body(circle(x, 91, 3), plain(ink), glossy)
	}
	c.tube(line(50, 60, 50, 83), 5, plain(steel.dark(0.3)), glossy)
	c.body(box(47, 36, 6, 22, 2), metal, satin)
	c.body(outline("M30 10 C36 4 64 4 70 10 C73 20 72 34 69 42 C60 46 40 46 31 42 C28 34 27 20 30 10 Z"), l.dyed(l.base), soft)
	c.ink(outline("M32 30 C40 34 60 34 68 30"), 1, l.base.seam(), 0.4)
	c.body(outline("M26 56 C34 52 66 52 74 56 C80 60 78 67 72 68 L28 68 C22 67 20 60 26 56 Z"), l.tone(1.04), soft)
	for _, arm := range []path{outline("M25 64 L17 62 L17 48 L24 45 L30 45")} {
		c.tube(arm, 3.6, metal, satin)
		c.tube(arm.mirror(), 3.6, metal, satin)
	}
}

func drawArmchair(c *canvas, l look) {
	c.ground(50, 91, 38, 4)
	for _, x := range []float64{22, 78} {
		c.tube(line(x, 80, x-(50-x)*0.1, 91), 4.4, textured(plain(timber.dark(0.3)), grain), matt)
	}
	c.body(outline("M24 24 C26 12 38 10 50 10 C62 10 74 12 76 24 L78 74 L22 74 Z"), l.main, soft)
	c.within(box(24, 10, 52, 50, 10), func() {
		c.ink(outline("M26 58 C28 40 30 28 32 20"), 1, l.base.seam(), 0.3)
		c.ink(outline("M74 58 C72 40 70 28 68 20"), 1, l.base.seam(), 0.3)
		for _, at := range []point{{38, 24}, {62, 24}, {50, 32}, {38, 40}, {62, 40}} {
			c.body(circle(at.x, at.y, 1.5), l.tone(0.7), thin)
		}
	})
	c.body(box(20, 66, 60, 18, 4), l.main, matt)
	c.tint(box(26, 67, 48, 3.5, 1), rgb{}, 0.25)
	c.body(box(26, 52, 48, 16, 6), l.main, soft)
	for _, arm := range []path{outline("M10 50 C10 42 15 39 20 40 C27 41 29 46 29 52 L28 84 C28 86 27 86 25 86 L14 86 C12 86 12 85 12 83 Z")} {
		c.body(arm, l.main, soft)
		c.body(arm.mirror(), l.main, soft)
		c.ink(outline("M28 52 C28 62 28 74 27 84"), 0.8, l.base.seam(), 0.4)
		c.ink(outline("M72 52 C72 62 72 74 73 84"), 0.8, l.base.seam(), 0.4)
	}
}

func drawSofa(c *canvas, l look) {
	c.ground(50, 81, 47, 3.5)
	for _, x := range []float64{10, 90} {
		c.tube(line(x, 74, x-(50-x)*0.03, 80), 3.6, textured(plain(timber.dark(0.3)), grain), matt)
	}
	count := 2 + l.variant
	width := 76 / float64(count)
	c.body(box(9, 30, 82, 42, 7), l.tone(0.85), matt)
	for i := range count {
		c.body(box(12+float64(i)*width, 29, width-0.6, 28, 6), l.main, soft)
	}
	c.body(box(8, 62, 84, 14, 3), l.main, matt)
	for i := range count {
		c.body(box(12+float64(i)*width, 53, width-0.6, 12, 4), l.main, soft)
	}
	arm := outline("M3 48 C3 42 7 40 10 40 C15 40 17 44 17 48 L17 76 C17 78 16 78 15 78 L6 78 C4 78 4 77 4 76 Z")
	c.body(arm, l.main, soft)
	c.body(arm.mirror(), l.main, soft)
	if l.rng.IntN(2) == 0 {
		c.body(outline("M20 38 C26 36 34 37 38 40 C37 46 38 50 36 55 C30 56 24 56 18 53 C20 48 19 44 20 38 Z"), textured(plain(l.accent), plush), soft)
	}
}

func drawStool(c *canvas, l look) {
	top, spread := 40.0, 20.0
	if l.variant == 1 {
		top, spread = 14, 16
	}
	c.ground(50, 93, 30, 4)
	c.tube(line(42, top+4, 50-spread*0.55, 84), 3.6, l.wooden(0.62), matt)
	c.tube(line(58, top+4, 50+spread*0.55, 84), 3.6, l.wooden(0.62), matt)
	ring := top + (93-top)*0.62
	c.tube(line(50-spread*1.02, ring, 50+spread*1.02, ring), 2.6, l.wooden(0.7), thin)
	c.tube(line(36, top+6, 50-spread*1.3, 93), 4.4, l.wooden(0.88), matt)
	c.tube(line(64, top+6, 50+spread*1.3, 93), 4.4, l.wooden(0.88), matt)
	c.body(ellipse(50, top+5, 25, 8), l.wooden(0.72), matt)
	c.body(ellipse(50, top, 25, 8), l.wooden(1.05), thin)
	if l.variant == 1 {
		c.body(ellipse(50, top-1.5, 22, 6.5), textured(plain(l.accent), hide), soft)
	}
}

func drawTable(c *canvas, l look) {
	c.ground(50, 86, 42, 4)
	if l.variant == 1 {
		c.body(outline("M44 46 L56 46 L54 72 C60 76 70 78 72 84 L28 84 C30 78 40 76 46 72 Z"), l.wooden(0.8), matt)
		c.body(ellipse(50, 43, 43, 11), l.wooden(0.68), matt)
		c.body(ellipse(50, 39, 43, 11), l.wooden(1.06), thin)
		return
	}
	for _, x := range []float64{22, 78} {
		c.tube(line(x, 46, x, 74), 4.2, l.wooden(0.62), matt)
	}
	c.body(polygon(12, 50, 88, 50, 88, 57, 12, 57), l.wooden(0.7), thin)
	for _, x := range []float64{12, 88} {
		c.tube(line(x, 52, x, 86), 5.6, l.wooden(0.88), matt)
	}
	c.body(polygon(20, 34, 80, 34, 96, 47, 4, 47), l.wooden(1.06), thin)
	c.body(box(4, 46.5, 92, 5, 1), l.wooden(0.84), thin)
}

func drawDesk(c *canvas, l look) {
	c.ground(50, 87, 44, 4)
	c.tube(line(12, 44, 12, 76), 3.6, l.wooden(0.62), matt)
	c.body(box(60, 47, 32, 39, 1), l.wooden(0.9), thin)
	for y := 50.0; y < 84; y += 12 {
		c.body(box(62.5, y, 27, 10.5, 1), l.wooden(1), thin)
		c.tube(line(72, y+5, 80, y+5), 1.6, plain(steel.pale(0.2)), thin)
	}
	c.tube(line(8, 48, 8, 86), 4.6, l.wooden(0.88), matt)
	c.body(polygon(14, 31, 88, 31, 96, 43, 4, 43), l.wooden(1.06), thin)
	c.body(box(4, 42.5, 92, 4.6, 1), l.wooden(0.84), thin)
	c.body(polygon(34, 38, 54, 38, 57, 41, 31, 41), plain(steel.dark(0.2)), thin)
	c.body(box(34, 21, 20, 17, 1.5), plain(ink), thin)
	c.tint(box(35.2, 22.2, 17.6, 14.2, 0.5), hex(0x9cc3e6), 1)
	c.body(box(72, 28, 6, 8, 1.5), plain(l.accent), thin)
}

func drawBookshelf(c *canvas, l look) {
	left, top, shelves := 24.0, 6.0, 4
	if l.variant == 1 {
		left, top, shelves = 14, 44, 2
	}
	width, height := 100-2*left, 90-top
	c.ground(50, 92, width/2+4, 3)
	c.body(box(left, top, width, height, 1), l.wooden(0.95), thin)
	step := (height - 3) / float64(shelves)
	spines := []rgb{hex(0xc8453b), hex(0x2f6db0), hex(0xe0b13a), hex(0x3f8f5b), hex(0x7b5aa6), hex(0xe8e2d2), hex(0x30343f), hex(0xe08a4f)}
	for i := range shelves {
		y := top + 3 + float64(i)*step
		c.body(box(left+3, y, width-6, step-3, 0), l.wooden(0.48), finish{relief: 3, alpha: 1})
		x, floor := left+4, y+step-3
		fill := left + width - 4 - l.rng.Float64()*width*0.4
		for x < fill-3 {
			wide, tall := 2.4+l.rng.Float64()*2.6, (step-4)*(0.6+0.32*l.rng.Float64())
			c.body(box(x, floor-tall, wide, tall, 0.3), plain(spines[l.rng.IntN(len(spines))]), finish{relief: 0.9, alpha: 1})
			x += wide + 0.2
		}
		if left+width-4-x > 8 {
			pot := x + 4.5
			c.body(circle(pot, floor-6, 3.4), plain(leaf), thin)
			c.body(box(pot-2.4, floor-4, 4.8, 4, 0.8), plain(rubber), thin)
		}
		c.body(box(left+1.5, floor, width-3, 3, 0.3), l.wooden(1.04), thin)
	}
}

func drawWardrobe(c *canvas, l look) {
	c.ground(50, 94, 34, 3)
	for _, x := range []float64{25, 71} {
		c.body(box(x, 89, 5, 5, 0.5), l.wooden(0.6), thin)
	}
	c.body(box(20, 6, 60, 84, 1.5), l.wooden(0.9), thin)
	c.body(box(17.5, 4, 65, 5, 1), l.wooden(0.82), thin)
	for _, x := range []float64{22, 50.5} {
		c.body(box(x, 11, 27.5, 60, 0.8), l.wooden(1), thin)
		c.body(box(x+4, 15, 19.5, 52, 0.8), l.wooden(0.94), thin)
	}
	c.body(box(22, 73, 56, 15, 0.8), l.wooden(1), thin)
	c.tube(line(47, 38, 47, 46), 1.5, plain(gold), glossy)
	c.tube(line(53, 38, 53, 46), 1.5, plain(gold), glossy)
	c.tube(line(44, 80.5, 56, 80.5), 1.7, plain(gold), glossy)
}

func drawBed(c *canvas, l look) {
	frame := timber.mix(l.base, 0.25)
	wood := func(k float64) paint { return textured(plain(frame.scale(k)), grain) }
	c.ground(50, 87, 46, 4)
	c.body(outline("M14 20 C26 12 74 12 86 20 L86 62 L14 62 Z"), wood(0.92), matt)
	for x := 24.0; x < 80; x += 10.4 {
		c.ink(line(x, 20, x, 44), 0.8, frame.seam(), 0.45)
	}
	for _, x := range []float64{9, 91} {
		c.tube(line(x, 76, x, 86), 4.6, wood(0.6), matt)
	}
	c.body(polygon(16, 44, 84, 44, 95, 70, 5, 70), plain(rubber.pale(0.5)), matt)
	pillow := outline("M20 42 C18 36 22 34 32 34 C42 34 47 35 47 40 C48 46 46 49 33 49 C22 49 19 47 20 42 Z")
	c.body(pillow, plain(hex(0xf6f5f1)), soft)
	c.body(pillow.mirror(), plain(hex(0xf6f5f1)), soft)
	duvet := outline("M15 50 C30 47 70 47 85 50 L97 70 C98 76 97 80 96 81 C70 84 30 84 4 81 C3 80 2 76 3 70 Z")
	c.body(duvet, l.main, soft)
	c.within(duvet, func() {
		c.body(outline("M13 48 C30 45 70 45 87 48 L89 55 C70 52 30 52 11 55 Z"), plain(l.base.pale(0.75)), matt)
		c.ink(outline("M6 70 C30 73 70 73 94 70"), 1.4, l.base.seam(), 0.2)
		c.ink(outline("M40 54 C38 62 36 72 36 82"), 2.6, l.base.seam(), 0.1)
		c.ink(outline("M64 54 C66 62 68 72 67 82"), 2.6, l.base.seam(), 0.1)
	})
	c.body(box(3, 79, 94, 4.6, 1.5), wood(0.85), thin)
}
