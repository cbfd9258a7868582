package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// file is tokenizer.json. Fields that are not here are refused, as are those of its parts, so that nothing is
// silently ignored.
type file struct {
	Version       string          `json:"version"`
	Truncation    *truncation     `json:"truncation"`
	Padding       *padding        `json:"padding"`
	AddedTokens   []addedToken    `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"` // from ids to text, which nobody here needs
	Model         json.RawMessage `json:"model"`
}

type truncation struct {
	Direction string `json:"direction"` // missing in older files = Right
	MaxLength int    `json:"max_length"`
	Strategy  string `json:"strategy"`
	Stride    int    `json:"stride"` // of overflowing parts, which are not returned
}

// padding matters where it is to one length; that of a batch, and with which token, is the caller's.
type padding struct {
	Strategy        json.RawMessage `json:"strategy"`
	Direction       string          `json:"direction"`
	PadToMultipleOf *int            `json:"pad_to_multiple_of"`
	PadID           int64           `json:"pad_id"`
	PadTypeID       int64           `json:"pad_type_id"`
	PadToken        string          `json:"pad_token"`
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

// maxID bounds ids, so that a file cannot ask for a vocabulary of any size.
const maxID = 1 << 31

// Parse reads a tokenizer.json. Its error names the part that is not supported or does not fit.
func Parse(data []byte) (*Tokenizer, error) {
	var f file
	if err := strict(data, &f); err != nil {
		return nil, fmt.Errorf("tokenizer: not a tokenizer.json: %w", err)
	}
	t, err := f.tokenizer()
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	return t, nil
}

func (f *file) tokenizer() (*Tokenizer, error) {
	t := &Tokenizer{}
	for _, read := range []func(*file) error{t.readModel, t.readTexts, t.readAddedTokens, t.readTruncation} {
		if err := read(f); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Tokenizer) readModel(f *file) (err error) {
	kind, err := modelType(f.Model)
	if err != nil {
		return err
	}
	switch kind {
	case "WordPiece":
		t.model, err = readWordPiece(f.Model)
	case "BPE":
		t.model, err = readBytePair(f.Model)
	case "Unigram":
		t.model, err = readUnigram(f.Model)
	default:
		err = fmt.Errorf("the model type %q is not supported, only WordPiece, BPE and Unigram", kind)
	}
	if err != nil {
		return err
	}
	t.size, err = vocabularySize(t.model)
	return err
}

// modelType guesses for files from before models said it.
func modelType(data json.RawMessage) (string, error) {
	kind, err := typeOf(data)
	if err != nil || kind != "" {
		return kind, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return "", fmt.Errorf("the model is missing or no object: %w", err)
	}
	switch {
	case fields["merges"] != nil:
		return "BPE", nil
	case fields["unk_id"] != nil:
		return "Unigram", nil
	}
	return "WordPiece", nil
}

func vocabularySize(m model) (int, error) {
	var vocabulary map[string]int64
	switch m := m.(type) {
	case *wordPiece:
		vocabulary = m.vocabulary
	case *bytePair:
		vocabulary = m.vocabulary
	case *unigram:
		return len(m.scores), nil
	}
	largest := int64(-1)
	for piece, id := range vocabulary {
		if id < 0 || id > maxID {
			return 0, fmt.Errorf("the piece %q has the id %d", piece, id)
		}
		largest = max(largest, id)
	}
	return int(largest) + 1, nil
}

// readTexts reads what is done to a text before and after the model.
func (t *Tokenizer) readTexts(f *file) (err error) {
	if t.normalize, err = readNormalizer(f.Normalizer); err != nil {
		return err
	}
	if t.split, err = readSplitter(f.PreTokenizer); err != nil {
		return err
	}
	t.before, t.after, err = readProcessor(f.PostProcessor)
	for _, id := range slices.Concat(t.before, t.after) {
		if id < 0 || id > maxID {
			return fmt.Errorf("the post-processor has a token of the id %d", id)
		}
		t.size = max(t.size, int(id)+1)
	}
	return err
}

func (t *Tokenizer) readAddedTokens(f *file) error {
	var raw, normalized []added
	for _, a := range f.AddedTokens {
		if a.Content == "" || a.ID < 0 || a.ID > maxID {
			return fmt.Errorf("the added token %q has the id %d", a.Content, a.ID)
		}
		t.size = max(t.size, int(a.ID)+1)
		token := added{text: a.Content, id: a.ID, singleWord: a.SingleWord, lstrip: a.LStrip, rstrip: a.RStrip}
		if !a.Normalized {
			raw = append(raw, token)
			continue
		}
		if t.normalize != nil {
			token.text = t.normalize(token.text)
		}
		if token.text != "" {
			normalized = append(normalized, token)
		}
	}
	t.raw, t.normalized = newMatcher(raw), newMatcher(normalized)
	return nil
}

func (t *Tokenizer) readTruncation(f *file) error {
	if p := f.Padding; p != nil {
		var fixed struct {
			Fixed int `json:"Fixed"`
		}
		if json.Unmarshal(p.Strategy, &fixed) == nil { // else it is "BatchLongest"
			t.padTo = fixed.Fixed
		}
	}
	c := f.Truncation
	if c == nil {
		return nil
	}
	if c.Direction != "" && c.Direction != "Right" || c.Strategy != "LongestFirst" {
		return fmt.Errorf("truncation by %q on the %q is not supported, only LongestFirst on the Right", c.Strategy, c.Direction)
	}
	shorter, err := t.Truncated(c.MaxLength)
	if err != nil {
		return err
	}
	*t = *shorter
	return nil
}

// strict reads JSON into target and refuses fields that it does not have.
func strict(data []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(target)
}

// typeOf is the type of a part of the file; empty where the part is missing or null.
func typeOf(data json.RawMessage) (string, error) {
	if len(data) == 0 {
		return "", nil
	}
	var part *struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &part); err != nil {
		return "", err
	}
	if part == nil {
		return "", nil
	}
	return part.Type, nil
}
