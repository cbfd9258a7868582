package tokenizer

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// Config is the part of tokenizer_config.json that matters: the rest is for training, or for what
// tokenizer.json says too.
type Config struct {
	Class                string   `json:"tokenizer_class"`
	ModelMaxLength       float64  `json:"model_max_length"` // some files say 10³⁰ for none
	PadToken             *special `json:"pad_token"`
	UnkToken             *special `json:"unk_token"`
	ClsToken             *special `json:"cls_token"`
	SepToken             *special `json:"sep_token"`
	BosToken             *special `json:"bos_token"`
	EosToken             *special `json:"eos_token"`
	MaskToken            *special `json:"mask_token"`
	DoLowerCase          *bool    `json:"do_lower_case"`
	StripAccents         *bool    `json:"strip_accents"`
	TokenizeChineseChars *bool    `json:"tokenize_chinese_chars"`
	AddPrefixSpace       bool     `json:"add_prefix_space"`
}

// special is a token's text, also where the file describes the token by an object.
type special string

// UnmarshalJSON reads "text" and {"content": "text"}.
func (s *special) UnmarshalJSON(data []byte) error {
	var object struct {
		Content string `json:"content"`
	}
	if err := json.Unmarshal(data, &object); err == nil {
		*s = special(object.Content)
		return nil
	}
	return json.Unmarshal(data, (*string)(s))
}

// ParseConfig reads a tokenizer_config.json.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := json.Unmarshal(data, &c); err != nil {
		return Config{}, fmt.Errorf("tokenizer: %w", err)
	}
	return c, nil
}

// MaxTokens is the longest encoding that the model was made for; 0 = it is not said.
func (c Config) MaxTokens() int {
	if c.ModelMaxLength < 1 || c.ModelMaxLength > math.MaxInt32 {
		return 0
	}
	return int(c.ModelMaxLength)
}

// Pad is the token that fills up short texts; empty = it is not said.
func (c Config) Pad() string { return c.PadToken.or("") }

func (s *special) or(text string) string {
	if s == nil || *s == "" {
		return text
	}
	return string(*s)
}

func yes(b *bool) bool { return b == nil || *b }

// ParseWordPieces makes the tokenizer of a BERT-type model that has only a vocab.txt: a piece a line, whose
// number, from 0, is its id.
func ParseWordPieces(vocabulary []byte, c Config) (*Tokenizer, error) {
	ids := map[string]int64{}
	for id, line := range strings.Split(strings.TrimSuffix(string(vocabulary), "\n"), "\n") {
		ids[strings.TrimSuffix(line, "\r")] = int64(id)
	}
	unknown := c.UnkToken.or("[UNK]")
	f := file{
		Normalizer: encode(bertNormalizer{
			Type: "BertNormalizer", CleanText: true, HandleChineseChars: yes(c.TokenizeChineseChars),
			StripAccents: c.StripAccents, Lowercase: yes(c.DoLowerCase),
		}),
		PreTokenizer: encode(map[string]string{"type": "BertPreTokenizer"}),
		Model: encode(wordPieceFile{
			Type: "WordPiece", UnkToken: unknown, ContinuingSubwordPrefix: "##", MaxInputCharsPerWord: 100, Vocab: ids,
		}),
	}
	first, last := c.ClsToken.or("[CLS]"), c.SepToken.or("[SEP]")
	return f.around(ids, first, last, []string{unknown, first, last, c.PadToken.or("[PAD]"), c.MaskToken.or("[MASK]")})
}

// clipWords is how CLIP cuts a text that is in lower case and of single blanks (Radford et al. 2021, the tokenizer of their code).
const clipWords = `<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`

// ParseMerges makes the tokenizer of a model that has only vocab.json and merges.txt: CLIP's where pieces end
// in </w>, else that of GPT-2 and RoBERTa.
func ParseMerges(vocabulary, merges []byte, c Config) (*Tokenizer, error) {
	var ids map[string]int64
	if err := json.Unmarshal(vocabulary, &ids); err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	model := map[string]any{"type": "BPE", "vocab": ids, "merges": mergeLines(merges)}
	f := file{PreTokenizer: encode(byteLevelSplitter{Type: "ByteLevel", AddPrefixSpace: c.AddPrefixSpace})}
	first, last := c.ClsToken.or(c.BosToken.or("<s>")), c.SepToken.or(c.EosToken.or("</s>"))
	names := []string{first, last, c.PadToken.or("<pad>"), c.UnkToken.or("<unk>"), c.MaskToken.or("<mask>")}
	if _, clip := ids["a</w>"]; clip {
		first, last = c.BosToken.or("<|startoftext|>"), c.EosToken.or("<|endoftext|>")
		names = []string{first, last}
		model["unk_token"], model["end_of_word_suffix"] = c.UnkToken.or("<|endoftext|>"), "</w>"
		space, split := `\s+`, clipWords
		f.Normalizer = encode(normalizerSequence{Type: "Sequence", Normalizers: []json.RawMessage{
			encode(map[string]string{"type": "NFC"}),
			encode(map[string]any{"type": "Replace", "pattern": pattern{Regex: &space}, "content": " "}),
			encode(map[string]string{"type": "Lowercase"}),
		}})
		f.PreTokenizer = encode(splitterSequence{Type: "Sequence", Pretokenizers: []json.RawMessage{
			encode(patternSplitter{Type: "Split", Pattern: pattern{Regex: &split}, Behavior: "Removed", Invert: true}),
			encode(byteLevelSplitter{Type: "ByteLevel"}),
		}})
	}
	f.Model = encode(model)
	return f.around(ids, first, last, names)
}

// mergeLines is the merges, one a line below a first line that states the version.
func mergeLines(merges []byte) []string {
	lines := []string{}
	for _, line := range strings.Split(string(merges), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line != "" && !strings.HasPrefix(line, "#version") {
			lines = append(lines, line)
		}
	}
	return lines
}

// around makes the tokenizer that puts the tokens first and last around a text and finds those that are named
// and in the vocabulary.
func (f file) around(ids map[string]int64, first, last string, names []string) (*Tokenizer, error) {
	for _, name := range []string{first, last} {
		if _, ok := ids[name]; !ok {
			return nil, fmt.Errorf("tokenizer: the vocabulary lacks %q", name)
		}
	}
	f.PostProcessor = encode(map[string]any{"type": "BertProcessing", "cls": []any{first, ids[first]}, "sep": []any{last, ids[last]}})
	for _, name := range names {
		if id, ok := ids[name]; ok {
			f.AddedTokens = append(f.AddedTokens, addedToken{ID: id, Content: name, Special: true})
		}
	}
	t, err := f.tokenizer()
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	return t, nil
}

// encode writes a part as tokenizer.json would have it, so that it is read by the one way there is.
func encode(part any) json.RawMessage {
	data, err := json.Marshal(part)
	if err != nil {
		panic(err) // plain texts, numbers and flags can always be written
	}
	return data
}
