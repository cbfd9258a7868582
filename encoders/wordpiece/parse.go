package wordpiece

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
)

// The parts of tokenizer.json. Fields that are not here are refused, so that nothing is silently ignored.
type file struct {
	Version       string          `json:"version"`
	Truncation    *truncation     `json:"truncation"`
	Padding       json.RawMessage `json:"padding"` // a matter of batches, which are ours
	AddedTokens   []addedToken    `json:"added_tokens"`
	Normalizer    normalizer      `json:"normalizer"`
	PreTokenizer  typed           `json:"pre_tokenizer"`
	PostProcessor postProcessor   `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"` // from ids to text, which nobody here needs
	Model         model           `json:"model"`
}

type typed struct {
	Type string `json:"type"`
}

type truncation struct {
	Direction string `json:"direction"`
	MaxLength int    `json:"max_length"`
	Strategy  string `json:"strategy"`
	Stride    int    `json:"stride"` // of overflowing parts, which are not returned
}

type addedToken struct {
	ID         int64  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

type normalizer struct {
	Type               string `json:"type"`
	CleanText          bool   `json:"clean_text"`
	HandleChineseChars bool   `json:"handle_chinese_chars"`
	StripAccents       *bool  `json:"strip_accents"` // null: as lowercase
	Lowercase          bool   `json:"lowercase"`
}

type postProcessor struct {
	Type          string                 `json:"type"`
	Single        []templatePart         `json:"single"`
	Pair          json.RawMessage        `json:"pair"`
	SpecialTokens map[string]templateIDs `json:"special_tokens"`
}

type templatePart struct {
	SpecialToken *templateName `json:"SpecialToken"`
	Sequence     *templateName `json:"Sequence"`
}

type templateName struct {
	ID     string `json:"id"`
	TypeID int    `json:"type_id"`
}

type templateIDs struct {
	ID     string   `json:"id"`
	IDs    []int64  `json:"ids"`
	Tokens []string `json:"tokens"`
}

type model struct {
	Type                    string           `json:"type"`
	UnkToken                string           `json:"unk_token"`
	ContinuingSubwordPrefix string           `json:"continuing_subword_prefix"`
	MaxInputCharsPerWord    int              `json:"max_input_chars_per_word"`
	Vocab                   map[string]int64 `json:"vocab"`
}

// Parse reads a tokenizer.json. Its error names the part that is not supported or does not fit.
func Parse(data []byte) (*Tokenizer, error) {
	var f file
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("tokenizer: not a BERT-type tokenizer.json: %w", err)
	}
	t := &Tokenizer{vocabulary: f.Model.Vocab}
	for _, read := range []func(*file) error{t.readModel, t.readNormalizer, t.readAddedTokens, t.readTemplate, t.readTruncation} {
		if err := read(&f); err != nil {
			return nil, fmt.Errorf("tokenizer: %w", err)
		}
	}
	return t, nil
}

func (t *Tokenizer) readModel(f *file) error {
	m := f.Model
	if m.Type != "WordPiece" {
		return fmt.Errorf("the model type %q is not supported, only WordPiece", m.Type)
	}
	unknown, ok := m.Vocab[m.UnkToken]
	if !ok {
		return fmt.Errorf("the vocabulary lacks the unknown token %q", m.UnkToken)
	}
	if m.MaxInputCharsPerWord < 1 {
		return fmt.Errorf("max_input_chars_per_word is %d", m.MaxInputCharsPerWord)
	}
	for piece, id := range m.Vocab {
		if id < 0 || id > 1<<31 {
			return fmt.Errorf("the piece %q has the id %d", piece, id)
		}
		t.maxWord = max(t.maxWord, len(piece))
	}
	t.unknown, t.prefix, t.maxRunes = unknown, m.ContinuingSubwordPrefix, m.MaxInputCharsPerWord
	return nil
}

func (t *Tokenizer) readNormalizer(f *file) error {
	n := f.Normalizer
	if n.Type != "BertNormalizer" {
		return fmt.Errorf("the normalizer %q is not supported, only BertNormalizer", n.Type)
	}
	if f.PreTokenizer.Type != "BertPreTokenizer" {
		return fmt.Errorf("the pre-tokenizer %q is not supported, only BertPreTokenizer", f.PreTokenizer.Type)
	}
	t.rules = rules{cleanText: n.CleanText, spaceChinese: n.HandleChineseChars, stripAccents: n.Lowercase, lowercase: n.Lowercase}
	if n.StripAccents != nil {
		t.rules.stripAccents = *n.StripAccents
	}
	return nil
}

func (t *Tokenizer) readAddedTokens(f *file) error {
	for _, a := range f.AddedTokens {
		switch {
		case a.SingleWord || a.LStrip || a.RStrip || a.Normalized:
			return fmt.Errorf("the added token %q asks for single_word, lstrip, rstrip or normalized, which are not supported", a.Content)
		case a.Content == "" || a.ID < 0 || a.ID > 1<<31:
			return fmt.Errorf("the added token %q has the id %d", a.Content, a.ID)
		}
		t.special = append(t.special, specialToken{a.Content, a.ID})
	}
	sort.SliceStable(t.special, func(i, j int) bool { return len(t.special[i].text) > len(t.special[j].text) })
	return nil
}

func (t *Tokenizer) readTemplate(f *file) error {
	p := f.PostProcessor
	if p.Type != "TemplateProcessing" {
		return fmt.Errorf("the post-processor %q is not supported, only TemplateProcessing", p.Type)
	}
	seen := false
	for _, part := range p.Single {
		switch {
		case part.Sequence != nil && part.Sequence.ID == "A" && part.Sequence.TypeID == 0 && !seen:
			seen = true
		case part.SpecialToken != nil && part.SpecialToken.TypeID == 0:
			named, ok := p.SpecialTokens[part.SpecialToken.ID]
			if !ok {
				return fmt.Errorf("the template's token %q has no ids", part.SpecialToken.ID)
			}
			if seen {
				t.after = append(t.after, named.IDs...)
			} else {
				t.before = append(t.before, named.IDs...)
			}
		default:
			return errors.New("the template for single texts is not special tokens around one text of type 0")
		}
	}
	if !seen {
		return errors.New("the template for single texts does not hold the text")
	}
	return nil
}

func (t *Tokenizer) readTruncation(f *file) error {
	c := f.Truncation
	if c == nil {
		return nil
	}
	if c.Direction != "Right" || c.Strategy != "LongestFirst" {
		return fmt.Errorf("truncation by %q on the %q is not supported, only LongestFirst on the Right", c.Strategy, c.Direction)
	}
	if c.MaxLength <= len(t.before)+len(t.after) {
		return fmt.Errorf("truncation to %d tokens leaves no room for text", c.MaxLength)
	}
	t.maxTokens = c.MaxLength
	return nil
}
