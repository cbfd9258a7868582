"""Writes a checkpoint as a model directory in the Hugging Face layout."""

import argparse
import copy
import json
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from model import DIM, IMAGE_SIZE, MAX_TOKENS, DualEncoder, conv  # noqa: F401


def fold(module):
    """Replaces every convolution + batch normalisation by one convolution."""
    for name, child in module.named_children():
        if isinstance(child, nn.Sequential) and len(child) == 3 and isinstance(child[1], nn.BatchNorm2d):
            setattr(module, name, nn.Sequential(fuse_conv_bn_eval(child[0], child[1]), child[2]))
        else:
            fold(child)
    return module


class PackedTokens(nn.Module):
    """Token vectors in 8 bits with a scale a token: a quarter of the bytes."""

    def __init__(self, table):
        super().__init__()
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("codes", (table / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids):
        return self.codes[ids].float() * self.scale[ids]


def write_onnx(tower, example, path, inputs, output, axes):
    path.parent.mkdir(parents=True, exist_ok=True)
    dynamic = {name: axes for name in inputs} | {output: {0: "batch"}}
    torch.onnx.export(tower, example, str(path), input_names=inputs, output_names=[output], dynamic_axes=dynamic,
                      opset_version=17, dynamo=False, do_constant_folding=True)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def export(model, tokenizer_path, out):
    """Writes configuration, tokenizer and both towers (weights inside; token vectors in 8 bits, all else float32) to the folder `out`."""
    model = copy.deepcopy(model).eval().to(memory_format=torch.contiguous_format)
    vocabulary = model.text.tokens.num_embeddings
    model.text.tokens = PackedTokens(model.text.tokens.weight.detach())
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "config.json", {
        "model_type": "vitrine", "name": "vitrine-mini", "projection_dim": DIM,
        "text_config": {"vocab_size": vocabulary, "max_position_embeddings": MAX_TOKENS, "pad_token_id": 0},
        "vision_config": {"image_size": IMAGE_SIZE, "num_channels": 3},
    })
    write_json(out / "preprocessor_config.json", {
        "do_convert_rgb": True, "do_pad": True, "pad_color": [255, 255, 255],
        "do_resize": True, "size": {"height": IMAGE_SIZE, "width": IMAGE_SIZE}, "resample": 3,
        "do_center_crop": False, "crop_size": {"height": IMAGE_SIZE, "width": IMAGE_SIZE},
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
    })
    (out / "tokenizer.json").write_text(Path(tokenizer_path).read_text(encoding="utf-8"), encoding="utf-8")
    ids = torch.ones(2, 7, dtype=torch.int64)
    write_onnx(model.text, (ids, ids), out / "onnx/text_model.onnx", ["input_ids", "attention_mask"], "text_embeds",
               {0: "batch", 1: "sequence"})
    write_onnx(fold(model.vision), (torch.zeros(2, 3, IMAGE_SIZE, IMAGE_SIZE),), out / "onnx/vision_model.onnx",
               ["pixel_values"], "image_embeds", {0: "batch"})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "../encoders/mini")
    args = parser.parse_args()
    state = torch.load(args.work / "checkpoint.pt", map_location="cpu", weights_only=True)
    model = DualEncoder(state["vocabulary"])
    model.load_state_dict(state.get("average", state["model"]))
    export(model, args.work / "tokenizer.json", args.out)


if __name__ == "__main__":
    main()
