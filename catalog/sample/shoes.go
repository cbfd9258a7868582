package sample

var shoes = []kind{
	{slug: "sneaker", category: []string{"Shoes", "Sneakers"}, min: 39, max: 149, gender: true,
		variants: []name{{"sneakers", "运动鞋"}, {"high-top sneakers", "高帮运动鞋"}, {"running shoes", "跑鞋"}}, about: "Light casual shoes with laces and a cushioned sole.",
		offer: offer{[]pattern{solid, solid, solid, checked, dotted}, []material{canvasy, suede, leather}}, except: map[int]offer{2: {materials: []material{mesh, nylon}}}, size: 5, draw: drawSneaker},
	{slug: "boot", category: []string{"Shoes", "Boots"}, min: 59, max: 219, gender: true,
		variants: []name{{"lace-up boots", "系带靴"}, {"Chelsea boots", "切尔西靴"}, {"tall boots", "长靴"}, {"rubber boots", "雨靴"}}, about: "Ankle or higher, with a sole that grips.",
		offer: offer{[]pattern{solid}, []material{leather, suede}}, except: map[int]offer{3: {materials: []material{rubbery}}}, draw: drawBoot},
	{slug: "high-heel", category: []string{"Shoes", "High Heels"}, min: 45, max: 189,
		variants: []name{{"high heels", "高跟鞋"}, {"block-heel pumps", "粗跟鞋"}, {"ankle-strap heels", "系带高跟鞋"}}, about: "Women's pumps for evenings and for the office.",
		offer: offer{[]pattern{solid, solid, solid, dotted, floral}, []material{leather, suede, silk}}, size: 5, draw: drawHeel},
	{slug: "sandal", category: []string{"Shoes", "Sandals"}, min: 15, max: 89, gender: true,
		variants: []name{{"sandals", "凉鞋"}, {"flip-flops", "人字拖"}}, about: "Open summer shoes with soft straps.",
		offer: offer{[]pattern{solid, solid, striped, dotted}, []material{leather, suede}}, except: map[int]offer{1: {materials: []material{rubbery}}}, size: 5, draw: drawSandal},
	{slug: "formal-shoe", category: []string{"Shoes", "Formal Shoes"}, min: 69, max: 259,
		variants: []name{{"Oxford shoes", "牛津鞋"}, {"loafers", "乐福鞋"}}, about: "Dress shoes on a thin leather sole with a low heel.",
		offer: offer{[]pattern{solid}, []material{leather, suede}}, colours: []string{"black", "brown", "navy", "beige", "grey", "brown", "red", "black", "white", "green"}, draw: drawFormal},
	{slug: "slipper", category: []string{"Shoes", "Slippers"}, min: 12, max: 49, gender: true,
		variants: []name{{"slippers", "拖鞋"}}, about: "Warm house shoes with a fluffy lining.",
		offer: offer{[]pattern{solid, checked, striped, starry}, []material{felt, fleece}}, size: 6, draw: drawSlipper},
}

func drawSneaker(c *canvas, l look) {
	upper := outline("M8 70 C7 58 8 46 13 36 C16 33 20 36 22 40 C27 46 34 44 38 37 C41 32 45 33 47 36 C53 46 60 52 70 55 C82 58 91 62 92 71 Z")
	tongue := outline("M36 40 C38 30 42 25 46 27 C49 29 51 34 54 40 Z")
	if l.variant == 1 {
		upper = outline("M9 70 C9 54 12 36 12 18 C20 15 34 15 42 18 C42 32 46 42 54 48 C64 54 88 56 92 71 Z")
		tongue = outline("M32 20 C34 10 42 8 45 12 C46 18 46 24 46 30 Z")
	}
	c.ground(50, 81, 44, 3)
	c.body(tongue, l.tone(0.8), thin)
	c.body(upper, l.main, soft)
	c.within(upper, func() {
		c.body(outline("M0 40 L16 34 C18 48 18 60 20 74 L0 74 Z"), l.trim(), thin)
		if l.variant == 1 {
			c.body(circle(23, 34, 6.5), plain(rubber), thin)
			c.body(circle(23, 34, 4.5), l.trim(), thin)
			c.body(outline("M80 52 C74 58 74 64 76 74 L96 74 L96 52 Z"), plain(rubber), matt)
		} else {
			c.body(outline("M78 54 C73 60 72 66 73 74 L96 74 L96 54 Z"), l.tone(0.82), thin)
			c.body(outline("M24 66 C36 66 48 60 58 50 L64 53 C56 64 42 72 26 72 Z"), l.trim(), thin)
		}
		c.ink(outline("M36 44 C44 56 56 62 68 64"), 0.6, l.base.seam(), 0.6)
	})
	laces := plain(rubber.pale(0.5))
	for i := 0.0; i < 5; i++ {
		x, y := 40+i*5.2, 40+i*3.6
		if l.variant == 1 {
			x, y = 37+i*3.4, 20+i*7
		}
		c.tube(line(x, y+3.5, x+6.5, y-1.5), 1.7, laces, thin)
	}
	sole := outline("M6 68 C14 71 24 70 34 70 L72 71 C82 71 90 68 94 67 C96 72 95 80 88 81 L14 81 C7 81 5 75 6 68 Z")
	if l.variant == 2 {
		sole = outline("M3 64 C14 70 24 66 36 68 L72 71 C82 71 92 66 96 65 C98 73 94 80 86 81 L70 79 L16 82 C6 81 2 74 3 64 Z")
	}
	c.body(sole, plain(rubber), matt)
	c.ink(outline("M8 76 L92 76"), 0.9, l.accent, 0.8)
}

