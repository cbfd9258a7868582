"""The WordPiece vocabulary: the sentence teacher's, with what the shop's titles and Chinese need."""

from collections import Counter

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from model import MAX_TOKENS

OWN_WORDS = 4000
LEAST_COUNT = 4


def build_tokenizer(teacher_vocabulary, texts):
    """A lower-casing BERT-type tokenizer that takes every Chinese character as a word.

    teacher_vocabulary: token → id. Kept are its Latin pieces and the characters that the texts use.
    """
    normalizer, splitter = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    counts = Counter(w for t in texts for w, _ in splitter.pre_tokenize_str(normalizer.normalize_str(t)))
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    kept = [t for t in sorted(teacher_vocabulary, key=teacher_vocabulary.get)
            if not t.startswith("[") and (all(ord(c) < 0x250 for c in t) or counts[t])]
    known = set(kept)
    chinese = {w for w in counts if len(w) == 1 and ord(w) > 0x2E00} - known
    own = [w for w, n in counts.most_common() if w not in known | chinese and n >= LEAST_COUNT and len(w) < 24 and not w.isdigit()]
    words = special + kept + own[:OWN_WORDS] + sorted(chinese)
    vocabulary = {w: n for n, w in enumerate(dict.fromkeys(words))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer
