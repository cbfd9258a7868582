"""Writes known values for the Go tests: token ids, the first numbers of embeddings, and a photo with what Pillow makes of it."""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from tokenizers import Tokenizer

import data
from evaluate import Exported
from golden_texts import TEXTS

EMBEDDED = ["red casual shoes for women", "Nike Men Blue Jersey", "红色连衣裙", "", "wooden table lamp"]


def draw():
    """A red shoe on a blue floor, 150 × 101 pixels: curves, straight edges, a gradient and some noise."""
    x, y = np.meshgrid(np.arange(300), np.arange(202))
    noise = np.random.default_rng(1).normal(0, 6, (202, 300, 3))
    ground = np.stack([120 + x / 4, 150 + y / 4, 235 - x / 8], 2) + noise
    photo = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(photo)
    pen.polygon([(40, 60), (95, 60), (150, 110), (250, 125), (270, 160), (40, 160)], fill=(190, 30, 35))
    pen.rectangle([36, 160, 272, 172], fill=(245, 245, 240))
    for n in range(4):
        pen.line([(100 + 14 * n, 78 + 11 * n), (122 + 14 * n, 66 + 11 * n)], fill=(250, 250, 250), width=4)
    return photo.resize((150, 101), Image.LANCZOS)


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
    # The same pixels twice: the PNG is exact, the JPEG goes through two decoders that may differ a little.
    draw().save(args.out / "shoe.png", optimize=True)
    draw().save(args.out / "shoe.jpg", quality=90)
    square = data.square(args.out / "shoe.png", model.rule["size"]["width"])
    Image.fromarray(square).save(args.out / "shoe_square.png", optimize=True)
    shoes = [args.out / "shoe.png", args.out / "shoe.jpg"]
    write(args.out / "photo_golden.json", [{"photo": p.name, "embedding": v.tolist()} for p, v in zip(shoes, model.photos(shoes))])


def write(path, rows):
    lines = ",\n".join("  " + json.dumps(r, ensure_ascii=True) for r in rows)
    path.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
