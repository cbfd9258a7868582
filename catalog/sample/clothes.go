package sample

var printsClothes = []pattern{solid, solid, striped, dotted, checked, floral, pin, zigzag, starry}

var tops = []kind{
	{slug: "t-shirt", category: []string{"Clothing", "Tops", "T-Shirts"}, min: 9, max: 39, gender: true,
		variants: []name{{"T-shirt", "T恤"}, {"V-neck T-shirt", "V领T恤"}, {"long-sleeved T-shirt", "长袖T恤"}},
		about:    "A soft top for warm days and for layers.",
		offer:    offer{[]pattern{solid, solid, striped, dotted, starry, blocked}, []material{cotton, linen}}, draw: drawTShirt},
	{slug: "shirt", category: []string{"Clothing", "Tops", "Shirts"}, min: 25, max: 89, gender: true,
		variants: []name{{"shirt", "衬衫"}, {"short-sleeved shirt", "短袖衬衫"}}, about: "With buttons down the front and a turned collar.",
		offer: offer{[]pattern{solid, pin, checked, floral, dotted}, []material{cotton, linen, silk}}, size: 6, draw: drawShirt},
	{slug: "hoodie", category: []string{"Clothing", "Tops", "Hoodies"}, min: 29, max: 79, gender: true,
		variants: []name{{"hoodie", "连帽卫衣"}, {"zip hoodie", "拉链连帽衫"}}, about: "With a lined hood, drawstrings and a pocket for both hands.",
		offer: offer{[]pattern{solid, solid, blocked, striped}, []material{cotton, fleece}}, size: 11, draw: drawHoodie},
	{slug: "sweater", category: []string{"Clothing", "Tops", "Sweaters"}, min: 35, max: 139, gender: true,
		variants: []name{{"sweater", "毛衣"}, {"turtleneck sweater", "高领毛衣"}, {"cardigan", "开衫"}}, about: "Knitted, with ribbed cuffs and hem.",
		offer: offer{[]pattern{solid, striped, zigzag, dotted}, []material{wool}}, size: 9, draw: drawSweater},
	{slug: "jacket", category: []string{"Clothing", "Outerwear", "Jackets"}, min: 59, max: 249, gender: true,
		variants: []name{{"jacket", "夹克"}, {"puffer jacket", "羽绒服"}}, about: "A short jacket with a zip and two pockets.",
		offer: offer{[]pattern{solid}, []material{leather, nylon, jeanswear}}, except: map[int]offer{1: {[]pattern{solid, blocked}, []material{nylon, polyester}}}, draw: drawJacket},
	{slug: "coat", category: []string{"Clothing", "Outerwear", "Coats"}, min: 89, max: 349, gender: true,
		variants: []name{{"coat", "大衣"}, {"trench coat", "风衣"}}, about: "A long coat that reaches the knee, double-breasted.",
		offer: offer{[]pattern{solid, solid, checked}, []material{felt, cotton}}, size: 9, draw: drawCoat},
	{slug: "dress", category: []string{"Clothing", "Dresses"}, min: 29, max: 189,
		variants: []name{{"dress", "连衣裙"}, {"short-sleeved dress", "短袖连衣裙"}, {"evening gown", "晚礼服"}}, about: "A dress with a fitted waist and a wide skirt.",
		offer: offer{printsClothes, []material{cotton, linen}}, except: map[int]offer{2: {materials: []material{silk, velvet}}}, draw: drawDress},
}

// torso is the front of a top: collar width at the shoulder, depth of the neckline, sleeve
// ("none", "short" or "long"), hem height and how far the hem stands out.
func torso(neckDepth float64, sleeve string, hem, flare float64) path {
	arm := "L35 16 C35 26 33 34 29 38"
	switch sleeve {
	case "short":
		arm = "L27 19 C20 22 14 30 8 42 L20 49 L28 41"
	case "long":
		arm = "L28 19 C21 22 18 30 16 42 L8 79 C11 82 15 83 18 82 L28 47"
	}
	return symmetric("M50 %f C44 %f 39 %f 38 15 %s C29 58 %f 70 %f %f C%f %f 42 %f 50 %f",
		15+neckDepth, 15+neckDepth, 15+neckDepth*0.7, arm, 28-flare*0.4, 27-flare, hem, 35-flare/2, hem+2, hem+2.5, hem+2.5)
}

