"""Measures an exported model directory on products and photos that training never saw."""

import argparse
import json
import statistics
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

import data

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


def measure(folder, kit):
    model = Exported(folder)
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
    figures["products, street photos"] = (len(products), len(street))
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path(__file__).parent / "../encoders/mini")
    args = parser.parse_args()
    for name, value in measure(args.model, args.kit).items():
        print(f"{name:60} {value if isinstance(value, tuple) else format(value, '.3f')}")


if __name__ == "__main__":
    main()
