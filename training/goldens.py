"""Writes known values for the Go tests: token ids and the first numbers of embeddings."""

import argparse
import json
from pathlib import Path

from tokenizers import Tokenizer

from evaluate import Exported

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
EMBEDDED = ["red casual shoes for women", "Nike Men Blue Jersey", "红色连衣裙", "", "wooden table lamp"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path(__file__).parent / "../encoders/mini")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "../encoders/testdata")
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    write(args.out / "tokenizer_golden.json", [{"text": t, "ids": tokenizer.encode(t).ids} for t in TEXTS])
    model = Exported(args.model)
    vectors = [model.texts([t])[0][:8].tolist() for t in EMBEDDED]
    write(args.out / "embedding_golden.json", [{"text": t, "embedding": v} for t, v in zip(EMBEDDED, vectors)])


def write(path, rows):
    lines = ",\n".join("  " + json.dumps(r, ensure_ascii=True) for r in rows)
    path.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