// nape is the inside of the back that shows in the neckline.
func nape(c *canvas, l look, depth float64) {
	c.body(outline("M38 15 C43 18.5 57 18.5 62 15 C60 %f 55 %f 50 %f C45 %f 40 %f 38 15 Z", 15+depth*0.8, 15.5+depth, 15.5+depth, 15.5+depth, 15+depth*0.8), l.tone(0.55), thin)
}

// folds draws the creases of worn cloth and the seams of the sleeves.
func folds(c *canvas, l look, bottom float64) {
	dark := l.base.seam()
	c.ink(outline("M29 40 C28 33 29 26 32 19"), 0.6, dark, 0.45)
	c.ink(outline("M71 40 C72 33 71 26 68 19"), 0.6, dark, 0.45)
	for _, fold := range []string{"M34 44 C36 55 35 66 33 %f", "M65 46 C63 56 65 68 68 %f", "M44 60 C45 68 44 76 43 %f"} {
		c.ink(outline(fold, bottom-4), 1.8, dark, 0.1)
	}
}

func drawTShirt(c *canvas, l look) {
	depth, sleeve := 9.0, "short"
	if l.variant == 2 {
		sleeve = "long"
	}
	shape := torso(depth, sleeve, 86, 0)
	collar := "M38 15 C39 21 44 24 50 24 C56 24 61 21 62 15"
	if l.variant == 1 {
		shape = symmetric("M50 36 L38 15 L27 19 C20 22 14 30 8 42 L20 49 L28 41 C29 58 28 70 27 86 C35 88 42 88 50 88")
		collar = "M38 15 L50 35 L62 15"
	}
	c.cast(shape)
	if l.variant == 1 {
		c.body(outline("M38 15 C43 18 57 18 62 15 L50 36 Z"), l.tone(0.55), thin)
	} else {
		nape(c, l, depth)
	}
	c.body(shape, l.main, soft)
	c.within(shape, func() {
		folds(c, l, 86)
		c.tube(outline("%s", collar), 2.6, l.tone(0.86), thin)
		c.ink(outline("M26 83.5 C40 86 60 86 74 83.5"), 0.5, l.base.seam(), 0.5)
	})
}

func drawShirt(c *canvas, l look) {
	sleeve := "long"
	if l.variant == 1 {
		sleeve = "short"
	}
	shape := torso(10, sleeve, 85, 1)
	c.cast(shape)
	nape(c, l, 9)
	c.body(shape, l.main, soft)
	c.within(shape, func() {
		folds(c, l, 86)
		c.ink(line(47, 24, 47, 90), 0.5, l.base.seam(), 0.5)
		c.ink(line(53, 24, 53, 90), 0.5, l.base.seam(), 0.5)
		c.ink(outline("M57 40 L66 40 L66 49 L61.5 52 L57 49 Z"), 0.6, l.base.seam(), 0.6)
		if sleeve == "long" {
			c.ink(outline("M5 74 L22 78"), 0.7, l.base.seam(), 0.6)
			c.ink(outline("M95 74 L78 78"), 0.7, l.base.seam(), 0.6)
		}
	})
	for y := 31.0; y < 85; y += 10.5 {
		c.body(circle(50, y, 1.3), plain(l.base.contrast().pale(0.3)), thin)
	}
	for _, wing := range []path{outline("M38 14 L50 25 L43 33 L33 19 Z"), outline("M62 14 L50 25 L57 33 L67 19 Z")} {
		c.body(wing, l.main, thin)
		c.ink(wing, 0.5, l.base.seam(), 0.6)
	}
}

