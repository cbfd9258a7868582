"""Reads the data kit and the drawn sample catalogue into training items.

An Item is one photo with its titles and its typed attributes; a text pair is two
texts that mean the same product. Images are decoded once to a uint8 cache.
"""

import csv
import gzip
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

CACHE_SIZE = 136  # pixels: larger than the model's input, to leave room for random crops
VALIDATION_FASHION = 2000
VALIDATION_STREET = 500
FIELDS = ("type", "colour", "gender", "usage", "season", "pattern", "material")

# Labels of the street photos, and the catalogue's article types that show the same kind
# ("Body" and "Undershirt" have next to none).
STREET_KINDS = {
    "Blazer": ["Blazers"], "Dress": ["Dresses"], "Hat": ["Caps", "Hat"], "Hoodie": ["Sweatshirts"],
    "Longsleeve": ["Tshirts", "Tops", "Sweaters"], "Outwear": ["Jackets", "Rain Jacket"],
    "Pants": ["Trousers", "Jeans", "Track Pants", "Leggings"], "Polo": ["Tshirts"], "Shirt": ["Shirts"],
    "Shoes": ["Casual Shoes", "Sports Shoes", "Formal Shoes", "Flats", "Heels", "Sandals"],
    "Shorts": ["Shorts"], "Skirt": ["Skirts"], "T-Shirt": ["Tshirts"], "Top": ["Tops"],
    "Blouse": ["Tops", "Shirts"], "Undershirt": ["Innerwear Vests"],
}


@dataclass
class Item:
    """One photo: `path` on disk, `key` its name in the teacher's list (or None)."""

    source: str
    path: Path
    key: str | None
    titles: list[str]
    fields: dict[str, str] = field(default_factory=dict)
    id: str = ""
    validation: bool = False


def hash_order(ids):
    """Ids in an order that depends on nothing but the ids: the base of every split."""
    return sorted(ids, key=lambda i: hashlib.sha256(f"vitrine-split:{i}".encode()).digest())


def square(path, size):
    """The photo on a white square, resized bicubically: uint8 [size, size, 3].

    The same rule as encoders/mini/preprocessor_config.json states.
    """
    with Image.open(path) as picture:
        picture = picture.convert("RGB")
    side = max(picture.size)
    canvas = Image.new("RGB", (side, side), (255, 255, 255))
    canvas.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return np.asarray(canvas.resize((size, size), Image.BICUBIC))


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def fashion_fields(row):
    names = {"type": "article_type", "colour": "base_colour", "gender": "gender", "usage": "usage", "season": "season"}
    fields = {ours: row[theirs].strip() for ours, theirs in names.items()}
    return {k: v for k, v in fields.items() if v and v not in ("NA", "Multi")}


def fashion_items(kit):
    rows = read_csv(kit / "fashion/products.csv")
    held_out = set(hash_order([r["id"] for r in rows])[:VALIDATION_FASHION])
    return [
        Item("fashion", kit / "fashion" / r["image"], "fashion/" + r["image"], [r["title"]],
             fashion_fields(r), r["id"], r["id"] in held_out)
        for r in rows
    ]


def street_items(kit):
    rows = read_csv(kit / "street/labels.csv")
    held_out = set(hash_order([r["image"] for r in rows])[:VALIDATION_STREET])
    return [
        Item("street", kit / "street" / r["image"], "street/" + r["image"], [r["label"]],
             {"type": r["label"]} | ({"gender": "kids"} if r["kids"] == "True" else {}),
             r["image"], r["image"] in held_out)
        for r in rows
    ]


