package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// normalizer rewrites a text before it is cut into words.
type normalizer func(string) string

// The settings of the normalizers that have some.
type (
	bertNormalizer struct {
		Type               string `json:"type"`
		CleanText          bool   `json:"clean_text"`
		HandleChineseChars bool   `json:"handle_chinese_chars"`
		StripAccents       *bool  `json:"strip_accents"` // null: as lowercase
		Lowercase          bool   `json:"lowercase"`
	}
	replaceNormalizer struct {
		Type    string  `json:"type"`
		Pattern pattern `json:"pattern"`
		Content string  `json:"content"`
	}
	stripNormalizer struct {
		Type  string `json:"type"`
		Left  bool   `json:"strip_left"`
		Right bool   `json:"strip_right"`
	}
	prependNormalizer struct {
		Type    string `json:"type"`
		Prepend string `json:"prepend"`
	}
	precompiledNormalizer struct {
		Type string `json:"type"`
		Map  []byte `json:"precompiled_charsmap"`
	}
	normalizerSequence struct {
		Type        string            `json:"type"`
		Normalizers []json.RawMessage `json:"normalizers"`
	}
)

// readNormalizer returns nil where the file has none.
func readNormalizer(data json.RawMessage) (normalizer, error) {
	kind, err := typeOf(data)
	if err != nil || kind == "" {
		return nil, err
	}
	switch kind {
	case "Sequence":
		return readNormalizerSequence(data)
	case "BertNormalizer":
		return readBertNormalizer(data)
	case "NFC":
		return unicodeForm(norm.NFC), nil
	case "NFD":
		return unicodeForm(norm.NFD), nil
	case "NFKC":
		return unicodeForm(norm.NFKC), nil
	case "NFKD":
		return unicodeForm(norm.NFKD), nil
	case "Lowercase":
		return lower, nil
	case "StripAccents":
		return func(text string) string { return strings.Map(dropMark, text) }, nil
	case "Strip":
		return readStrip(data)
	case "Replace":
		return readReplace(data)
	case "Prepend":
		return readPrepend(data)
	case "Precompiled":
		return readPrecompiled(data)
	}
	return nil, fmt.Errorf("the normalizer %q is not supported", kind)
}

// unicodeForm is a normal form of Unicode. Go's breaks runs of more than 30 marks by a joiner, which no tokenizer
// that a model was trained with does.
func unicodeForm(form norm.Form) normalizer {
	const joiner = "\u034F"
	return func(text string) string {
		normal := form.String(text)
		if strings.Contains(normal, joiner) && !strings.Contains(text, joiner) {
			return strings.ReplaceAll(normal, joiner, "")
		}
		return normal
	}
}

func readNormalizerSequence(data json.RawMessage) (normalizer, error) {
	var f normalizerSequence
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	var steps []normalizer
	for _, part := range f.Normalizers {
		step, err := readNormalizer(part)
		if err != nil {
			return nil, err
		}
		if step == nil {
			return nil, errors.New("a normalizer of the sequence has no type")
		}
		steps = append(steps, step)
	}
	return func(text string) string {
		for _, step := range steps {
			text = step(text)
		}
		return text
	}, nil
}

func readBertNormalizer(data json.RawMessage) (normalizer, error) {
	var f bertNormalizer
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	r := rules{cleanText: f.CleanText, spaceChinese: f.HandleChineseChars, stripAccents: f.Lowercase, lowercase: f.Lowercase}
	if f.StripAccents != nil {
		r.stripAccents = *f.StripAccents
	}
	return r.normalise, nil
}

func readStrip(data json.RawMessage) (normalizer, error) {
	var f stripNormalizer
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	return func(text string) string {
		if f.Left {
			text = strings.TrimLeftFunc(text, unicode.IsSpace)
		}
		if f.Right {
			text = strings.TrimRightFunc(text, unicode.IsSpace)
		}
		return text
	}, nil
}

func readReplace(data json.RawMessage) (normalizer, error) {
	var f replaceNormalizer
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	expression, err := f.Pattern.compile()
	if err != nil {
		return nil, err
	}
	return func(text string) string { return expression.ReplaceAllLiteralString(text, f.Content) }, nil
}

func readPrepend(data json.RawMessage) (normalizer, error) {
	var f prependNormalizer
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	return func(text string) string {
		if text == "" {
			return ""
		}
		return f.Prepend + text
	}, nil
}

func readPrecompiled(data json.RawMessage) (normalizer, error) {
	var f precompiledNormalizer
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	m, err := parseCharsMap(f.Map)
	if err != nil {
		return nil, fmt.Errorf("precompiled_charsmap: %w", err)
	}
	return m.normalise, nil
}

// dropMark drops every combining mark, where BERT drops those alone that take no room.
func dropMark(c rune) rune {
	if unicode.Is(unicode.M, c) {
		return -1
	}
	return c
}