func drawHoodie(c *canvas, l look) {
	shape := torso(11, "long", 84, 1)
	hood := symmetric("M50 6 C38 6 31 12 33 22 C36 30 44 33 50 34")
	c.cast(shape)
	c.body(shape, l.main, soft)
	c.within(shape, func() {
		folds(c, l, 84)
		c.body(box(20, 81, 60, 8, 0), l.tone(0.8), thin)
		c.body(polygon(4, 75, 24, 79, 22, 88, 2, 84), l.tone(0.8), thin)
		c.body(polygon(96, 75, 76, 79, 78, 88, 98, 84), l.tone(0.8), thin)
	})
	pouch := outline("M36 58 L64 58 L72 77 L28 77 Z")
	c.body(pouch, l.tone(0.95), thin)
	c.ink(pouch, 0.6, l.base.seam(), 0.5)
	c.body(hood, l.tone(1.02), soft)
	c.body(symmetric("M50 12 C42 12 38 16 39 22 C41 27 46 29 50 31"), l.tone(0.42), thin)
	if l.variant == 1 {
		c.tube(line(50, 33, 50, 86), 1.5, plain(steel.dark(0.2)), thin)
		c.body(box(49, 37, 2, 5, 1), plain(steel), thin)
	}
	cord := l.base.contrast().pale(0.3)
	c.tube(outline("M45 30 C44 38 45 44 44 50"), 1.2, plain(cord), thin)
	c.tube(outline("M55 30 C56 38 55 44 56 50"), 1.2, plain(cord), thin)
}

func drawSweater(c *canvas, l look) {
	shape := torso(9, "long", 83, 0)
	c.cast(shape)
	nape(c, l, 8)
	c.body(shape, l.main, soft)
	c.within(shape, func() {
		folds(c, l, 82)
		ribbed(c, l, box(20, 79, 60, 10, 0), 28, 79, 45, 9)
		c.body(polygon(4, 73, 24, 77, 22, 88, 2, 84), l.tone(0.82), thin)
		c.body(polygon(96, 73, 76, 77, 78, 88, 98, 84), l.tone(0.82), thin)
	})
	switch l.variant {
	case 1:
		c.body(symmetric("M50 8 C44 8 41 9 40 10 L38 22 C42 25 46 26 50 26"), l.tone(0.92), matt)
		for x := 42.0; x <= 58; x += 2.7 {
			c.ink(line(x, 10, x, 24), 0.5, l.base.seam(), 0.35)
		}
	case 2:
		opening := outline("M38 15 C44 28 48 34 49 42 L49 88 L51 88 L51 42 C52 34 56 28 62 15 C57 17 43 17 38 15 Z")
		c.body(opening, l.tone(0.4), thin)
		c.tube(outline("M38 15 C44 28 48 34 48.5 42 L48.5 85"), 3, l.tone(0.85), thin)
		c.tube(outline("M62 15 C56 28 52 34 51.5 42 L51.5 85"), 3, l.tone(0.85), thin)
		for y := 46.0; y < 82; y += 9 {
			c.body(circle(51.5, y, 1.5), plain(l.base.contrast()), thin)
		}
	default:
		c.tube(outline("M38 15 C39 21 44 24 50 24 C56 24 61 21 62 15"), 3.4, l.tone(0.85), thin)
	}
}

// ribbed draws a knitted border with vertical ribs from x over width.
func ribbed(c *canvas, l look, shape path, x, y, width, height float64) {
	c.body(shape, l.tone(0.82), thin)
	for at := x; at <= x+width; at += 2.2 {
		c.ink(line(at, y, at, y+height), 0.5, l.base.seam(), 0.4)
	}
}

func drawJacket(c *canvas, l look) {
	shape := torso(8, "long", 78, 1)
	c.cast(shape)
	nape(c, l, 8)
	c.body(shape, l.main, satin)
	c.within(shape, func() {
		folds(c, l, 78)
		if l.variant == 1 {
			for y := 30.0; y < 82; y += 9 {
				c.body(outline("M0 %f Q50 %f 100 %f L100 %f Q50 %f 0 %f Z", y, y+3, y, y+9, y+12, y+9), l.main, matt)
			}
		}
		c.body(box(20, 75, 60, 8, 0), l.tone(0.75), thin)
		c.body(polygon(4, 74, 24, 78, 22, 88, 2, 84), l.tone(0.75), thin)
		c.body(polygon(96, 74, 76, 78, 78, 88, 98, 84), l.tone(0.75), thin)
	})
	c.tube(line(50, 25, 50, 80), 1.8, plain(steel), thin)
	c.body(box(49, 32, 2.2, 6, 1), plain(steel.pale(0.3)), thin)
	c.tube(line(33, 54, 38, 68), 1.3, plain(l.base.dark(0.5)), thin)
	c.tube(line(67, 54, 62, 68), 1.3, plain(l.base.dark(0.5)), thin)
	c.body(outline("M38 12 C40 18 46 24 50 26 L45 31 C38 28 33 22 33 16 Z"), l.tone(0.9), thin)
	c.body(outline("M62 12 C60 18 54 24 50 26 L55 31 C62 28 67 22 67 16 Z"), l.tone(0.9), thin)
}

