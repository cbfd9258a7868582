"""Captions made from typed attributes, in English with synonyms and, where all words are known, Chinese."""

# Catalogue word → what shoppers call it. The first is the catalogue's own, in natural form.
SYNONYMS = {
    "Tshirts": ["t-shirt", "tshirt", "tee", "t shirt", "tshirts", "tee shirt"], "T-Shirt": ["t-shirt", "tshirt", "tee", "t shirt"],
    "Shirts": ["shirt", "button-down shirt", "shirts"], "Shirt": ["shirt", "button-up shirt"], "Tops": ["top", "blouse", "tops"],
    "Top": ["top"], "Blouse": ["blouse", "top"], "Longsleeve": ["longsleeve", "long sleeve top", "long-sleeved t-shirt"],
    "Jeans": ["jeans", "denim trousers", "denims"], "Trousers": ["trousers", "pants", "slacks"], "Pants": ["pants", "trousers"],
    "Shorts": ["shorts", "short pants"], "Track Pants": ["track pants", "joggers", "sweatpants", "jogging bottoms"],
    "Dresses": ["dress", "gown", "dresses"], "Dress": ["dress", "gown"], "Skirts": ["skirt", "skirts"], "Skirt": ["skirt"],
    "Jackets": ["jacket", "coat", "jackets"], "Outwear": ["outerwear", "jacket", "coat"], "Blazers": ["blazer", "suit jacket"],
    "Blazer": ["blazer", "suit jacket"], "Sweaters": ["sweater", "jumper", "pullover", "cardigan"],
    "Sweatshirts": ["sweatshirt", "hoodie", "hooded sweatshirt"], "Hoodie": ["hoodie", "hooded sweatshirt"],
    "Polo": ["polo shirt", "polo"], "Undershirt": ["undershirt", "vest", "tank top"], "Innerwear Vests": ["vest", "undershirt"],
    "Kurtas": ["kurta", "kurtas", "Indian tunic"], "Kurtis": ["kurti", "tunic"], "Tunics": ["tunic"], "Sarees": ["saree", "sari"],
    "Casual Shoes": ["casual shoes", "sneakers", "trainers"], "Sports Shoes": ["sports shoes", "running shoes", "trainers", "sneakers", "athletic shoes"],
    "Formal Shoes": ["formal shoes", "dress shoes", "oxfords", "leather shoes"], "Shoes": ["shoes", "footwear"],
    "Heels": ["heels", "high heels", "pumps", "stilettos"], "Flats": ["flats", "ballerinas", "flat shoes"],
    "Sandals": ["sandals", "sandal"], "Flip Flops": ["flip flops", "thongs", "slippers"], "Sports Sandals": ["sports sandals", "floaters"],
    "Socks": ["socks"], "Handbags": ["handbag", "purse", "shoulder bag", "bag"], "Clutches": ["clutch", "evening bag"],
    "Backpacks": ["backpack", "rucksack", "school bag"], "Laptop Bag": ["laptop bag", "notebook bag"], "Duffel Bag": ["duffel bag", "gym bag"],
    "Wallets": ["wallet", "billfold"], "Belts": ["belt"], "Watches": ["watch", "wristwatch", "timepiece"],
    "Sunglasses": ["sunglasses", "shades"], "Caps": ["cap", "baseball cap"], "Hat": ["hat"], "Ties": ["tie", "necktie"],
    "Scarves": ["scarf", "shawl"], "Stoles": ["stole", "shawl"], "Mufflers": ["muffler", "scarf"], "Earrings": ["earrings"],
    "Ring": ["ring"], "Pendant": ["pendant", "necklace"], "Necklace and Chains": ["necklace", "chain"], "Bracelet": ["bracelet", "bangle"],
    "Cufflinks": ["cufflinks"], "Perfume and Body Mist": ["perfume", "fragrance", "cologne"], "Deodorant": ["deodorant"],
    "Lipstick": ["lipstick"], "Nail Polish": ["nail polish", "nail varnish"], "Lip Gloss": ["lip gloss"],
    "Leggings": ["leggings"], "Capris": ["capris", "cropped trousers"], "Nightdress": ["nightdress", "nightgown"],
    "Navy Blue": ["navy blue", "navy", "dark blue"], "Grey": ["grey", "gray"], "Grey Melange": ["grey melange", "gray"], "Maroon": ["maroon", "burgundy", "dark red"],
    "Beige": ["beige", "tan", "cream"], "Olive": ["olive", "khaki green"], "Khaki": ["khaki"], "Charcoal": ["charcoal", "dark grey"], "Burgundy": ["burgundy", "wine red"],
    "Off White": ["off white", "cream"], "Cream": ["cream", "off-white"], "Magenta": ["magenta", "hot pink"], "Purple": ["purple", "violet"], "Teal": ["teal"],
    "Turquoise Blue": ["turquoise"], "Sea Green": ["sea green"], "Rust": ["rust"], "Mustard": ["mustard", "dark yellow"], "Lavender": ["lavender", "light purple"],
    "Men": ["men", "mens", "men's", "male", "gents"], "Women": ["women", "womens", "women's", "ladies", "female"], "Boys": ["boys", "boy"],
    "Girls": ["girls", "girl"], "Unisex": ["unisex"], "kids": ["kids", "children", "child"], "Sports": ["sports", "athletic", "gym"],
}
CHINESE = {
    "Black": "黑色", "White": "白色", "Blue": "蓝色", "Navy Blue": "藏青色", "Red": "红色", "Green": "绿色", "Grey": "灰色", "Brown": "棕色",
    "Pink": "粉色", "Purple": "紫色", "Yellow": "黄色", "Orange": "橙色", "Beige": "米色", "Silver": "银色", "Gold": "金色", "Maroon": "酒红色",
    "Olive": "橄榄绿", "Khaki": "卡其色", "Charcoal": "炭灰色", "Off White": "米白色", "Cream": "奶油色", "Magenta": "品红色", "Teal": "青色",
    "Copper": "铜色", "Tan": "棕褐色", "Peach": "桃色", "Lavender": "淡紫色", "Mustard": "芥末黄", "Bronze": "古铜色", "Steel": "钢色", "Turquoise Blue": "绿松石色",
    "Men": "男士", "Women": "女士", "Boys": "男童", "Girls": "女童", "kids": "儿童", "Unisex": "中性",
    "Summer": "夏季", "Winter": "冬季", "Fall": "秋季", "Spring": "春季", "Casual": "休闲", "Formal": "正式", "Sports": "运动", "Ethnic": "民族风", "Party": "派对",
    "Tshirts": "T恤", "T-Shirt": "T恤", "Shirts": "衬衫", "Shirt": "衬衫", "Tops": "上衣", "Top": "上衣", "Blouse": "女式衬衫", "Longsleeve": "长袖上衣",
    "Jeans": "牛仔裤", "Trousers": "长裤", "Pants": "裤子", "Shorts": "短裤", "Track Pants": "运动裤", "Leggings": "打底裤", "Capris": "七分裤",
    "Dresses": "连衣裙", "Dress": "连衣裙", "Skirts": "裙子", "Skirt": "裙子", "Jackets": "夹克", "Outwear": "外套", "Blazers": "西装外套", "Blazer": "西装外套",
    "Sweaters": "毛衣", "Sweatshirts": "卫衣", "Hoodie": "连帽衫", "Polo": "Polo衫", "Undershirt": "背心", "Innerwear Vests": "背心",
    "Kurtas": "印度长衫", "Kurtis": "短款印度长衫", "Tunics": "束腰上衣", "Sarees": "纱丽", "Nightdress": "睡裙", "Briefs": "内裤", "Bra": "文胸",
    "Casual Shoes": "休闲鞋", "Sports Shoes": "运动鞋", "Formal Shoes": "皮鞋", "Shoes": "鞋", "Heels": "高跟鞋", "Flats": "平底鞋", "Sandals": "凉鞋",
    "Flip Flops": "人字拖", "Socks": "袜子", "Handbags": "手提包", "Clutches": "手拿包", "Backpacks": "双肩包", "Laptop Bag": "电脑包", "Duffel Bag": "旅行袋",
    "Wallets": "钱包", "Belts": "腰带", "Watches": "手表", "Sunglasses": "太阳镜", "Caps": "帽子", "Hat": "帽子", "Ties": "领带", "Scarves": "围巾",
    "Stoles": "披肩", "Mufflers": "围巾", "Earrings": "耳环", "Ring": "戒指", "Pendant": "吊坠", "Necklace and Chains": "项链", "Bracelet": "手链", "Cufflinks": "袖扣",
    "Perfume and Body Mist": "香水", "Deodorant": "除臭剂", "Lipstick": "口红", "Nail Polish": "指甲油", "Lip Gloss": "唇彩",
    "Apple": "苹果", "Milk": "牛奶", "Juice": "果汁", "Banana": "香蕉", "Orange Fruit": "橙子", "Lemon": "柠檬", "Pear": "梨", "Potato": "土豆", "Tomato": "番茄",
    "Onion": "洋葱", "Carrots": "胡萝卜", "Yoghurt": "酸奶", "Avocado": "牛油果", "Mango": "芒果", "Melon": "甜瓜", "Pepper": "甜椒", "Cabbage": "卷心菜",
    "Cucumber": "黄瓜", "Garlic": "大蒜", "Ginger": "姜", "Kiwi": "猕猴桃", "Lime": "青柠", "Mushroom": "蘑菇", "Peach Fruit": "桃子", "Pineapple": "菠萝",
    "Plum": "李子", "Pomegranate": "石榴", "Asparagus": "芦笋", "Aubergine": "茄子", "Leek": "韭葱", "Nectarine": "油桃", "Papaya": "木瓜", "Passion Fruit": "百香果",
    "Red Beet": "红甜菜", "Zucchini": "西葫芦", "Satsumas": "蜜橘", "Soy Milk": "豆奶", "Oat Milk": "燕麦奶", "Sour Cream": "酸奶油", "Sour Milk": "酸奶", "Oatghurt": "燕麦酸奶", "Soyghurt": "豆酸奶",
}
# Further words of the two languages that mean the same, for text alone.
PAIRS_ZH = {
    "sofa": "沙发", "couch": "沙发", "chair": "椅子", "armchair": "扶手椅", "table": "桌子", "desk": "书桌", "lamp": "灯", "table lamp": "台灯", "floor lamp": "落地灯",
    "bed": "床", "shelf": "架子", "bookcase": "书柜", "wardrobe": "衣柜", "mug": "马克杯", "cup": "杯子", "plate": "盘子", "bowl": "碗", "teapot": "茶壶", "kettle": "水壶",
    "pan": "平底锅", "pot": "锅", "knife": "刀", "spoon": "勺子", "fork": "叉子", "vase": "花瓶", "clock": "钟", "mirror": "镜子", "pillow": "枕头", "cushion": "靠垫",
    "blanket": "毯子", "rug": "地毯", "towel": "毛巾", "candle": "蜡烛", "toy": "玩具", "doll": "娃娃", "teddy bear": "泰迪熊", "ball": "球", "car": "汽车", "umbrella": "雨伞",
    "phone": "手机", "smartphone": "智能手机", "laptop": "笔记本电脑", "notebook computer": "笔记本电脑", "headphones": "耳机", "keyboard": "键盘", "mouse": "鼠标",
    "monitor": "显示器", "printer": "打印机", "camera": "相机", "television": "电视", "tablet": "平板电脑", "charger": "充电器", "cable": "数据线", "speaker": "音箱",
    "battery": "电池", "watch": "手表", "bottle": "瓶子", "water bottle": "水瓶", "backpack": "背包", "suitcase": "行李箱", "gloves": "手套", "boots": "靴子", "slippers": "拖鞋",
    "striped": "条纹", "dotted": "波点", "checked": "格子", "floral": "碎花", "solid": "纯色", "cotton": "棉", "wool": "羊毛", "leather": "皮革", "wood": "木", "wooden": "木制",
    "metal": "金属", "glass": "玻璃", "ceramic": "陶瓷", "plastic": "塑料", "silk": "丝绸", "denim": "牛仔布", "linen": "亚麻", "red": "红色", "blue": "蓝色", "green": "绿色",
    "black": "黑色", "white": "白色", "yellow": "黄色", "pink": "粉色", "brown": "棕色", "grey": "灰色", "orange": "橙色", "purple": "紫色", "for men": "男士", "for women": "女士",
    "for kids": "儿童", "gift": "礼物", "cheap": "便宜", "new": "新款", "large": "大号", "small": "小号",
    "sky blue": "天蓝色", "dark green": "墨绿色", "rose red": "玫红色", "apricot": "杏色", "camel": "驼色", "light blue": "浅蓝色", "dark grey": "深灰色", "light grey": "浅灰色",
    "dark blue": "深蓝色", "coffee brown": "咖啡色", "multicolour": "彩色", "transparent": "透明", "cashmere": "羊绒", "polyester": "涤纶", "nylon": "尼龙", "lace": "蕾丝",
    "velvet": "丝绒", "suede": "麂皮", "canvas": "帆布", "fur": "皮草", "down": "羽绒", "chiffon": "雪纺", "corduroy": "灯芯绒", "mesh": "网布", "rubber": "橡胶",
    "stainless steel": "不锈钢", "bamboo": "竹制", "marble": "大理石", "paper": "纸", "plaid": "格纹", "polka dot": "圆点", "embroidered": "刺绣", "printed": "印花",
    "camouflage": "迷彩", "leopard print": "豹纹", "vertical stripes": "竖条纹", "long sleeve": "长袖", "short sleeve": "短袖", "sleeveless": "无袖", "v neck": "V领",
    "round neck": "圆领", "hooded": "连帽", "slim fit": "修身", "loose": "宽松", "high waist": "高腰", "waterproof": "防水", "windproof": "防风", "wireless": "无线", "warm": "保暖",
    "thick": "加厚", "thin": "薄款", "light": "轻便", "vintage": "复古", "fashionable": "时尚", "wedding": "婚礼", "office": "办公", "outdoor": "户外", "travel": "旅行", "school": "学校",
    "running": "跑步", "football": "足球", "basketball": "篮球", "swimming": "游泳", "yoga": "瑜伽", "baby": "婴儿", "birthday present": "生日礼物", "down jacket": "羽绒服",
    "trench coat": "风衣", "raincoat": "雨衣", "coat": "大衣", "swimsuit": "泳衣", "pyjamas": "睡衣", "underwear": "内衣", "tights": "连裤袜", "snow boots": "雪地靴", "ankle boots": "短靴",
    "canvas shoes": "帆布鞋", "sneakers": "球鞋", "slip-on shoes": "懒人鞋", "crossbody bag": "斜挎包", "shoulder bag": "单肩包", "tote bag": "托特包", "hair clip": "发夹", "brooch": "胸针",
    "jewellery": "首饰", "jersey": "球衣", "suit": "西装", "vest": "马甲", "cardigan": "开衫", "hoodie": "连帽卫衣", "school bag": "书包", "purse": "女包", "high heels": "高跟鞋", "trainers": "运动鞋",
    "router": "路由器", "hard drive": "硬盘", "solid state drive": "固态硬盘", "toner": "墨粉", "ink cartridge": "墨盒", "memory card": "存储卡", "memory": "内存", "usb stick": "U盘",
    "projector": "投影仪", "scanner": "扫描仪", "microphone": "麦克风", "webcam": "摄像头", "graphics card": "显卡", "motherboard": "主板", "power bank": "充电宝", "server": "服务器",
    "software": "软件", "game console": "游戏机", "refrigerator": "冰箱", "washing machine": "洗衣机", "vacuum cleaner": "吸尘器", "hair dryer": "吹风机", "coffee machine": "咖啡机",
    "air conditioner": "空调", "smart watch": "智能手表", "earbuds": "耳塞", "processor": "处理器", "screen": "屏幕", "remote control": "遥控器", "adapter": "适配器", "computer": "电脑",
    "desktop computer": "台式电脑", "network switch": "交换机", "case": "保护壳", "bread": "面包", "cheese": "奶酪", "eggs": "鸡蛋", "meat": "肉", "fish": "鱼", "rice": "大米", "noodles": "面条",
    "tea": "茶", "coffee": "咖啡", "beer": "啤酒", "wine": "葡萄酒", "chocolate": "巧克力", "biscuits": "饼干", "snacks": "零食", "fruit": "水果", "vegetables": "蔬菜", "butter": "黄油",
    "grapes": "葡萄", "strawberries": "草莓", "watermelon": "西瓜", "clothes": "衣服", "dress": "裙子", "hat": "帽子", "furniture": "家具", "dining table": "餐桌", "stool": "凳子",
    "curtain": "窗帘", "bedding": "床上用品", "storage box": "收纳箱", "tool": "工具", "plant": "植物", "skin care": "护肤品", "shampoo": "洗发水", "sunscreen": "防晒霜", "face cream": "面霜",
}
ORDER = ("season", "usage", "colour", "pattern", "material", "gender", "type")


