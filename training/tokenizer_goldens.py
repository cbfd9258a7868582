"""Trains a small tokenizer of each kind and writes it with the token ids that Hugging Face's tokenizers gives, for the Go tests.

--vocabularies is a folder of real ones (CLIP's vocab.json and merges.txt, a BERT tokenizer.json): of these only the ids are written.
"""

import argparse
import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from golden_texts import TEXTS

WORDS = """a an the red blue black white green shirt shirts dress dresses shoe shoes running sandals watch watches bag women's men's kids
cotton leather casual formal long short sleeve sleeves jeans trousers jacket cable adapter monitor keyboard notebook printer phone case for with
and or of in size large small medium pack set 10 20 27 100 256 1000 Nike Adidas Puma Air Max été weiß über niño Öl
红色 连衣裙 运动鞋 男士 女士 白色 黑色 手提包 牛仔裤 上衣 東京 シャツ 한국어 신발 русский платье"""


def corpus():
    words = WORDS.split()
    yield from TEXTS
    for i in range(4000):  # pairs and triples of words, the same ones every time
        yield " ".join(words[(i * k + i // 7) % len(words)] for k in (1, 3, 11)[: 2 + i % 2])


def clip():
    t = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    words = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(words), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=1000, initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False))
    # CLIP's vocabulary has every byte twice, also as the end of a word.
    model = json.loads(t.to_str())["model"]
    vocab = model["vocab"]
    for c in sorted(alphabet):
        vocab.setdefault(c + "</w>", len(vocab))
    for name in ("<|startoftext|>", "<|endoftext|>"):
        vocab[name] = len(vocab)
    t.model = models.BPE(vocab, [tuple(m) for m in model["merges"]], unk_token="<|endoftext|>", end_of_word_suffix="</w>")
    t.add_special_tokens([AddedToken("<|startoftext|>", normalized=True), AddedToken("<|endoftext|>", normalized=False)])
    first, last = ("<|startoftext|>", vocab["<|startoftext|>"]), ("<|endoftext|>", vocab["<|endoftext|>"])
    t.post_processor = processors.RobertaProcessing(last, first, trim_offsets=False, add_prefix_space=False)
    t.enable_truncation(77)
    return t


def roberta():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)]
    trainer = trainers.BpeTrainer(vocab_size=800, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=special, show_progress=False)
    t.train_from_iterator(corpus(), trainer)
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    t.enable_truncation(128)
    return t


def chinese_bert():
    """Cased, as some Chinese models are, with the accents kept."""
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(corpus(), trainers.WordPieceTrainer(vocab_size=1000, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    t.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)])
    t.enable_truncation(52)
    return t


def charsmap():
    """A small table as SentencePiece compiles it; the real ones have the same form and 240 kB."""
    import io
    import tempfile

    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    rules = {"Ａ": "A", "ｂ": "b", "１": "1", "ﬁ": "fi", "ﬃ": "ffi", "½": "1⁄2", "㎏": "kg", "\t": " ", "\n": " ", "\u00a0": " ", "\u3000": " ", "\u200b": "", "\u00ad": "",
             "e\u0301": "é", "A\u030a": "Å", "ｶﾞ": "ガ", "ｶ": "カ", "\u1112\u1161\u11ab": "한", "…": "...", "①": "1", "²": "2", "´": " \u0301", "\ufeff": ""}
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as tsv:
        for source, target in rules.items():
            tsv.write(" ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n")
        tsv.flush()
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(WORDS.split() * 20), model_writer=out, vocab_size=120, hard_vocab_limit=False, normalization_rule_tsv=tsv.name, minloglevel=2)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(out.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def unigram(normalizer, pre_tokenizer, byte_fallback=False, size=700):
    t = Tokenizer(models.Unigram())
    t.normalizer, t.pre_tokenizer = normalizer, pre_tokenizer
    special = ["<pad>", "</s>", "<unk>"] + ([f"<0x{b:02X}>" for b in range(256)] if byte_fallback else [])
    t.train_from_iterator(corpus(), trainers.UnigramTrainer(vocab_size=size, special_tokens=special, unk_token="<unk>", show_progress=False))
    model = json.loads(t.to_str())["model"]
    t.model = models.Unigram([tuple(p) for p in model["vocab"]], 2, byte_fallback)
    t.post_processor = processors.TemplateProcessing("$A </s>", "$A </s> $B </s>", [("</s>", 1)])
    return t


def t5():
    t = unigram(
        normalizers.Sequence([normalizers.Precompiled(charsmap()), normalizers.Replace(Regex(" {2,}"), "▁")]),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]))
    t.enable_truncation(100)
    return t


def siglip():
    t = unigram(
        normalizers.Sequence([
            normalizers.Lowercase(), normalizers.Replace(Regex(r"[!\"#\$%&'\(\)\*\+,\-\./:;<=>\?@\[\\\]\^_`\{\|\}~]"), ""),
            normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]),
        pre_tokenizers.Metaspace(prepend_scheme="first"), byte_fallback=False)
    t.enable_truncation(64)
    t.enable_padding(length=64, pad_id=1, pad_token="</s>")
    return t


def bytes_unigram():
    t = unigram(normalizers.NFKC(), pre_tokenizers.Metaspace(split=False), byte_fallback=True, size=900)
    t.enable_truncation(64)
    return t


def llama():
    """BPE over SentencePiece's blanks, with bytes for what is unknown."""
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=900, limit_alphabet=150, special_tokens=special, max_token_length=12, show_progress=False))
    t.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A $B", [("<s>", 1)])
    t.enable_truncation(80)
    return t


def real_clip(folder):
    vocab = json.loads((folder / "vocab.json").read_text())
    t = clip()
    merges = [tuple(line.split()) for line in (folder / "merges.txt").read_text().splitlines() if line and not line.startswith("#version")]
    t.model = models.BPE(vocab, merges, unk_token="<|endoftext|>", end_of_word_suffix="</w>")
    first, last = ("<|startoftext|>", vocab["<|startoftext|>"]), ("<|endoftext|>", vocab["<|endoftext|>"])
    t.post_processor = processors.RobertaProcessing(last, first, trim_offsets=False, add_prefix_space=False)
    # Added tokens that are in the vocabulary take their ids from the model.
    fresh = Tokenizer(t.model)
    fresh.normalizer, fresh.pre_tokenizer, fresh.post_processor = t.normalizer, t.pre_tokenizer, t.post_processor
    fresh.add_special_tokens(["<|startoftext|>", "<|endoftext|>"])
    fresh.enable_truncation(77)
    return fresh


def real_bert(folder):
    t = Tokenizer.from_file(str(folder / "wordpiece_tokenizer.json"))
    t.enable_truncation(128)
    return t


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabularies", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "../encoders/tokenizer/testdata")
    args = parser.parse_args()
    args.out.mkdir(exist_ok=True)
    ids = {}
    for make in (clip, roberta, chinese_bert, t5, siglip, bytes_unigram, llama):
        t = make()
        padding = t.padding
        # Written in one line: the vocabulary is most of it.
        (args.out / f"{make.__name__}.json").write_text(json.dumps(json.loads(t.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n")
        if padding:
            t.no_padding()
        ids[make.__name__] = [t.encode(text).ids for text in TEXTS]
    for make in (real_clip, real_bert):
        ids[make.__name__] = [make_ids for t in [make(args.vocabularies)] for make_ids in (t.encode(text).ids for text in TEXTS)]
    golden = {"texts": TEXTS, "ids": ids}
    (args.out / "golden.json").write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
