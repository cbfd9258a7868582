"""Writes a checkpoint as a model directory in the Hugging Face layout, its numbers in 8 bits."""

import argparse
import copy
import json
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

import data
from model import DIM, IMAGE_SIZE, MAX_TOKENS, DualEncoder

CALIBRATION = 400  # photos that set the ranges of the activations


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


class Photos(CalibrationDataReader):
    """Photos as the vision tower takes them, one batch a call."""

    def __init__(self, paths, batch=20):
        self.batches = iter([paths[n : n + batch] for n in range(0, len(paths), batch)])

    def get_next(self):
        paths = next(self.batches, None)
        if paths is None:
            return None
        pixels = np.stack([data.square(p, IMAGE_SIZE) for p in paths]).astype(np.float32)
        return {"pixel_values": pixels.transpose(0, 3, 1, 2) / 127.5 - 1}


def quantize_vision(source, target, photos):
    """Convolutions with weights and activations in 8 bits: fewer bytes, a third of the time.

    Weights keep to 7 of the 8 bits: processors without VNNI instructions add two products in 16 bits and would overflow.
    Only the convolutions: rounding the sums of the residual blocks and the last layers too cost four times as much.
    """
    prepared = target.with_suffix(".prepared")
    quant_pre_process(source, prepared)
    quantize_static(prepared, target, Photos(photos), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
                    op_types_to_quantize=["Conv"], activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
    prepared.unlink()


def write_onnx(tower, example, path, inputs, output, axes):
    path.parent.mkdir(parents=True, exist_ok=True)
    dynamic = {name: axes for name in inputs} | {output: {0: "batch"}}
    torch.onnx.export(tower, example, str(path), input_names=inputs, output_names=[output], dynamic_axes=dynamic,
                      opset_version=17, dynamo=False, do_constant_folding=True)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_model(model, tokenizer_path, out):
    """Writes configuration, tokenizer and both towers in float32 (weights inside) to the folder `out`."""
    model = copy.deepcopy(model).eval().to(memory_format=torch.contiguous_format)
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "config.json", {
        "model_type": "vitrine", "name": "vitrine-mini", "projection_dim": DIM,
        "text_config": {"vocab_size": model.text.vocabulary, "max_position_embeddings": MAX_TOKENS, "pad_token_id": 0},
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


def export(model, tokenizer_path, float_out, out, photos):
    """The model in float32 in the folder `float_out`, to compare with, and the one to ship, in 8 bits, in `out`."""
    write_model(model, tokenizer_path, float_out)
    model = copy.deepcopy(model)
    model.text.tokens = PackedTokens(model.text.tokens.weight.detach())
    write_model(model, tokenizer_path, out)
    quantize_vision(float_out / "onnx/vision_model.onnx", out / "onnx/vision_model.onnx", photos)


def calibration_photos(items):
    """Photos of every source, the same at every export."""
    by_id = {i.id: i.path for i in items}
    return [by_id[i] for i in data.hash_order(by_id)[:CALIBRATION]]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--sample", type=Path, help="folder with the drawn catalogue's feed.jsonl")
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "../encoders/mini")
    args = parser.parse_args()
    state = torch.load(args.work / "checkpoint.pt", map_location="cpu", weights_only=True)
    model = DualEncoder(state["vocabulary"], state["depth"])
    model.load_state_dict(state["average"])
    items = [i for i in data.load_items(args.kit, args.sample) if not i.validation]
    export(model, args.work / "tokenizer.json", args.work / "float", args.out, calibration_photos(items))


if __name__ == "__main__":
    main()
