"""Trains vitrine-mini from random weights and exports it: one command, see README.md."""

import argparse
import copy
import math
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import data
import teacher_text
from augment import augment
from captions import CHINESE, DENIALS_ZH, PAIRS_ZH, SYNONYMS, choose_fields, denied_field, describe, drop_words
from export import calibration_photos, export
from model import DEEP, MAX_TOKENS, SHALLOW, TOKEN_WIDTH, DualEncoder
from tokenizer import build_tokenizer

# Photos a step takes from each source; half of the fashion photos come in groups of one article type.
BATCH = {"fashion": 168, "street": 52, "grocery": 44, "sample": 24}
GROUP = 12
PAIRS = 128
SENTENCES = 320
VIEWS = 6
EMA = 0.9985


@dataclass
class Cycle:
    """A cosine of the learning rate from its peak to nearly zero (warm restarts: Loshchilov and Hutter 2017)."""

    minutes: float
    peak: float
    weights: dict[str, float]
    depth: tuple[int, int, int] = DEEP
    frozen: bool = False  # only the text tower and the end of the image tower learn, from stored views of the photos
    batch: int = 1  # how many times BATCH a step takes


FIRST = {"title": 1.0, "attribute": 0.6, "kind": 0.4, "text": 0.3, "teacher": 2.0, "sentence": 1.5, "relation": 1.0}
LATER = FIRST | {"attribute": 1.0, "value": 0.5, "kind": 0.6, "teacher": 5.0, "look": 1.0}
CYCLES = [
    Cycle(52, 2e-3, FIRST, SHALLOW),
    Cycle(17, 1e-3, FIRST, SHALLOW),
    Cycle(92, 1.5e-3, LATER),
    Cycle(14, 1e-3, LATER, frozen=True, batch=3),
    Cycle(14, 7e-4, LATER | {"attribute": 1.5, "value": 1.0, "kind": 2.0}, frozen=True, batch=3),
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True, help="folder of the data kit")
    parser.add_argument("--sample", type=Path, help="folder with the drawn catalogue's feed.jsonl")
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work", help="cache and checkpoint")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "../encoders/mini")
    parser.add_argument("--pace", type=float, default=1.0, help="factor on the length of every cycle")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --work")
    return parser.parse_args()


def prepare_tokenizer(path, items, pairs, teacher_vocabulary):
    """The tokenizer of this run; it sees the training texts only."""
    if not path.exists():
        texts = [t for i in items for t in (*i.titles, describe(i.fields))]
        texts += [t for pair in pairs for t in pair]
        texts += [*CHINESE.values(), *PAIRS_ZH.values(), *DENIALS_ZH]
        texts += [w for words in SYNONYMS.values() for w in words]
        build_tokenizer(teacher_vocabulary, texts).save(str(path))
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def cached(path, make):
    if not path.exists():
        data.save_whole(path, make())
    return np.load(path)


def token_vectors(tokenizer, width):
    """What the sentence teacher says of each token alone, reduced to its first principal components."""
    vocabulary = tokenizer.get_vocab()
    tokens = sorted(vocabulary, key=vocabulary.get)
    vectors = teacher_text.embed([t.removeprefix("##") for t in tokens])
    vectors -= vectors.mean(0)
    _, _, axes = np.linalg.svd(vectors, full_matrices=False)
    reduced = vectors @ axes[:width].T
    return (0.5 * reduced / reduced.std()).astype(np.float32)


def multi_positive(logits, positive, allowed):
    """Softmax cross-entropy where a row may have several right answers; `allowed` hides pairs of unknown truth."""
    count = positive.sum(1, keepdim=True)
    target = positive.float() / count.clamp(min=1)
    loss = -(target * logits.masked_fill(~allowed, -1e4).log_softmax(1)).sum(1)
    return loss.sum() / (count > 0).sum().clamp(min=1)


def contrast(a, b, scale, positive, allowed):
    logits = scale * F.normalize(a) @ F.normalize(b).T
    return (multi_positive(logits, positive, allowed) + multi_positive(logits.T, positive.T, allowed.T)) / 2


