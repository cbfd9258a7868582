package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// The post-processors that put special tokens around a text.
type (
	templateProcessor struct {
		Type          string                 `json:"type"`
		Single        []templatePart         `json:"single"`
		Pair          json.RawMessage        `json:"pair"`
		SpecialTokens map[string]templateIDs `json:"special_tokens"`
	}
	templatePart struct {
		SpecialToken *templateName `json:"SpecialToken"`
		Sequence     *templateName `json:"Sequence"`
	}
	templateName struct {
		ID     string `json:"id"`
		TypeID int    `json:"type_id"`
	}
	templateIDs struct {
		ID     string   `json:"id"`
		IDs    []int64  `json:"ids"`
		Tokens []string `json:"tokens"`
	}
	// pairProcessor is RobertaProcessing or BertProcessing.
	pairProcessor struct {
		Type           string  `json:"type"`
		Sep            namedID `json:"sep"`
		Cls            namedID `json:"cls"`
		TrimOffsets    bool    `json:"trim_offsets"`
		AddPrefixSpace bool    `json:"add_prefix_space"` // of offsets, which are not returned
	}
	processorSequence struct {
		Type       string            `json:"type"`
		Processors []json.RawMessage `json:"processors"`
	}
)

// namedID is a token and its id.
type namedID struct {
	text string
	id   int64
}

// UnmarshalJSON reads ["text", id].
func (n *namedID) UnmarshalJSON(data []byte) error {
	pair := []any{&n.text, &n.id}
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("%s is not a token and its id", data)
	}
	return nil
}

// readProcessor returns the ids before and after a text.
func readProcessor(data json.RawMessage) (before, after []int64, err error) {
	kind, err := typeOf(data)
	if err != nil {
		return nil, nil, err
	}
	switch kind {
	case "", "ByteLevel": // the latter moves offsets alone, which are not returned
		return nil, nil, nil
	case "TemplateProcessing":
		return readTemplate(data)
	case "RobertaProcessing", "BertProcessing":
		var f pairProcessor
		if err := strict(data, &f); err != nil {
			return nil, nil, err
		}
		return []int64{f.Cls.id}, []int64{f.Sep.id}, nil
	case "Sequence":
		var f processorSequence
		if err := strict(data, &f); err != nil {
			return nil, nil, err
		}
		for _, part := range f.Processors {
			left, right, err := readProcessor(part)
			if err != nil {
				return nil, nil, err
			}
			before, after = slices.Concat(left, before), slices.Concat(after, right)
		}
		return before, after, nil
	}
	return nil, nil, fmt.Errorf("the post-processor %q is not supported", kind)
}

func readTemplate(data json.RawMessage) (before, after []int64, err error) {
	var f templateProcessor
	if err := strict(data, &f); err != nil {
		return nil, nil, err
	}
	seen := false
	for _, part := range f.Single {
		switch {
		case part.Sequence != nil && part.Sequence.ID == "A" && part.Sequence.TypeID == 0 && !seen:
			seen = true
		case part.SpecialToken != nil && part.SpecialToken.TypeID == 0:
			named, ok := f.SpecialTokens[part.SpecialToken.ID]
			if !ok {
				return nil, nil, fmt.Errorf("the template's token %q has no ids", part.SpecialToken.ID)
			}
			if seen {
				after = append(after, named.IDs...)
			} else {
				before = append(before, named.IDs...)
			}
		default:
			return nil, nil, errors.New("the template for single texts is not special tokens around one text of type 0")
		}
	}
	if !seen {
		return nil, nil, errors.New("the template for single texts does not hold the text")
	}
	return before, after, nil
}
