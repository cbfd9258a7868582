"""The texts whose token ids are known values of the Go tests: plain, accented, of many scripts, over-long and hostile."""

TEXTS = [
    "", " ", "\t\n", "a", "shirt", "Red Shirt", "red casual shoes for women", "Nike Men Air Zoom Century Shoes",
    "T-Shirt", "t shirt", "tshirts", "women's dress", "men’s watch", "rock'n'roll", "black/white", "size: XL (slim)",
    "100% cotton", "43.2 cm (17\") notebook", "1440 x 900", "HP Pavilion dv7-1211ea", "Xerox 006R90321",
    "C++ & C#", "$19.99", "€20 £30 ¥40", "a_b-c.d,e;f!g?h", "...", "###", "[CLS]", "[UNK] [PAD]", "hello[SEP]world",
    "Café crème", "CAFE\u0301", "naïve façade", "Ærøskøbing", "Straße", "ÅNGSTRÖM", "İstanbul", "smörgåsbord žluťoučký",
    "Ελληνικά", "русский ёж", "עברית", "हिन्दी", "한국어 신발", "日本語のシャツ", "红色连衣裙", "男士运动鞋", "白色T恤 大码",
    "蓝色 牛仔裤 jeans", "手提包,钱包。", "㐀𠀀", "👗", "red 👠 shoes", "👩‍👩‍👧", "zero\u200bwidth", "soft\u00adhyphen",
    "no\u00a0break", "full　width　ＡＢＣ", "control\u0007char", "nul\u0000char", "\ufffd", "ﬁne ligature", "½ kg", "x" * 101,
    "antidisestablishmentarianism", "qzxjkvw", "word " * 80, "红" * 100,
]
TEXTS += [
    "USB-C cable 2m", "don't", "DON'T", "I'll we've they're she'd I'm it's", "'s 't", "x'y'z", "12345 67 8", "3.14159", "1,000,000",
    "iPhone 15 Pro Max 256GB", "WH-1000XM4", "27\" monitor", "6' 2\"", "L/XL", "№ 5", "© ® ™", "→ ⇒ ∞ ≠", "~!@#$%^&*()_+", "`{}|[]\\", "<b>bold</b>",
    "<|startoftext|>", "a <|endoftext|> b", "<|ENDOFTEXT|>", "<s>", "</s> tail", "<unk><pad>", "x<mask>y", "x <mask> y", "<0x41>", "▁ ▁a a▁b", "▁▁", "Ġa", "a</w> b", "##ing",
    "a\nb", "a\r\nb", "a\tb  c   d", "  lead", "trail  ", "   ", "\n\n\n", "a \n b", "a\u000bb\u000cc", "a\u0085b", "a\u2028b\u2029c", "a\u3000b", "\u00a0x\u00a0",
    "über Öl", "Ångström a\u030angstro\u0308m", "e\u0301e\u0300e\u0302", "ñ n\u0303", "Tiếng Việt", "ĳ Ĳ ǆ", "ß ẞ SS", "ΣΊΣΥΦΟΣ ς", "İI ıi", "ŉ ŀ", "Œuvre œ", "þorn ÐÐ", "ﬀ ﬃ ﬄ", "²³ ₂ ⅓ Ⅷ", "①②③", "㎏ ㎡", "Ａｂｃ１２３！",
    "Привет, мир!", "Ёлка й", "Україна її", "ქართული", "Հայերեն", "مرحبا بالعالم", "مَرْحَبًا", "שָׁלוֹם", "ไทย ภาษา", "한국어를 배우다", "ㅎㅏㄴ", "\u1112\u1161\u11ab", "カタカナ ｶﾀｶﾅ ｶﾞ", "ひらがな", "漢字かな交じり文", "東京都", "繁體中文 測試", "价格：￥199", "《书名》，“引号”。", "鞋子shoes鞋", "𠮷野家", "龘", "தமிழ்", "తెలుగు", "ಕನ್ನಡ", "বাংলা", "ខ្មែរ", "አማርኛ", "मराठी क्षत्रिय",
    "😀😃", "👍🏽", "🇩🇪🇨🇳", "1️⃣ #️⃣", "❤️", "👨‍👩‍👧‍👦 family", "🏳️‍🌈", "a😀b", "☕ ☕\ufe0f", "\U0001f9ff", "🤷🏿‍♀️🤷",
    "\u200d", "a\u200db", "\u200e\u200f", "\ufeffbom", "\u2060", "\u00ad", "\u0300", "\u0301a", "a\u0301\u0302\u0303\u0304", "a" + "\u0301" * 40, "\u0338=", "\ue000", "\uffff", "\U0010ffff", "\u0001\u0002", "\u007f", "\u0080\u009f", "\u061c", "\u180e", "\u202e abc", "\ufff9",
    "a" * 500, "ab" * 300, "é" * 200, "😀" * 100, "- " * 200, "!" * 300, " " * 300, "\n" * 100, "1" * 200, "the " * 300, "中文" * 150, "<s>" * 100, "a b" * 200, "'" * 100, "▁" * 100,
    "Nike Air Max 270 React ENG – schwarz/weiß", "Chaussures d'été pour femme", "Camiseta de algodón niño", "Bambus-Socken 6er Pack", "T-shirt à manches longues", "Kjole til børn", "vit klänning", "czarna sukienka w kwiaty", "kırmızı elbise",
    "hello, y'all! how are you ?", "New York-based", "e-mail: a.b@c.de", "http://example.org/?q=1&x=%20", "C:\\path\\file.txt", "SELECT * FROM t; --", "{\"json\": [1, 2]}", "$(rm)", "%s%n%x", "../../etc",
]