def relation(student, teacher, sharpness=20.0):
    """How far the student's neighbourhoods within the batch are from the teacher's (Kullback-Leibler)."""
    hidden = torch.eye(len(student), dtype=torch.bool)
    ours = (sharpness * F.normalize(student) @ F.normalize(student).T).masked_fill(hidden, -1e4).log_softmax(1)
    theirs = (sharpness * teacher @ teacher.T).masked_fill(hidden, -1e4).softmax(1)
    return F.kl_div(ours, theirs, reduction="batchmean")


class Trainer:
    def __init__(self, args):
        self.args = args
        args.work.mkdir(parents=True, exist_ok=True)
        items = [i for i in data.load_items(args.kit, args.sample) if not i.validation]
        self.items = items
        self.pairs = data.text_pairs(args.kit, [i for i in items if i.source == "sample"])
        self.images = torch.from_numpy(np.array(data.decode(items, args.work)))
        self.targets = torch.from_numpy(data.teacher_targets(args.kit, items))
        vocabulary = teacher_text.load()[0].get_vocab()
        self.tokenizer = prepare_tokenizer(args.work / "tokenizer.json", items, self.pairs, vocabulary)
        self.sentences = data.sentences(args.kit, items, vocabulary, random.Random(args.seed))
        known = cached(args.work / "sentences.npy", lambda: teacher_text.embed(self.sentences, note=True).astype(np.float16))
        self.sentence_vectors = torch.from_numpy(known)
        self.by_source = {s: [n for n, i in enumerate(items) if i.source == s] for s in BATCH}
        self.iconic = [n for n in self.by_source["grocery"] if "iconic" in str(items[n].path)]
        self.by_type = {}
        for n in self.by_source["fashion"]:
            self.by_type.setdefault(items[n].fields.get("type"), []).append(n)
        self.types = [t for t, rows in self.by_type.items() if len(rows) >= GROUP]
        self.sources = torch.tensor([list(BATCH).index(i.source) for i in items])
        self.on_white = torch.tensor([i.source in ("fashion", "sample") or "iconic" in str(i.path) for i in items])
        self.field_ids = self.number_fields()
        self.kinds = self.number_kinds()
        self.values = self.list_values()
        self.views = None
        self.start_tokens = cached(args.work / "tokens.npy", lambda: token_vectors(self.tokenizer, TOKEN_WIDTH))
        torch.manual_seed(args.seed)
        self.step = 0
        self.enter(0)
        if args.resume:
            self.restore()

    def enter(self, number, weights=None):
        """Begins a cycle, from given weights or random ones; a deeper network than theirs keeps its further blocks as they begin."""
        self.number, self.cycle, self.spent, self.entered = number, CYCLES[number], 0.0, self.step
        model = DualEncoder(self.tokenizer.get_vocab_size(), self.cycle.depth)
        model.text.tokens.weight.data.copy_(torch.from_numpy(self.start_tokens))
        if weights:
            model.load_state_dict(weights, strict=False)
        self.model = model.to(memory_format=torch.channels_last).train()
        self.average = copy.deepcopy(self.model).eval()
        learning = dict(self.model.named_parameters())
        if self.cycle.frozen:
            frozen = ("vision.fine.", "vision.coarse.", "vision.top.")
            learning = {n: p for n, p in learning.items() if not n.startswith(frozen)}
        decay = [p for p in learning.values() if p.ndim > 1]
        plain = [p for p in learning.values() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}])

    @torch.no_grad()
    def store_views(self):
        """What the finished photo network sees of some distorted views of every photo: float16 [N, VIEWS, POOLED]."""
        model = self.model.eval()
        out = []
        for start in range(0, len(self.items), 256):
            index = torch.arange(start, min(start + 256, len(self.items)))
            with torch.autocast("cpu", torch.bfloat16):
                seen = [model.vision.look(augment(self.images[index], self.on_white[index])) for _ in range(VIEWS)]
            out.append(torch.stack(seen, 1).half())
        model.train()
        return torch.cat(out)

    def look(self, index):
        """The photos of the batch as the network sees them: float [batch, POOLED]."""
        if not self.cycle.frozen:
            with torch.autocast("cpu", torch.bfloat16):
                return self.model.vision.look(augment(self.images[index], self.on_white[index])).float()
        if self.views is None:
            self.views = self.store_views()
        return self.views[index, torch.randint(VIEWS, (len(index),))].float()

    def list_values(self):
        """The values of each attribute that several fashion photos have: field → (its column in field_ids, values, their numbers)."""
        out = {}
        for column, field in enumerate(data.FIELDS[:5]):
            counts = Counter(self.items[n].fields.get(field) for n in self.by_source["fashion"])
            values = sorted(v for v, n in counts.items() if v and n >= 3)
            known = {self.items[n].fields.get(field): self.field_ids[n, column] for n in self.by_source["fashion"]}
            out[field] = column, values, torch.stack([known[v] for v in values])
        return out

    def value_loss(self, images, fields, fashion, scale):
        """Each attribute of a fashion photo told from all other values, by the texts that name them."""
        chinese = random.random() < 0.25
        texts = [describe({f: v}, chinese=chinese, random=random) for f, (_, values, _) in self.values.items() for v in values]
        vectors = F.normalize(self.encode(texts)).split([len(values) for _, values, _ in self.values.values()])
        images = F.normalize(images[fashion])
        total = 0
        for (field, (column, _, numbers)), options in zip(self.values.items(), vectors):
            right = fields[fashion, column][:, None] == numbers[None]
            loss = multi_positive(scale * images @ options.T, right, torch.ones_like(right))
            total = total + loss * (2 if field == "type" else 1)
        return total

    def number_fields(self):
        """Every attribute value as a number: int64 [N, fields], -1 where unknown."""
        numbers = {}
        rows = [[numbers.setdefault((f, i.fields[f]), len(numbers)) if f in i.fields else -1 for f in data.FIELDS]
                for i in self.items]
        return torch.tensor(rows)

    def number_kinds(self):
        """Which kinds each photo shows: bool [N, kinds]; a row of False where that is unknown."""
        numbers, kinds = {}, data.kinds(self.items)
        for keys in kinds:
            for key in keys or ():
                numbers.setdefault(key, len(numbers))
        table = torch.zeros(len(self.items), len(numbers))
        for n, keys in enumerate(kinds):
            for key in keys or ():
                table[n, numbers[key]] = 1
        return table

    def encode(self, texts):
        batch = self.tokenizer.encode_batch(texts)
        ids = torch.tensor([e.ids for e in batch])
        return self.model.text(ids, torch.tensor([e.attention_mask for e in batch]))

    def draw(self):
        rows = []
        for source, count in BATCH.items():
            count *= self.cycle.batch
            if source == "fashion":
                for kind in random.sample(self.types, count // 2 // GROUP):
                    rows += random.sample(self.by_type[kind], GROUP)
                    count -= GROUP
            if source == "grocery":
                rows += random.sample(self.iconic, 12 * self.cycle.batch)
                count -= 12 * self.cycle.batch
            if self.by_source[source]:
                rows += random.sample(self.by_source[source], count)
        return rows

    def loss(self):
        rows = self.draw()
        items = [self.items[n] for n in rows]
        index = torch.tensor(rows)
        titles = [random.choice(i.titles) for i in items]
        chosen = [choose_fields(i.fields, random) for i in items]
        denied = [denied_field(c, random) for c in chosen]
        attributes = [describe(i.fields, c, random.random() < 0.25, random, d) for i, c, d in zip(items, chosen, denied)]
        pairs = random.sample(self.pairs, PAIRS)
        asked = random.sample(range(len(self.sentences)), SENTENCES)

        pooled = self.look(index)
        images = self.model.vision.place(pooled)
        texts = self.encode([drop_words(t, random) for t in titles] + attributes
                            + [drop_words(a, random) for a, _ in pairs] + [drop_words(b, random) for _, b in pairs]
                            + [self.sentences[n] for n in asked])
        title_vectors, attribute_vectors, left, right, asked_vectors = texts.split(
            [len(rows), len(rows), PAIRS, PAIRS, SENTENCES])
        scale = self.model.log_scale.exp().clamp(max=100)

        # A street photo's "T-Shirt" is also a catalogue "Tshirts": pairs across the two are neither right nor wrong.
        source = self.sources[index]
        allowed = (source[:, None] + source[None]) != 1
        same_title = self.same([(i.source, i.titles[0]) for i in items])
        mask = torch.tensor([[f in c for f in data.FIELDS] for c in chosen])
        fields = self.field_ids[index]
        unwanted = torch.tensor([[f == d for f in data.FIELDS] for d in denied])
        equal = (fields[:, None] == fields[None]) | ~mask[:, None]
        other = (fields[:, None] != fields[None]) & (fields >= 0)[None] & unwanted[:, None]
        matches = torch.where(unwanted[:, None], other, equal).all(2) & (source[:, None] == source[None])
        kinds = self.kinds[index]
        named = kinds.sum(1) > 0
        itself = torch.eye(len(rows), dtype=torch.bool)
        same_kind = (kinds @ kinds.T > 0) & ~itself
        comparable = named[:, None] & named[None] & ~itself

        target = self.targets[index]
        known = target.abs().sum(1) > 0
        imitation = 1 - F.cosine_similarity(self.model.teacher_head(pooled), target)
        wanted = self.sentence_vectors[asked].float()
        parts = {
            "title": contrast(title_vectors, images, scale, same_title, allowed),
            "attribute": contrast(attribute_vectors, images, scale, matches, allowed),
            "kind": contrast(images, images, 10.0, same_kind, comparable),
            "text": contrast(left, right, scale, self.same([a for a, _ in pairs]) | self.same([b for _, b in pairs]),
                             torch.ones(PAIRS, PAIRS, dtype=torch.bool)),
            "value": self.value_loss(images, fields, source == 0, scale),
            "look": relation(images[known], target[known], 10.0),
            "teacher": (imitation * known).sum() / known.sum(),
            "sentence": (1 - F.cosine_similarity(self.model.sentence_head(asked_vectors), wanted)).mean(),
            "relation": relation(asked_vectors, wanted),
        }
        return sum(self.cycle.weights.get(name, 0) * part for name, part in parts.items()), parts

    @staticmethod
    def same(keys):
        numbers = {}
        ids = torch.tensor([numbers.setdefault(k, len(numbers)) for k in keys])
        return ids[:, None] == ids[None]

    def rate(self):
        progress = min(1, self.spent / self.length())
        warm = min(1, (self.step - self.entered + 1) / 100)
        return self.cycle.peak * warm * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * progress)))

    def length(self):
        return 60 * self.cycle.minutes * self.args.pace

    def run(self):
        while True:
            self.spend()
            if self.number + 1 == len(CYCLES):
                return
            self.enter(self.number + 1, self.average.state_dict())

    def spend(self):
        """Trains until this cycle's time is over."""
        last = saved = time.monotonic()
        while self.spent < self.length():
            rate = self.rate()
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            loss, parts = self.loss()
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
            self.optimizer.step()
            self.step += 1
            self.follow()
            now = time.monotonic()
            # A machine that slept or was busy elsewhere for long does not use up the budget.
            self.spent, last = self.spent + min(now - last, 10), now
            if self.step % 25 == 1:
                said = " ".join(f"{n}={p.item():.3f}" for n, p in parts.items())
                print(f"cycle {self.number + 1} {self.spent:.0f}s step {self.step} {said} scale={self.model.log_scale.exp().item():.1f}", flush=True)
            if now - saved > 120:
                self.save()
                saved = now
        self.save()

    @torch.no_grad()
    def follow(self):
        """The exported weights are a moving average of the trained ones."""
        steps = self.step - self.entered
        keep = min(EMA, steps / (steps + 10))
        for ours, theirs in zip(self.average.state_dict().values(), self.model.state_dict().values()):
            if ours.dtype.is_floating_point:
                ours.lerp_(theirs, 1 - keep)
            else:
                ours.copy_(theirs)

    def save(self):
        path = self.args.work / "checkpoint.pt"
        part = path.with_suffix(".part")
        torch.save({"model": self.model.state_dict(), "average": self.average.state_dict(), "optimizer": self.optimizer.state_dict(),
                    "number": self.number, "spent": self.spent, "step": self.step, "entered": self.entered,
                    "vocabulary": self.tokenizer.get_vocab_size(), "depth": self.cycle.depth}, part)
        part.replace(path)

    def restore(self):
        state = torch.load(self.args.work / "checkpoint.pt", map_location="cpu", weights_only=True)
        self.enter(state["number"], state["average"])
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.spent, self.step, self.entered = state["spent"], state["step"], state["entered"]


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    trainer = Trainer(args)
    print(f"{len(trainer.items)} photos, {len(trainer.pairs)} text pairs, {len(trainer.sentences)} sentences", flush=True)
    trainer.run()
    export(trainer.average, args.work / "tokenizer.json", args.work / "float", args.out, calibration_photos(trainer.items))


if __name__ == "__main__":
    main()