func drawBoot(c *canvas, l look) {
	top := 16.0
	switch l.variant {
	case 1:
		top = 26
	case 2, 3:
		top = 5
	}
	upper := outline("M24 %f C34 %f 46 %f 54 %f C54 40 53 48 58 54 C68 60 86 60 90 72 L90 80 L20 80 C18 64 25 48 24 %f Z", top, top+2, top+2, top, top)
	c.ground(54, 88, 40, 3)
	c.body(ellipse(39, top+0.5, 15, 2.6), l.tone(0.4), thin)
	f := satin
	if l.variant == 3 {
		f = glossy
	}
	c.body(upper, l.main, f)
	dark := l.base.seam()
	c.within(upper, func() {
		switch l.variant {
		case 0:
			c.ink(outline("M44 18 C44 34 44 46 50 56 C56 62 64 64 70 63"), 0.7, dark, 0.7)
			c.body(outline("M16 80 C18 72 20 66 22 60 L34 62 C36 70 36 76 36 82 Z"), l.tone(0.8), thin)
		case 1:
			c.body(outline("M33 27 L47 27 C47 38 46 48 44 54 L36 54 C34 48 33 38 33 27 Z"), plain(l.base.dark(0.6)), thin)
			for x := 35.5; x < 46; x += 2.2 {
				c.ink(line(x, 28, x+0.4, 53), 0.5, l.base, 0.5)
			}
		case 2:
			c.ink(line(50, 6, 49, 50), 0.8, dark, 0.5)
			c.ink(outline("M26 50 C34 54 44 52 54 48"), 2, dark, 0.2)
		case 3:
			c.body(box(16, 3, 44, 8, 0), l.trim(), thin)
			c.ink(outline("M26 56 C36 60 46 58 56 54"), 2, dark, 0.2)
		}
		c.ink(outline("M72 60 C68 66 68 74 70 82"), 0.7, dark, 0.6)
	})
	if l.variant == 0 {
		for i := 0.0; i < 6; i++ {
			x, y := 46+i*i*0.35, 20+i*7
			c.tube(line(x, y+3, x+8, y), 1.7, plain(l.base.contrast().mix(gold, 0.4)), thin)
		}
	}
	c.body(outline("M18 78 L91 78 C94 79 94 84 91 85 L44 85 L43 89 L18 89 Z"), plain(ink), thin)
}

func drawHeel(c *canvas, l look) {
	heel := outline("M10 42 C12 56 15 72 15 90 L19 90 C21 76 24 64 30 56 Z")
	if l.variant == 1 {
		heel = outline("M9 42 C10 58 10 74 11 90 L26 90 C27 76 29 66 34 57 Z")
	}
	shape := outline("M9 34 C7 42 8 50 14 53 C30 56 46 76 62 86 C72 90 88 91 95 89 C98 86 94 80 86 76 C78 72 70 67 62 64 C48 66 30 52 24 36 C20 30 12 29 9 34 Z")
	c.ground(54, 91.5, 42, 2)
	c.body(heel, l.tone(0.75), glossy)
	c.body(outline("M24 36 C30 34 40 44 62 64 C52 70 34 58 24 36 Z"), l.tone(0.42), thin)
	c.body(shape, l.main, glossy)
	c.ink(outline("M14 53 C30 56 46 76 62 86 C72 90.5 88 91.5 95 89.5"), 1.6, l.base.dark(0.6), 1)
	switch l.variant {
	case 2:
		c.tube(outline("M11 36 C8 24 18 18 28 22 C34 25 30 33 22 36"), 2.6, l.tone(0.95), satin)
		c.body(circle(31, 25, 1.8), plain(gold), thin)
	case 0:
		if l.rng.IntN(2) == 0 {
			c.body(outline("M66 66 L59 60 L58 70 Z"), l.trim(), thin)
			c.body(outline("M66 66 L74 62 L73 72 Z"), l.trim(), thin)
			c.body(circle(66, 66, 2), l.trim(), thin)
		}
	}
}