DENIALS, DENIALS_ZH = ("not {}", "no {}", "except {}", "without {}", "but not {}", "other than {}", "non {}"), ("不要{}", "非{}", "除了{}", "不是{}")


def describe(fields, chosen=None, chinese=False, random=None, denied=None):
    """A caption such as "casual red tee for women" of the chosen fields (all when None).

    With a source of randomness the words vary among synonyms and the gender may stand at the end. The field `denied`
    is said to be other than its value: "casual tee for women, not red".
    """
    keys = [k for k in ORDER if k in fields and (chosen is None or k in chosen)]
    words = [fields[k] for k in keys]
    if chinese and all(w in CHINESE for w in words):
        said = [CHINESE[fields[k]] for k in keys if k != denied]
        return "".join(said + ([random.choice(DENIALS_ZH).format(CHINESE[fields[denied]])] if denied else []))
    if random is None:
        return " ".join(words)
    said = {k: random.choice(SYNONYMS.get(w, [w])) if random.random() < 0.7 else w for k, w in zip(keys, words)}
    end = [random.choice(DENIALS).format(said.pop(denied))] if denied else []
    if "gender" in said and "type" in said and random.random() < 0.4:
        end.insert(0, "for " + said.pop("gender"))
    parts = list(said.values())
    if random.random() < 0.15:
        random.shuffle(parts)
    return " ".join(parts + end)


def denied_field(chosen, random, rate=0.08):
    """Now and then one of the chosen fields, to be denied in the caption; otherwise None."""
    options = sorted(chosen & {"colour", "usage", "pattern", "material", "season"})
    return random.choice(options) if len(chosen) > 1 and options and random.random() < rate else None


def choose_fields(fields, random):
    """A random subset of the fields, the kind nearly always among them."""
    keep = {"type": 0.95, "colour": 0.6, "gender": 0.4}
    chosen = {k for k in fields if random.random() < keep.get(k, 0.2)}
    return chosen or {"type"} & fields.keys() or set(fields)


def drop_words(text, random, rate=0.1):
    """The text with some words left out, so that no single word carries a title."""
    words = text.split()
    kept = [w for w in words if random.random() > rate]
    return " ".join(kept or words)


def fragment(text, random, longest=4):
    """A few words in a row, or a few words at random: what somebody might type to find the text."""
    words = text.split()[:24]
    count = min(len(words), random.randint(1, longest))
    if random.random() < 0.5:
        return " ".join(sorted(random.sample(words, count), key=words.index))
    start = random.randrange(len(words) - count + 1)
    return " ".join(words[start : start + count])
