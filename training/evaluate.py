"""Measures an exported model directory on products and photos that training never saw."""

import argparse
import json
import statistics
from collections import Counter
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

import data
from captions import CHINESE, describe

BATCH = 64


class Exported:
    """The model directory as an application sees it: unit vectors from texts and from photo files."""

    def __init__(self, folder):
        folder = Path(folder)
        self.text = onnxruntime.InferenceSession(folder / "onnx/text_model.onnx", providers=["CPUExecutionProvider"])
        self.vision = onnxruntime.InferenceSession(folder / "onnx/vision_model.onnx", providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
        self.rule = json.loads((folder / "preprocessor_config.json").read_text())

    def texts(self, texts):
        out = []
        for start in range(0, len(texts), BATCH):
            batch = self.tokenizer.encode_batch(texts[start : start + BATCH])
            feed = {"input_ids": np.array([e.ids for e in batch]), "attention_mask": np.array([e.attention_mask for e in batch])}
            out.append(self.text.run(None, feed)[0])
        return unit(np.concatenate(out))

    def photos(self, paths):
        size = self.rule["size"]["width"]
        mean, std = (np.array(self.rule[k], np.float32) for k in ("image_mean", "image_std"))
        out = []
        for start in range(0, len(paths), BATCH):
            pixels = np.stack([data.square(p, size) for p in paths[start : start + BATCH]]).astype(np.float32)
            pixels = ((pixels * self.rule["rescale_factor"] - mean) / std).transpose(0, 3, 1, 2)
            out.append(self.vision.run(None, {"pixel_values": pixels.astype(np.float32)})[0])
        return unit(np.concatenate(out))


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def seen_titles(kit):
    """Titles that training read, of other products: the catalogue repeats some."""
    return {i.titles[0] for i in data.fashion_items(kit) if not i.validation} | {
        row["title"] for row in data.read_csv(kit / "fashion/titles_only.csv")
    }


def title_to_photo(queries, gallery, answers=None):
    """Recall@1, recall@10 and MRR of finding photo answers[n] (n when None) by title n; ties count against the model."""
    scores = queries @ gallery.T
    answers = np.arange(len(queries)) if answers is None else answers
    ranks = (scores >= scores[np.arange(len(queries)), answers][:, None]).sum(1)
    return {"R@1": (ranks == 1).mean(), "R@10": (ranks <= 10).mean(), "MRR": (1 / ranks).mean()}


def same_kind_precision(vectors, kinds):
    """Mean share of the ten nearest other photos that show the same kind."""
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -2)
    nearest = np.argpartition(-scores, 10, axis=1)[:, :10]
    kinds = np.array(kinds)
    return (kinds[nearest] == kinds[:, None]).mean()


def ndcg(ranked_grades, all_grades, k=10):
    """NDCG@k with gain 2^grade - 1."""
    discount = 1 / np.log2(np.arange(2, k + 2))
    gains = lambda g: ((2.0 ** np.array(g, float) - 1) * discount[: len(g)]).sum()  # noqa: E731
    best = gains(sorted(all_grades, reverse=True)[:k])
    return gains(ranked_grades[:k]) / best if best else 0.0


def attribute_queries(products, least=3):
    """Combinations of colour, usage, kind and gender that at least so many products have, and what to type."""
    keys = ("usage", "colour", "gender", "type")
    counts = Counter(tuple(p.fields.get(k) for k in keys) for p in products)
    return [dict(zip(keys, c)) for c, n in sorted(counts.items(), key=str) if n >= least and all(c)]


def attribute_grade(wanted, fields):
    """3 when all attributes are as wanted, 2 for kind and colour, 1 for the kind, 0 otherwise."""
    if fields.get("type") != wanted["type"]:
        return 0
    if all(fields.get(k) == v for k, v in wanted.items()):
        return 3
    return 2 if fields.get("colour") == wanted["colour"] else 1


def attribute_figures(model, products, gallery):
    wanted = attribute_queries(products)
    chinese = [w for w in wanted if all(v in CHINESE for v in w.values())]
    figures = {}
    for name, queries, in_chinese in (("English", wanted, False), ("English, those below", chinese, False), ("Chinese", chinese, True)):
        vectors = model.texts([describe(w, chinese=in_chinese) for w in queries])
        values = []
        for w, vector in zip(queries, vectors):
            grades = np.array([attribute_grade(w, p.fields) for p in products])
            nearest = np.argsort(-(gallery @ vector), kind="stable")[:10]
            values.append(ndcg(grades[nearest], grades))
        figures[f"{len(queries)} attribute queries, {name}: NDCG@10"] = np.mean(values)
    return figures


