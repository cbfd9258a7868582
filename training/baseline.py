"""The bar for titles and photos: the image teacher's features through a two-layer head beside a bag of subwords.

It is what a minute of training makes of a pretrained network that never learns: the towers have to be better than that.
"""

import argparse
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import nn

import data
from evaluate import TYPE, attribute_figures, same_kind_precision, title_to_photo, unit

DIM, BATCH, STEPS = 256, 512, 1200


class Bag(nn.Module):
    """A mean of token vectors: list of texts → float [texts, DIM]."""

    def __init__(self, tokenizer):
        super().__init__()
        self.tokenizer = tokenizer
        self.tokens = nn.EmbeddingBag(tokenizer.get_vocab_size(), DIM, mode="mean")

    def forward(self, texts):
        ids = [torch.tensor(e.ids) for e in self.tokenizer.encode_batch(texts)]
        starts = torch.tensor([0, *(len(i) for i in ids[:-1])]).cumsum(0)
        return self.tokens(torch.cat(ids), starts)

    @torch.inference_mode()
    def texts(self, texts):
        return unit(self(texts).numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, default=Path(__file__).parent / "../encoders/mini/tokenizer.json")
    args = parser.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    items = data.fashion_items(args.kit)
    known = [i for i in items if not i.validation]
    features = torch.from_numpy(data.teacher_targets(args.kit, known))
    bag = Bag(Tokenizer.from_file(str(args.tokenizer)))
    head = nn.Sequential(nn.Dropout(0.2), nn.Linear(features.shape[1], 1024), nn.GELU(), nn.Dropout(0.2), nn.Linear(1024, DIM))
    optimizer = torch.optim.AdamW([*bag.parameters(), *head.parameters()], lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=STEPS)
    for _ in range(STEPS):
        rows = random.sample(range(len(known)), BATCH)
        logits = 30 * F.normalize(bag([known[n].titles[0] for n in rows])) @ F.normalize(head(features[rows])).T
        right = torch.arange(BATCH)
        loss = F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()

    head.eval()
    products = [i for i in items if i.validation]
    with torch.inference_mode():
        gallery = unit(head(torch.from_numpy(data.teacher_targets(args.kit, products))).numpy())
    figures = title_to_photo(bag.texts([p.titles[0] for p in products]), gallery)
    figures |= {TYPE: same_kind_precision(gallery, [p.fields["type"] for p in products])}
    for name, value in (figures | attribute_figures(bag, products, gallery)).items():
        print(f"{name:64} {value:8.4f}")


if __name__ == "__main__":
    main()
