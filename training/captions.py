"""Captions made from typed attributes, in English and, where all words are known, Chinese."""

CHINESE = {
    "Black": "黑色", "White": "白色", "Blue": "蓝色", "Navy Blue": "藏青色", "Red": "红色", "Green": "绿色",
    "Grey": "灰色", "Brown": "棕色", "Pink": "粉色", "Purple": "紫色", "Yellow": "黄色", "Orange": "橙色",
    "Beige": "米色", "Silver": "银色", "Gold": "金色", "Maroon": "酒红色", "Olive": "橄榄绿",
    "Men": "男士", "Women": "女士", "Boys": "男童", "Girls": "女童", "kids": "儿童",
    "Tshirts": "T恤", "T-Shirt": "T恤", "Shirts": "衬衫", "Shirt": "衬衫", "Tops": "上衣", "Top": "上衣",
    "Jeans": "牛仔裤", "Trousers": "长裤", "Pants": "裤子", "Shorts": "短裤", "Track Pants": "运动裤",
    "Dresses": "连衣裙", "Dress": "连衣裙", "Skirts": "裙子", "Skirt": "裙子", "Jackets": "夹克",
    "Outwear": "外套", "Sweaters": "毛衣", "Sweatshirts": "卫衣", "Hoodie": "连帽衫", "Blazer": "西装外套",
    "Casual Shoes": "休闲鞋", "Sports Shoes": "运动鞋", "Formal Shoes": "皮鞋", "Shoes": "鞋", "Heels": "高跟鞋",
    "Flats": "平底鞋", "Sandals": "凉鞋", "Flip Flops": "人字拖", "Socks": "袜子", "Handbags": "手提包",
    "Backpacks": "双肩包", "Wallets": "钱包", "Belts": "腰带", "Watches": "手表", "Sunglasses": "太阳镜",
    "Caps": "帽子", "Hat": "帽子", "Ties": "领带", "Scarves": "围巾", "Earrings": "耳环", "Ring": "戒指",
    "Necklace and Chains": "项链", "Bracelet": "手链", "Perfume and Body Mist": "香水", "Lipstick": "口红",
    "Nail Polish": "指甲油", "Sarees": "纱丽", "Polo": "Polo衫", "Apple": "苹果", "Milk": "牛奶", "Juice": "果汁",
}
ORDER = ("season", "usage", "colour", "pattern", "material", "gender", "type")


def describe(fields, chosen=None, chinese=False):
    """A caption such as "casual red women tshirts" of the chosen fields (all when None)."""
    words = [fields[k] for k in ORDER if k in fields and (chosen is None or k in chosen)]
    if chinese and all(w in CHINESE for w in words):
        return "".join(CHINESE[w] for w in words)
    return " ".join(words)


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