func drawSandal(c *canvas, l look) {
	sole := outline("M28 92 C18 92 16 80 18 68 C19 56 12 44 13 28 C14 12 40 8 43 26 C45 40 39 54 40 68 C41 82 38 92 28 92 Z")
	if l.variant == 1 {
		for _, one := range []path{sole, sole.mirror()} {
			c.cast(one)
			c.body(one.move(0, 1.6), plain(rubber.dark(0.3)), thin)
			c.body(one, l.main, matt)
		}
		strap := outline("M16 56 C18 44 24 34 29 28 C34 36 38 44 40 54")
		c.tube(strap, 3.8, l.trim(), satin)
		c.tube(strap.mirror(), 3.8, l.trim(), satin)
		return
	}
	for _, flip := range []bool{false, true} {
		side := func(p path) path {
			if flip {
				return p.mirror()
			}
			return p
		}
		c.cast(side(sole))
		c.body(side(sole.move(0, 1.6)), plain(timber.dark(0.35)), thin)
		c.body(side(sole), textured(plain(hex(0xd8b58a)), hide), matt)
		c.ink(side(sole.grow(0.86, 0.92, 28, 52)), 0.6, timber.dark(0.3), 0.5)
		for _, strap := range []path{
			outline("M10.5 24 C20 16 36 15 46 21 L46 31 C36 25 20 26 11 34 Z"),
			outline("M11.5 41 C20 34 36 33 44.5 38 L42.5 48 C34 43 22 44 14 51 Z"),
			outline("M15.5 70 C22 63 35 63 42.5 69 L42.5 75 C35 70 23 70 15.5 76 Z"),
		} {
			c.cast(side(strap))
			c.body(side(strap), l.main, matt)
		}
		c.tube(side(outline("M17 76 C16 100 40 100 41.5 75")), 4, l.tone(0.9), matt)
		c.tube(side(box(12.5, 67.5, 7, 9, 1.5)), 1.5, plain(gold), thin)
	}
}

func drawFormal(c *canvas, l look) {
	upper := outline("M8 75 C6 66 6 57 9 50 C10 48 13 48 15 50 C22 56 33 54 41 45 C44 42 48 43 51 47 C58 56 68 59 78 61 C90 64 95 69 95 76 Z")
	c.ground(51, 82, 45, 3)
	c.body(outline("M9 50 C12 43 34 38 44 43 C42 52 32 60 21 58 C14 56 10 53 9 50 Z"), l.tone(0.35), thin)
	c.body(upper, l.main, finish{relief: 5, gloss: 0.6, alpha: 1})
	dark := l.base.seam()
	c.within(upper, func() {
		c.shine(outline("M70 62 C80 63 88 66 90 69 C82 68 74 66 70 62 Z"), rgb{1, 1, 1}, 0.35, 1)
		c.ink(outline("M8 60 C15 61 22 66 23 77"), 0.7, dark, 0.9)
		if l.variant == 0 {
			c.ink(outline("M77 60 C72 65 71 71 73 78"), 0.8, dark, 0.9)
			c.ink(outline("M75 60 C70 65 69 71 71 78"), 0.5, dark, 0.7)
			c.body(outline("M40 45 C43 42 48 43 51 47 C55 52 59 55 64 57 C60 63 50 65 40 58 C37 54 37 49 40 45 Z"), l.tone(0.86), thin)
			c.ink(outline("M38 50 C38 60 50 67 61 62"), 0.5, dark, 0.9)
		} else {
			c.ink(outline("M52 54 C58 64 76 68 90 66"), 1.1, dark, 0.9) // the seam of the apron
			c.body(outline("M43 43 C48 44 53 50 58 54 C57 62 57 69 58 78 L40 78 C38 66 38 52 43 43 Z"), l.tone(0.8), thin)
			c.ink(outline("M44 59 C47 56 51 57 53 60 C50 62 47 62 44 59 Z"), 1.3, l.base.dark(0.75), 1)
		}
	})
	if l.variant == 0 {
		for i := 0.0; i < 4; i++ {
			c.tube(line(42+i*4.6, 51.5+i*2.6, 47+i*4.6, 46+i*3.2), 1.3, plain(l.base.dark(0.75)), thin)
		}
	}
	c.body(outline("M7 74 C30 76 70 76 95.5 75 C98 77 97 79.5 94 79.5 L34 79.5 L33 85 L8 85 C6 81 6 77 7 74 Z"), plain(l.base.dark(0.8)), thin)
}

func drawSlipper(c *canvas, l look) {
	foot := outline("M28 93 C17 93 15 80 17 66 C18 54 11 46 12 30 C13 12 41 8 44 27 C46 42 40 54 41 66 C43 80 39 93 28 93 Z")
	for _, flip := range []bool{false, true} {
		turn := func(p path) path {
			if flip {
				return p.mirror()
			}
			return p
		}
		c.cast(turn(foot))
		c.body(turn(foot), textured(plain(rubber.dark(0.06)), plush), matt)
		c.body(turn(outline("M28 88 C21 88 20 78 21 66 C22 60 36 60 37 66 C38 78 36 88 28 88 Z")), textured(plain(rubber.dark(0.16)), plush), thin)
		upper := turn(outline("M10 32 C10 8 43 4 46 28 C47 40 43 48 43 58 C35 52 22 52 14 58 C14 50 10 42 10 32 Z"))
		c.body(upper, l.main, soft)
		c.tube(turn(outline("M14 58 C22 52 35 52 43 58")), 5, textured(plain(rubber.pale(0.4)), plush), matt)
	}
}