func drawCoat(c *canvas, l look) {
	shape := symmetric("M50 20 C45 18 41 14 39 9 L30 12 C23 15 21 22 20 32 L13 62 L22 65 L30 40 C30 56 27 74 23 92 C32 95 42 95 50 95")
	c.cast(shape)
	c.body(outline("M39 9 C44 12 56 12 61 9 L50 34 Z"), l.tone(0.5), thin)
	c.body(shape, l.main, soft)
	c.within(shape, func() {
		c.ink(outline("M32 12 C30 22 30 32 30 42"), 0.6, l.base.seam(), 0.5)
		c.ink(outline("M68 12 C70 22 70 32 70 42"), 0.6, l.base.seam(), 0.5)
		c.ink(line(55, 38, 57, 95), 0.8, l.base.seam(), 0.7)
		c.ink(line(40, 66, 36, 94), 1.8, l.base.seam(), 0.12)
		c.tube(line(32, 66, 41, 67), 2, l.tone(0.8), thin)
		c.tube(line(68, 66, 60, 67), 2, l.tone(0.8), thin)
		if l.variant == 1 {
			c.body(box(24, 52, 52, 5.5, 1), l.tone(0.8), thin)
			c.tube(box(47, 51.5, 7, 6.5, 1), 1.1, plain(gold), thin)
		}
	})
	for _, wing := range []path{outline("M39 8 L50 36 L43 40 L36 26 L40 24 L33 17 Z"), outline("M61 8 L52 38 L58 40 L64 26 L60 24 L67 17 Z")} {
		c.body(wing, l.tone(0.88), thin)
		c.ink(wing, 0.5, l.base.seam(), 0.5)
	}
	for _, y := range []float64{45, 62, 74} {
		c.body(circle(46, y, 1.5), plain(l.base.contrast()), thin)
		c.body(circle(52.5, y, 1.5), plain(l.base.contrast()), thin)
	}
}

func drawDress(c *canvas, l look) {
	arm, skirt := "L36 8 C36 18 35 24 31 28", "C31 62 24 74 19 88 C28 92 40 93 50 93"
	switch l.variant {
	case 1:
		arm = "L31 11 C25 14 21 20 17 30 L27 35 L32 29"
	case 2:
		skirt = "C33 62 30 78 16 95 C28 98 40 98 50 98"
	}
	shape := symmetric("M50 21 C45 21 42 16 40 8 %s C34 36 36 41 38 46 %s", arm, skirt)
	c.cast(shape)
	if l.variant == 1 {
		c.body(outline("M40 8 C45 11 55 11 60 8 C58 16 55 21 50 21.5 C45 21 42 16 40 8 Z"), l.tone(0.5), thin)
	}
	c.body(shape, l.main, soft)
	c.within(shape, func() {
		for i, x := range []float64{42, 47, 53, 58} {
			end := 14 + float64(i)*24
			c.ink(outline("M%f 50 C%f 66 %f 78 %f 98", x, x+(x-50)*0.4, x+(end-x)*0.4, end), 2.2, l.base.seam(), 0.2)
		}
		c.body(box(30, 44.5, 40, 4.5, 0), l.trim(), thin)
	})
	if l.variant == 2 {
		c.body(outline("M50 46.7 L43 42 L43 51 Z"), l.trim(), thin)
		c.body(outline("M50 46.7 L57 42 L57 51 Z"), l.trim(), thin)
	}
}