def grocery_items(kit):
    products = {r["class_id"]: r for r in read_csv(kit / "grocery/products.csv")}
    phone = read_csv(kit / "grocery/natural.csv")
    held_out = set(hash_order([r["image"] for r in phone])[: len(phone) // 5])

    def item(row, image):
        p = products[row["class_id"]]
        titles = [t for t in (p["name"].replace("-", " "), p["title"]) if t]
        return Item("grocery", kit / "grocery" / image, "grocery/" + image, titles,
                    {"type": p["coarse_class"].replace("-", " ")}, image, image in held_out)

    return [item(r, r["image"]) for r in phone] + [item(p, p["image"]) for p in products.values()]


def sample_items(folder):
    """The drawn catalogue: English and Chinese titles side by side."""
    items = []
    for line in open(folder / "feed.jsonl", encoding="utf-8"):
        p = json.loads(line)
        if not p.get("photos"):
            continue
        attributes = p.get("attributes") or {}
        fields = {"colour": p.get("colour"), "type": (p.get("category") or [None])[-1],
                  **{k: attributes.get(k) for k in ("pattern", "material", "gender")}}
        titles = [p["title"], *(p.get("titles") or {}).values()]
        items.append(Item("sample", folder / p["photos"][0]["ref"], None, titles,
                          {k: v for k, v in fields.items() if v}, p["id"]))
    return items


def load_items(kit, sample):
    items = fashion_items(kit) + street_items(kit) + grocery_items(kit)
    return items + (sample_items(sample) if sample else [])


def electronics(kit):
    with gzip.open(kit / "electronics/products.jsonl.gz", "rt", encoding="utf-8") as f:
        for line in f:
            yield json.loads(line)


def retail(kit):
    """Name, category, style and description of each product."""
    shop = (kit / "retail/products.yaml").read_text(encoding="utf-8")
    for entry in shop.split("\n- ")[1:]:
        flat = re.sub(r"\n    ", " ", entry)
        yield dict(re.findall(r"^  (name|category|style|description): (.*)$", flat, re.M))


def text_pairs(kit, sample_photos):
    """Pairs (title, a further text of the same product) from sources without photos, and word pairs."""
    from captions import CHINESE, PAIRS_ZH, SYNONYMS, describe

    pairs = [(r["title"], describe(fashion_fields(r))) for r in read_csv(kit / "fashion/titles_only.csv")]
    for p in electronics(kit):
        further = " ".join((p.get("description") or p.get("name") or "").split()[:16])
        if p.get("title") and further:
            pairs.append((p["title"], f"{p.get('brand') or ''} {further}"))
    for p in retail(kit):
        if "name" in p:
            pairs.append((p["name"], f"{p.get('style', '')} {p.get('category', '')}"))
    pairs += [(i.titles[0], i.titles[1]) for i in sample_photos if len(i.titles) > 1] * 8
    words = [(SYNONYMS.get(en, [en])[0], zh) for en, zh in CHINESE.items()] + list(PAIRS_ZH.items())
    pairs += words * 20
    return [(a, b) for a, b in pairs if a.strip() and b.strip()]


def sentences(kit, items, teacher_vocabulary, random):
    """Texts on which the sentence teacher is asked: titles, descriptions, fragments, single words."""
    from captions import PAIRS_ZH, SYNONYMS, choose_fields, describe, fragment

    titles = [t for i in items for t in i.titles if t.isascii()]
    titles += [r["title"] for r in read_csv(kit / "fashion/titles_only.csv")]
    goods = list(electronics(kit))
    titles += [p["title"] for p in goods if p.get("title")]
    further = [" ".join((p.get("description") or "").split()[:24]) for p in goods]
    shop = list(retail(kit))
    titles += [p["name"] for p in shop if "name" in p]
    further += [" ".join(p.get("description", "").split()[:24]) for p in shop]
    captions = [describe(i.fields, choose_fields(i.fields, random), random=random) for i in items if i.fields for _ in range(2)]
    parts = [fragment(t, random) for t in titles] + [fragment(f, random) for f in further if f]
    words = [w for w in teacher_vocabulary if w.isalpha() and w.isascii() and len(w) > 2]
    said = [s for options in SYNONYMS.values() for s in options] + list(PAIRS_ZH)
    many = sorted({t for t in titles + captions + parts if t.strip()})
    return sorted({*random.sample(many, min(len(many), 42000)), *random.sample(sorted(set(further)), 6000), *words, *said} - {""})


def decode(items, cache):
    """All photos as uint8 [N, CACHE_SIZE, CACHE_SIZE, 3]; kept in the file `cache`."""
    stamp = hashlib.sha256("\n".join(str(i.path) for i in items).encode()).hexdigest()[:16]
    path = cache / f"images-{stamp}.npy"
    if path.exists():
        return np.load(path, mmap_mode="r")
    images = np.stack([square(i.path, CACHE_SIZE) for i in items])
    save_whole(path, images)
    return images


def save_whole(path, array):
    """Saves an array so that nobody, also after a kill, sees half of it."""
    part = path.with_suffix(".part.npy")
    np.save(part, array)
    part.replace(path)


def kinds(items):
    """What each photo shows, as a set of keys of which two photos of one kind share one.

    A street label has the keys of the catalogue's types of the same kind; None: the label says too little.
    """
    out = []
    for i in items:
        if i.source == "fashion":
            out.append({i.fields["type"]} if "type" in i.fields else None)
        elif i.source == "street":
            kind = i.fields["type"]
            out.append({"street " + kind, *STREET_KINDS.get(kind, [])} if kind in STREET_KINDS or kind in ("Body", "Undershirt") else None)
        elif i.source == "grocery":
            out.append({"grocery " + i.titles[0]})
        else:
            out.append({"sample " + i.fields["type"]})
    return out


def teacher_targets(kit, items):
    """Half-whitened unit teacher features [N, 256]; zero rows where the teacher saw no photo."""
    features = np.load(kit / "teacher/features.f16.npy").astype(np.float32)
    features /= np.load(kit / "teacher/pca.npz")["variance"] ** 0.25
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    row = {name: n for n, name in enumerate((kit / "teacher/images.txt").read_text().split("\n"))}
    targets = np.zeros((len(items), features.shape[1]), np.float32)
    for n, item in enumerate(items):
        if item.key in row:
            targets[n] = features[row[item.key]]
    return targets
