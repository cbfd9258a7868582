"""Measures exported model directories, side by side, on products and photos that training never saw."""

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
TYPE, STREET = "photo → same article type, P@10", "street photo → catalogue photos of its kind, P@10"
GROCERY = "grocery phone photos → shop's picture among 81"
ELECTRONICS = "electronics dev queries, text vectors alone, NDCG@10"


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


def street_precision(photos, labels, gallery, kinds):
    """Mean share of the ten nearest catalogue photos that show what a street photo's label means."""
    hits = []
    for vector, label in zip(photos, labels):
        if label in data.STREET_KINDS:
            nearest = np.argsort(-(gallery @ vector), kind="stable")[:10]
            hits.append(statistics.mean(kinds[n] in data.STREET_KINDS[label] for n in nearest))
    return statistics.mean(hits)


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


def denial_figures(model, products, gallery):
    """Kind and a colour that is not wanted: how many of the first ten are of the kind, and how many of these in the denied colour."""
    counts = Counter((p.fields.get("type"), p.fields.get("colour")) for p in products)
    wanted = [key for key, n in sorted(counts.items(), key=str) if n >= 10 and all(key)]
    figures = {}
    for name, phrase in (("kind alone", "{0}"), ("kind, not colour", "{0} not {1}")):
        of_kind, denied = [], []
        for (kind, colour), vector in zip(wanted, model.texts([phrase.format(k, c).lower() for k, c in wanted])):
            found = [products[n].fields for n in np.argsort(-(gallery @ vector), kind="stable")[:10]]
            of_kind.append(statistics.mean(f.get("type") == kind for f in found))
            denied.append(statistics.mean(f.get("type") == kind and f.get("colour") == colour for f in found))
        figures[f"{len(wanted)} queries of {name}: P@10 of the kind"] = np.mean(of_kind)
        figures[f"  {name}: share in that colour"] = np.mean(denied)
    return figures


def grocery_figures(embed, kit):
    """A phone photo that training did not see, among the shop's own pictures of its 81 products."""
    items = data.grocery_items(kit)
    shop = [i for i in items if "iconic" in str(i.path)]
    phone = [i for i in items if i.validation]
    scores = embed(phone) @ embed(shop).T
    order = np.argsort(-scores, axis=1, kind="stable")
    right = np.array([[shop[n].titles == p.titles for n in row] for row, p in zip(order, phone)])
    return {f"{len(phone)} {GROCERY}, top-1": right[:, 0].mean(), "  top-5": right[:, :5].any(1).mean()}


def electronics_figure(embed, kit):
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
    return np.mean(values)


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
    figures = {f"title → its photo among {len(products)}, {name}": v for name, v in title_to_photo(titles, gallery).items()}
    seen = seen_titles(kit)
    unseen = np.array([i.titles[0] not in seen for i in products])
    of_unseen = title_to_photo(titles[unseen], gallery, np.flatnonzero(unseen))
    figures |= {f"{name}, the {unseen.sum()} titles no training product bears": v for name, v in of_unseen.items()}
    figures[TYPE] = same_kind_precision(gallery, kinds)

    photos = model.photos([i.path for i in street])
    names = sorted({i.fields["type"] for i in street})
    guess = (photos @ model.texts(names).T).argmax(1)
    truth = [i.fields["type"] for i in street]
    figures["street photo → its label's text, accuracy"] = statistics.mean(names[g] == t for g, t in zip(guess, truth))
    figures[STREET] = street_precision(photos, truth, gallery, kinds)
    figures |= grocery_figures(lambda items: model.photos([i.path for i in items]), kit)
    figures |= attribute_figures(model, products, gallery) | denial_figures(model, products, gallery)
    return figures | {ELECTRONICS: electronics_figure(model.texts, kit)}


def image_teacher_figures(kit):
    """The photo tasks by the image teacher's features alone, as they are imitated."""
    products, street = ([i for i in make(kit) if i.validation] for make in (data.fashion_items, data.street_items))
    gallery, photos = data.teacher_targets(kit, products), data.teacher_targets(kit, street)
    kinds = [i.fields["type"] for i in products]
    return {
        TYPE: same_kind_precision(gallery, kinds),
        STREET: street_precision(photos, [i.fields["type"] for i in street], gallery, kinds),
        **grocery_figures(lambda items: data.teacher_targets(kit, items), kit),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--model", type=Path, nargs="+", default=[Path(__file__).parent / "../encoders/mini"], help="model directories")
    parser.add_argument("--sample", type=Path, help="folder with the drawn catalogue's feed.jsonl")
    parser.add_argument("--teachers", action="store_true", help="measure both teachers beside them (needs the sentence teacher's package)")
    args = parser.parse_args()
    columns = {}
    for folder in args.model:
        model = Exported(folder)
        columns[str(folder)] = measure(model, args.kit) | (sample_figures(model, args.sample) if args.sample else {})
    if args.teachers:
        import teacher_text

        columns["image teacher"] = image_teacher_figures(args.kit)
        columns["all-MiniLM-L6-v2"] = {ELECTRONICS: electronics_figure(teacher_text.embed, args.kit)}
    for number, name in enumerate(columns, 1):
        print(f"{number}: {name}")
    for name in dict.fromkeys(n for figures in columns.values() for n in figures):
        print(f"{name:64}", *(f"{figures[name]:8.4f}" if name in figures else " " * 8 for figures in columns.values()))


if __name__ == "__main__":
    main()
