package kit

import "strings"

// english is what shoppers write for a catalogue value, where that is not the value in lower case.
var english = map[string][]string{
	"Tshirts": {"t-shirt", "tshirts", "tee"}, "Shirts": {"shirt", "shirts"}, "Tops": {"top", "tops"}, "Kurtas": {"kurta"},
	"Kurtis": {"kurti"}, "Sweaters": {"sweater", "jumper"}, "Sweatshirts": {"sweatshirt", "hoodie"}, "Jackets": {"jacket"},
	"Dresses": {"dress"}, "Skirts": {"skirt"}, "Tunics": {"tunic"}, "Trousers": {"trousers", "pants"},
	"Casual Shoes": {"casual shoes"}, "Sports Shoes": {"sports shoes", "running shoes"}, "Formal Shoes": {"formal shoes", "leather shoes"},
	"Flip Flops": {"flip flops", "flip-flops"}, "Handbags": {"handbag", "purse"}, "Wallets": {"wallet"}, "Belts": {"belt"},
	"Backpacks": {"backpack", "rucksack"}, "Clutches": {"clutch"}, "Caps": {"cap"}, "Watches": {"watch", "wristwatch"}, "Ties": {"tie"},
	"Scarves": {"scarf"}, "Perfume and Body Mist": {"perfume"}, "Grey": {"grey", "gray"}, "Navy Blue": {"navy blue", "navy"},
	"Men": {"men"}, "Women": {"women"}, "Sports": {"sports"}, "Fall": {"fall", "autumn"},
}

// inEnglish are the ways to write a value.
func inEnglish(value string) []string {
	if words, ok := english[value]; ok {
		return words
	}
	return []string{strings.ToLower(value)}
}

// chinese is what shoppers write in Chinese; values that it lacks are asked for in English only.
var chinese = map[string]string{
	"Black": "黑色", "White": "白色", "Blue": "蓝色", "Navy Blue": "藏青色", "Red": "红色", "Green": "绿色", "Grey": "灰色", "Brown": "棕色",
	"Pink": "粉色", "Purple": "紫色", "Yellow": "黄色", "Orange": "橙色", "Beige": "米色", "Silver": "银色", "Gold": "金色", "Maroon": "酒红色",
	"Khaki": "卡其色", "Olive": "橄榄绿", "Men": "男士", "Women": "女士", "Boys": "男童", "Girls": "女童",
	"Summer": "夏季", "Winter": "冬季", "Fall": "秋季", "Spring": "春季", "Casual": "休闲", "Formal": "正式", "Sports": "运动", "Ethnic": "民族风",
	"Tshirts": "T恤", "Shirts": "衬衫", "Tops": "上衣", "Jeans": "牛仔裤", "Trousers": "长裤", "Shorts": "短裤", "Track Pants": "运动裤",
	"Dresses": "连衣裙", "Skirts": "裙子", "Jackets": "夹克", "Sweaters": "毛衣", "Sweatshirts": "卫衣", "Casual Shoes": "休闲鞋",
	"Sports Shoes": "运动鞋", "Formal Shoes": "皮鞋", "Heels": "高跟鞋", "Flats": "平底鞋", "Sandals": "凉鞋", "Flip Flops": "人字拖", "Socks": "袜子",
	"Handbags": "手提包", "Backpacks": "双肩包", "Wallets": "钱包", "Belts": "腰带", "Watches": "手表", "Sunglasses": "太阳镜", "Caps": "帽子", "Ties": "领带",
	"Scarves": "围巾", "Earrings": "耳环", "Lipstick": "口红",
}
