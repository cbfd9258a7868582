"""Trains vitrine-mini from random weights and exports it: one command, see README.md."""

import argparse
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import data
from captions import CHINESE, choose_fields, describe, drop_words
from export import export
from model import IMAGE_SIZE, MAX_TOKENS, DualEncoder
from tokenizer import train_tokenizer

# Photos a step takes from each source, and text pairs.
BATCH = {"fashion": 176, "street": 40, "grocery": 24, "sample": 40}
PAIRS = 192
LEARNING_RATE = 2e-3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True, help="folder of the data kit")
    parser.add_argument("--sample", type=Path, help="folder with the drawn catalogue's feed.jsonl")
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work", help="cache and checkpoint")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "../encoders/mini")
    parser.add_argument("--minutes", type=float, default=14)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --work")
    return parser.parse_args()


def prepare_tokenizer(path, items, pairs):
    """The tokenizer of this run; it sees the training titles only."""
    if not path.exists():
        texts = [t for i in items for t in (*i.titles, describe(i.fields))]
        texts += [t for pair in pairs for t in pair] + list(CHINESE.values())
        train_tokenizer(texts).save(str(path))
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def augment(images):
    """uint8 [B, S, S, 3] → normalised [B, 3, 96, 96]: crop, shift, flip, light, colour, noise."""
    # Ink instead of light: then the zeros that grid_sample puts outside the picture are white paper.
    ink = 1 - images.permute(0, 3, 1, 2).float() / 255
    n = len(ink)
    zoom = torch.empty(n).uniform_(0.72, 1.08)
    stretch = torch.empty(n).uniform_(0.93, 1.07)
    flip = torch.randint(0, 2, (n,)).float() * 2 - 1
    shift = (1 - zoom).clamp(min=0.05)[:, None] * torch.empty(n, 2).uniform_(-1, 1)
    zero = torch.zeros(n)
    theta = torch.stack([flip * zoom * stretch, zero, shift[:, 0], zero, zoom / stretch, shift[:, 1]], 1).view(n, 2, 3)
    grid = F.affine_grid(theta, (n, 3, IMAGE_SIZE, IMAGE_SIZE), align_corners=False)
    pixels = 1 - F.grid_sample(ink, grid, align_corners=False)
    gain = torch.empty(n, 3, 1, 1).uniform_(0.96, 1.04) * torch.empty(n, 1, 1, 1).uniform_(0.85, 1.1)
    noise = 0.02 * torch.randn(1, *pixels.shape[1:])  # one pattern a batch: drawing more of it costs 5 % of a step
    pixels = pixels.mul_(gain).add_(noise).clamp_(0, 1).mul_(2).sub_(1)
    return pixels.contiguous(memory_format=torch.channels_last)


def multi_positive(logits, positive, allowed):
    """Softmax cross-entropy where a row may have several right answers; `allowed` hides pairs of unknown truth."""
    target = positive.float() / positive.sum(1, keepdim=True)
    return -(target * logits.masked_fill(~allowed, -1e4).log_softmax(1)).sum(1).mean()


def contrast(a, b, scale, positive, allowed):
    logits = scale * F.normalize(a) @ F.normalize(b).T
    return (multi_positive(logits, positive, allowed) + multi_positive(logits.T, positive.T, allowed.T)) / 2


