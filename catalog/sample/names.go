package sample

// brands are invented.
var brands = []string{
	"Halden", "Norvik", "Mirabel", "Castellan", "Oakmere", "Lumora", "Tessaro", "Fernway", "Kibo", "Aurelie",
	"Brightwell", "Solvang", "Pinecrest", "Velluto", "Marlowe", "Quillon", "Zephyra", "Dunmore", "Hanami", "Rosetta",
}

// dye is one colour that products come in.
type dye struct {
	name
	rgb rgb
}

var dyes = []dye{
	{name{"black", "黑色"}, hex(0x2b2b30)},
	{name{"white", "白色"}, hex(0xf1f0ec)},
	{name{"grey", "灰色"}, hex(0x8d9097)},
	{name{"red", "红色"}, hex(0xcf2f36)},
	{name{"blue", "蓝色"}, hex(0x3578c6)},
	{name{"navy", "藏青色"}, hex(0x24355f)},
	{name{"green", "绿色"}, hex(0x3d9152)},
	{name{"yellow", "黄色"}, hex(0xf2c530)},
	{name{"orange", "橙色"}, hex(0xec7f2b)},
	{name{"pink", "粉色"}, hex(0xf08fb0)},
	{name{"purple", "紫色"}, hex(0x7d4fa8)},
	{name{"brown", "棕色"}, hex(0x7f4f2f)},
	{name{"beige", "米色"}, hex(0xd9c29c)},
	{name{"teal", "青色"}, hex(0x1f8f93)},
}

var patternNames = map[pattern]string{
	striped: "条纹", pin: "细条纹", dotted: "波点", checked: "格子", floral: "碎花",
	zigzag: "锯齿纹", starry: "星星图案", blocked: "拼色",
}

var styles = []name{
	{"", ""}, {"", ""}, {"", ""}, {"classic", "经典"}, {"modern", "现代"}, {"everyday", "日常"},
	{"elegant", "优雅"}, {"vintage", "复古"}, {"simple", "简约"},
}

var genders = []name{{"women", "女士"}, {"men", "男士"}, {"unisex", "男女通用"}}

var (
	cotton    = material{name{"cotton", "棉质"}, weave}
	linen     = material{name{"linen", "亚麻"}, weave}
	wool      = material{name{"wool", "羊毛"}, knit}
	felt      = material{name{"wool felt", "毛毡"}, plush}
	silk      = material{name{"silk", "真丝"}, smooth}
	polyester = material{name{"polyester", "涤纶"}, smooth}
	nylon     = material{name{"nylon", "尼龙"}, weave}
	jeanswear = material{name{"denim", "牛仔布"}, denim}
	fleece    = material{name{"fleece", "抓绒"}, plush}
	velvet    = material{name{"velvet", "天鹅绒"}, plush}
	leather   = material{name{"leather", "真皮"}, hide}
	suede     = material{name{"suede", "麂皮"}, plush}
	canvasy   = material{name{"canvas", "帆布"}, weave}
	mesh      = material{name{"mesh", "网面"}, weave}
	oak       = material{name{"oak", "橡木"}, grain}
	painted   = material{name{"painted wood", "烤漆木"}, smooth}
	metal     = material{name{"steel", "钢制"}, brushed}
	enamel    = material{name{"enamel", "搪瓷"}, smooth}
	ceramic   = material{name{"ceramic", "陶瓷"}, smooth}
	porcelain = material{name{"porcelain", "瓷"}, smooth}
	glass     = material{name{"glass", "玻璃"}, smooth}
	plastic   = material{name{"plastic", "塑料"}, smooth}
	rubbery   = material{name{"rubber", "橡胶"}, smooth}
	paper     = material{name{"paper", "纸质"}, smooth}
	straw     = material{name{"straw", "草编"}, knit}
	plushy    = material{name{"plush", "毛绒"}, plush}
)