def grocery_figures(model, kit):
    """A phone photo that training did not see, among the shop's own pictures of its 81 products."""
    items = data.grocery_items(kit)
    shop = [i for i in items if "iconic" in str(i.path)]
    phone = [i for i in items if i.validation]
    scores = model.photos([i.path for i in phone]) @ model.photos([i.path for i in shop]).T
    order = np.argsort(-scores, axis=1, kind="stable")
    right = np.array([[shop[n].titles == p.titles for n in row] for row, p in zip(order, phone)])
    return {f"{len(phone)} grocery phone photos → shop's picture, top-1": right[:, 0].mean(), "  top-5": right[:, :5].any(1).mean()}


def electronics_figures(embed, kit, name):
    """The dev queries against the titles of the electronics catalogue, by vectors of texts alone."""
    folder = kit / "electronics"
    goods = list(data.electronics(kit))
    titles = embed([p.get("title") or p.get("name") or "" for p in goods])
    number = {p["id"]: n for n, p in enumerate(goods)}
    judged = {}
    for line in open(folder / "qrels.dev.txt"):
        query, _, product, grade = line.split()
        judged.setdefault(query, {})[product] = int(grade)
    queries = [line.rstrip("\n").split("\t")[:2] for line in open(folder / "queries.dev.tsv")]
    vectors = embed([text for _, text in queries])
    ids, values = list(number), []
    for (query, _), vector in zip(queries, vectors):
        nearest = np.argsort(-(titles @ vector), kind="stable")[:10]
        grades = judged.get(query, {})
        values.append(ndcg([grades.get(ids[n], 0) for n in nearest], list(grades.values())))
    return {f"electronics dev queries, text alone, {name}: NDCG@10": np.mean(values)}


def sample_figures(model, folder):
    """Titles of the drawn shop against its pictures."""
    items = data.sample_items(folder)
    gallery = model.photos([i.path for i in items])
    figures = {}
    for n, language in enumerate(("English", "Chinese")):
        found = title_to_photo(model.texts([i.titles[n] for i in items]), gallery)
        figures |= {f"sample shop, {language} title → its picture among {len(items)}, {k}": v for k, v in found.items()}
    return figures


def measure(model, kit):
    products = [i for i in data.fashion_items(kit) if i.validation]
    street = [i for i in data.street_items(kit) if i.validation]
    gallery = model.photos([i.path for i in products])
    kinds = [i.fields["type"] for i in products]
    titles = model.texts([i.titles[0] for i in products])
    figures = title_to_photo(titles, gallery)
    seen = seen_titles(kit)
    unseen = np.array([i.titles[0] not in seen for i in products])
    of_unseen = title_to_photo(titles[unseen], gallery, np.flatnonzero(unseen))
    figures |= {f"{name}, the {unseen.sum()} titles no training product bears": v for name, v in of_unseen.items()}
    figures["photo → same article type P@10"] = same_kind_precision(gallery, kinds)

    photos = model.photos([i.path for i in street])
    names = sorted({i.fields["type"] for i in street})
    guess = (photos @ model.texts(names).T).argmax(1)
    truth = [i.fields["type"] for i in street]
    figures["street photo → its label's text, accuracy"] = statistics.mean(names[g] == t for g, t in zip(guess, truth))
    hits = []
    for vector, label in zip(photos, truth):
        if label in data.STREET_KINDS:
            nearest = np.argsort(-(gallery @ vector), kind="stable")[:10]
            hits.append(statistics.mean(kinds[n] in data.STREET_KINDS[label] for n in nearest))
    figures["street photo → catalogue kind P@10"] = statistics.mean(hits)
    figures |= grocery_figures(model, kit) | attribute_figures(model, products, gallery)
    figures |= electronics_figures(model.texts, kit, "this model")
    figures["products, street photos"] = (len(products), len(street))
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path(__file__).parent / "../encoders/mini")
    parser.add_argument("--sample", type=Path, help="folder with the drawn catalogue's feed.jsonl")
    parser.add_argument("--teacher", action="store_true", help="measure the sentence teacher beside it (needs its package)")
    args = parser.parse_args()
    model = Exported(args.model)
    figures = measure(model, args.kit)
    if args.sample:
        figures |= sample_figures(model, args.sample)
    if args.teacher:
        import teacher_text

        figures |= electronics_figures(teacher_text.embed, args.kit, "all-MiniLM-L6-v2")
    for name, value in figures.items():
        print(f"{name:60} {value if isinstance(value, tuple) else format(value, '.3f')}")


if __name__ == "__main__":
    main()
