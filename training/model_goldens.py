"""Makes tiny models of random weights from transformers' classes, exports them with the names that Hugging Face's exporter gives,
and writes beside each what PyTorch makes of some texts and photos, for the Go tests."""

import argparse
import json
import shutil
import warnings
from pathlib import Path

import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import (
    BertConfig, BertModel, ChineseCLIPConfig, ChineseCLIPModel, CLIPConfig, CLIPModel, SiglipConfig, SiglipModel, XLMRobertaConfig, XLMRobertaModel)
from transformers.models.chinese_clip.image_processing_pil_chinese_clip import ChineseCLIPImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

ENCODERS = Path(__file__).parent / "../encoders"
TEXTS = ["red casual shoes for women", "Nike Men Blue Jersey", "红色连衣裙", "", "Café crème 12\"", "the running shoe " * 40]
PHOTOS = {"shoe.png": ENCODERS / "testdata/shoe.png", "tall.png": ENCODERS / "photo/testdata/tall.png"}
LAYERS = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2)
VISION = dict(LAYERS, image_size=32, patch_size=8)


def lively(model):
    """Weights so large that texts differ widely in their vectors; transformers starts them near nought."""
    for p in model.parameters():
        if p.dim() > 1:
            torch.nn.init.normal_(p, std=0.6)
    return model.eval()


class Outputs(torch.nn.Module):
    """A model by the names of its inputs and outputs."""

    def __init__(self, run, inputs, model):
        super().__init__()
        self.model, self.run, self.inputs = model, run, inputs

    def forward(self, *values):
        return self.run(self.model, **dict(zip(self.inputs, values)))