class Trainer:
    def __init__(self, args):
        self.args = args
        args.work.mkdir(parents=True, exist_ok=True)
        items = [i for i in data.load_items(args.kit, args.sample) if not i.validation]
        self.items = items
        self.pairs = data.text_pairs(args.kit, [i for i in items if i.source == "sample"])
        self.images = torch.from_numpy(np.array(data.decode(items, args.work)))
        self.targets = torch.from_numpy(data.teacher_targets(args.kit, items))
        self.tokenizer = prepare_tokenizer(args.work / "tokenizer.json", items, self.pairs)
        self.by_source = {s: [n for n, i in enumerate(items) if i.source == s] for s in BATCH}
        self.sources = torch.tensor([list(BATCH).index(i.source) for i in items])
        self.field_ids = self.number_fields()
        self.model = DualEncoder(self.tokenizer.get_vocab_size()).to(memory_format=torch.channels_last)
        decay = [p for p in self.model.parameters() if p.ndim > 1]
        plain = [p for p in self.model.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}], LEARNING_RATE
        )
        self.step, self.elapsed = 0, 0.0
        if args.resume:
            self.restore()

    def number_fields(self):
        """Every attribute value as a number: int64 [N, fields], -1 where unknown."""
        numbers = {}
        rows = [[numbers.setdefault((f, i.fields[f]), len(numbers)) if f in i.fields else -1 for f in data.FIELDS]
                for i in self.items]
        return torch.tensor(rows)

    def encode(self, texts):
        batch = self.tokenizer.encode_batch(texts)
        ids = torch.tensor([e.ids for e in batch])
        return self.model.text(ids, torch.tensor([e.attention_mask for e in batch]))

    def draw(self):
        return [n for s, count in BATCH.items() if self.by_source[s] for n in random.choices(self.by_source[s], k=count)]

    def loss(self):
        rows = self.draw()
        items = [self.items[n] for n in rows]
        index = torch.tensor(rows)
        titles = [random.choice(i.titles) for i in items]
        chosen = [choose_fields(i.fields, random) for i in items]
        attributes = [describe(i.fields, c, random.random() < 0.2) for i, c in zip(items, chosen)]
        pairs = random.sample(self.pairs, PAIRS)

        images = self.model.vision(augment(self.images[index]))
        texts = self.encode([drop_words(t, random) for t in titles] + attributes
                            + [drop_words(a, random) for a, _ in pairs] + [drop_words(b, random) for _, b in pairs])
        title_vectors, attribute_vectors, left, right = texts.split([len(rows), len(rows), PAIRS, PAIRS])
        scale = self.model.log_scale.exp().clamp(max=100)

        # A street photo's "T-Shirt" is also a catalogue "Tshirts": pairs across the two are neither right nor wrong.
        source = self.sources[index]
        crossed = (source[:, None] + source[None]) == 1
        allowed = ~crossed
        same_title = self.same([(i.source, i.titles[0]) for i in items])
        mask = torch.tensor([[f in c for f in data.FIELDS] for c in chosen])
        fields = self.field_ids[index]
        equal = (fields[:, None] == fields[None]) | ~mask[:, None]
        matches = equal.all(2) & (source[:, None] == source[None])

        by_title = contrast(title_vectors, images, scale, same_title, allowed)
        by_attribute = contrast(attribute_vectors, images, scale, matches, allowed)
        by_text = contrast(left, right, scale, self.same([a for a, _ in pairs]), torch.ones(PAIRS, PAIRS, dtype=torch.bool))
        target = self.targets[index]
        known = target.abs().sum(1) > 0
        imitation = 1 - F.cosine_similarity(self.model.teacher_head(images), target)
        imitation = (imitation * known).sum() / known.sum()
        return by_title + 0.6 * by_attribute + 0.2 * by_text + 3 * imitation, (by_title, by_attribute, by_text, imitation)

    @staticmethod
    def same(keys):
        numbers = {}
        ids = torch.tensor([numbers.setdefault(k, len(numbers)) for k in keys])
        return ids[:, None] == ids[None]

    def run(self):
        budget = self.args.minutes * 60
        last = saved = time.monotonic()
        self.model.train()
        while self.elapsed < budget:
            progress = self.elapsed / budget
            rate = LEARNING_RATE * min(1, (self.step + 1) / 60) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            loss, parts = self.loss()
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
            self.optimizer.step()
            self.step += 1
            now = time.monotonic()
            self.elapsed, last = self.elapsed + now - last, now
            if self.step % 25 == 1:
                named = " ".join(f"{n}={p.item():.3f}" for n, p in zip(("title", "attribute", "text", "teacher"), parts))
                print(f"step {self.step} {self.elapsed:.0f}s {named} scale={self.model.log_scale.exp().item():.1f}", flush=True)
            if now - saved > 120:
                self.save()
                saved = now
        self.save()

    def save(self):
        path = self.args.work / "checkpoint.pt"
        part = path.with_suffix(".part")
        torch.save({"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "step": self.step,
                    "elapsed": self.elapsed, "vocabulary": self.tokenizer.get_vocab_size()}, part)
        part.replace(path)

    def restore(self):
        state = torch.load(self.args.work / "checkpoint.pt", map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.elapsed = state["step"], state["elapsed"]


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    trainer = Trainer(args)
    print(f"{len(trainer.items)} photos, {len(trainer.pairs)} text pairs", flush=True)
    trainer.run()
    export(trainer.model, args.work / "tokenizer.json", args.out)


if __name__ == "__main__":
    main()