def export(path, model, run, inputs, outputs):
    """inputs: name to (example, dynamic axes)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    axes = {name: axes for name, (_, axes) in inputs.items()} | {name: {0: "batch_size"} for name in outputs}
    if "last_hidden_state" in outputs and "input_ids" in inputs:
        axes["last_hidden_state"] = {0: "batch_size", 1: "sequence_length"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Outputs(run, list(inputs), model).eval(), tuple(example for example, _ in inputs.values()), str(path),
            input_names=list(inputs), output_names=list(outputs), dynamic_axes=axes, opset_version=17, dynamo=False)


def text_inputs(length, *names):
    axes = {0: "text_batch_size", 1: "sequence_length"}
    made = {"input_ids": torch.randint(3, 90, (2, length)), "attention_mask": torch.ones(2, length, dtype=torch.int64), "token_type_ids": torch.zeros(2, length, dtype=torch.int64)}
    made["attention_mask"][1, length // 2:] = 0
    return {name: (made[name], axes) for name in names}


PIXELS = {"pixel_values": (torch.rand(3, 3, 32, 32), {0: "image_batch_size"})}


def unit(vectors):
    return torch.nn.functional.normalize(vectors.float(), dim=-1)


def batch(tokenizer, texts, pad, length=None):
    """Ids and mask as transformers gives them: filled up to one length, or to that of the longest."""
    rows = [tokenizer.encode(t).ids for t in texts]
    length = length or max(map(len, rows))
    ids = torch.tensor([r + [pad] * (length - len(r)) for r in rows])
    return ids, torch.tensor([[1] * len(r) + [0] * (length - len(r)) for r in rows])


def tokenizer_of(folder, kind, length, pad_token):
    shutil.copy(ENCODERS / f"tokenizer/testdata/{kind}.json", folder / "tokenizer.json")
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": length, "pad_token": pad_token}) + "\n")
    t = Tokenizer.from_file(str(folder / "tokenizer.json"))
    t.no_padding()
    t.enable_truncation(length)
    return t


def clip(folder):
    t = tokenizer_of(folder, "clip", 48, "<|endoftext|>")
    last = t.token_to_id("<|endoftext|>")
    text = dict(LAYERS, vocab_size=last + 1, max_position_embeddings=48, eos_token_id=last, bos_token_id=last - 1, pad_token_id=last, projection_dim=12)
    model = lively(CLIPModel(CLIPConfig(text_config=text, vision_config=dict(VISION, projection_dim=12), projection_dim=12)))
    export(folder / "onnx/text_model.onnx", model, lambda m, **i: m.text_projection(m.text_model(**i).pooler_output), text_inputs(9, "input_ids", "attention_mask"), ["text_embeds"])
    export(folder / "onnx/vision_model.onnx", model, lambda m, **i: m.visual_projection(m.vision_model(**i).pooler_output), PIXELS, ["image_embeds"])
    processor = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    ids, mask = batch(t, TEXTS, last)
    texts = model.text_projection(model.text_model(input_ids=ids, attention_mask=mask).pooler_output)
    return model, processor, texts, lambda pixels: model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)


def siglip(folder):
    t = tokenizer_of(folder, "siglip", 24, "</s>")
    text = dict(LAYERS, vocab_size=t.get_vocab_size(), max_position_embeddings=24, pad_token_id=1, eos_token_id=1, bos_token_id=0, projection_size=16)
    model = lively(SiglipModel(SiglipConfig(text_config=text, vision_config=VISION)))
    names = ["last_hidden_state", "pooler_output"]
    export(folder / "onnx/text_model.onnx", model.text_model, lambda m, **i: tuple(m(**i)[n] for n in names), text_inputs(24, "input_ids"), names)
    export(folder / "onnx/vision_model.onnx", model.vision_model, lambda m, **i: tuple(m(**i)[n] for n in names), PIXELS, names)
    ids, _ = batch(t, TEXTS, 1, 24)
    processor = SiglipImageProcessorPil(size={"height": 32, "width": 32})
    return model, processor, model.text_model(input_ids=ids).pooler_output, lambda pixels: model.vision_model(pixel_values=pixels).pooler_output


def chinese_clip(folder):
    """Both towers in one network, and a vocabulary file in the place of tokenizer.json."""
    t = tokenizer_of(folder, "chinese_bert", 40, "[PAD]")
    (folder / "tokenizer.json").unlink()
    vocabulary = sorted(t.get_vocab(), key=t.token_to_id)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 40, "do_lower_case": False, "strip_accents": False, "tokenizer_class": "BertTokenizer"}) + "\n")
    text = dict(LAYERS, vocab_size=len(vocabulary), max_position_embeddings=40, pad_token_id=0)
    model = lively(ChineseCLIPModel(ChineseCLIPConfig(text_config=text, vision_config=dict(VISION, projection_dim=12), projection_dim=12)))
    names = ["logits_per_image", "logits_per_text", "text_embeds", "image_embeds"]
    inputs = text_inputs(9, "input_ids", "attention_mask", "token_type_ids")
    inputs = {"input_ids": inputs["input_ids"], **PIXELS, **inputs}
    export(folder / "onnx/model.onnx", model, lambda m, **i: tuple(m(**i)[n] for n in names), inputs, names)
    ids, mask = batch(t, TEXTS, 0)
    pixels = torch.zeros(1, 3, 32, 32)
    texts = model(input_ids=ids, attention_mask=mask, pixel_values=pixels).text_embeds
    processor = ChineseCLIPImageProcessorPil(size={"height": 32, "width": 32}, do_center_crop=False)
    return model, processor, texts, lambda photos: model(input_ids=ids[:1], attention_mask=mask[:1], pixel_values=photos).image_embeds


def bert(folder):
    """A sentence encoder that takes the mean of the tokens, as all-MiniLM does."""
    t = tokenizer_of(folder, "chinese_bert", 40, "[PAD]")
    model = lively(BertModel(BertConfig(**LAYERS, vocab_size=t.get_vocab_size(), max_position_embeddings=40)))
    names = ["last_hidden_state", "pooler_output"]
    export(folder / "onnx/model.onnx", model, lambda m, **i: tuple(m(**i)[n] for n in names), text_inputs(9, "input_ids", "attention_mask", "token_type_ids"), names)
    sentence(folder, mean=True, length=32)
    t.enable_truncation(32)
    ids, mask = batch(t, TEXTS, 0)
    states = model(input_ids=ids, attention_mask=mask).last_hidden_state
    return model, None, (states * mask[:, :, None]).sum(1) / mask.sum(1)[:, None], None


def xlm_roberta(folder):
    """One that takes the first token, with prefixes for queries and products."""
    t = tokenizer_of(folder, "t5", 40, "<pad>")
    model = lively(XLMRobertaModel(XLMRobertaConfig(**LAYERS, vocab_size=t.get_vocab_size(), max_position_embeddings=42, pad_token_id=0, type_vocab_size=1)))
    export(folder / "model.onnx", model, lambda m, **i: m(**i).last_hidden_state, text_inputs(9, "input_ids", "attention_mask"), ["last_hidden_state"])
    sentence(folder, mean=False, length=40)
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "query: ", "passage": "passage: "}}) + "\n")
    ids, mask = batch(t, ["passage: " + text for text in TEXTS], 0)
    return model, None, model(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0], None


def sentence(folder, mean, length):
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
    (folder / "modules.json").write_text(json.dumps(modules) + "\n")
    (folder / "1_Pooling").mkdir(exist_ok=True)
    flags = {"word_embedding_dimension": 16, "pooling_mode_cls_token": not mean, "pooling_mode_mean_tokens": mean, "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False}
    (folder / "1_Pooling/config.json").write_text(json.dumps(flags) + "\n")
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": length, "do_lower_case": False}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ENCODERS / "testdata/models")
    args = parser.parse_args()
    for make in (clip, siglip, chinese_clip, bert, xlm_roberta):
        torch.manual_seed(7)
        folder = args.out / make.__name__
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        model, processor, texts, embed = make(folder)
        model.config.save_pretrained(folder)
        golden = {"texts": [{"text": t, "embedding": rounded(v)} for t, v in zip(TEXTS, unit(texts))]}
        if processor:
            (folder / "preprocessor_config.json").write_text(processor.to_json_string())
            photos = [Image.open(path).convert("RGB") for path in PHOTOS.values()]
            pixels = torch.cat([torch.as_tensor(processor(p, return_tensors="np")["pixel_values"]) for p in photos])
            golden["photos"] = [{"photo": n, "embedding": rounded(v)} for n, v in zip(PHOTOS, unit(embed(pixels)))]
        (folder / "golden.json").write_text(json.dumps(golden) + "\n")


def rounded(vector):
    return [round(x, 7) for x in vector.tolist()]


if __name__ == "__main__":
    with torch.no_grad():
        main()
