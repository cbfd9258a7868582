package encoders

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// The files that sentence encoders have besides.
const (
	modulesFile  = "modules.json"
	sentenceFile = "sentence_bert_config.json"
	promptsFile  = "config_sentence_transformers.json"
)

// sentence is how a sentence encoder makes one vector of those of a text's tokens. The zero value is what
// sentence-transformers takes where nothing is said: their mean, and no prefixes.
type sentence struct {
	pooling   pooling
	dense     string // module after the pooling that is not applied here, empty = none
	maxTokens int    // 0 = it is not said
	query     string // prefix of a query
	product   string // prefix of what is searched
}

// pooling is how the vectors of tokens become one.
type pooling int

const (
	poolMean pooling = iota
	poolFirst
)

// poolingConfig is 1_Pooling/config.json: flags or, in newer files, the mode's name.
type poolingConfig struct {
	Mode   string `json:"pooling_mode"`
	First  bool   `json:"pooling_mode_cls_token"`
	Mean   bool   `json:"pooling_mode_mean_tokens"`
	Max    bool   `json:"pooling_mode_max_tokens"`
	Root   bool   `json:"pooling_mode_mean_sqrt_len_tokens"`
	Weight bool   `json:"pooling_mode_weightedmean_tokens"`
	Last   bool   `json:"pooling_mode_lasttoken"`
}

// readSentence reads the files of sentence-transformers, none of which must be there.
func (d *directory) readSentence(f *modelFiles) error {
	if d.config.twoTowers() {
		return nil
	}
	for _, read := range []func(*modelFiles) error{d.sentence.readModules, d.sentence.readLength, d.sentence.readPrompts} {
		if err := read(f); err != nil {
			return err
		}
	}
	return nil
}

func (s *sentence) readModules(f *modelFiles) error {
	var modules []struct {
		Path string `json:"path"`
		Type string `json:"type"`
	}
	if err := f.json(modulesFile, &modules); err != nil {
		return err
	}
	for _, m := range modules {
		switch kind := m.Type[strings.LastIndexByte(m.Type, '.')+1:]; kind {
		case "Transformer":
			if m.Path != "" {
				return fmt.Errorf("%s: the transformer lies in %q: put its files into the model directory itself", modulesFile, m.Path)
			}
		case "Pooling":
			if err := s.readPooling(f, path.Join(m.Path, configFile)); err != nil {
				return err
			}
		case "Normalize": // every vector is made of length one
		default:
			s.dense = kind
		}
	}
	return nil
}

func (s *sentence) readPooling(f *modelFiles, file string) error {
	var c poolingConfig
	if err := f.json(file, &c); err != nil {
		return err
	}
	switch other := c.Max || c.Root || c.Weight || c.Last; {
	case !other && (c.Mode == "mean" || c.Mean && !c.First):
		s.pooling = poolMean
	case !other && (c.Mode == "cls" || c.First && !c.Mean):
		s.pooling = poolFirst
	default:
		return fmt.Errorf("%s: only the mean of tokens or the first one is supported", file)
	}
	return nil
}

func (s *sentence) readLength(f *modelFiles) error {
	var c struct {
		MaxSeqLength int `json:"max_seq_length"`
	}
	err := f.json(sentenceFile, &c)
	s.maxTokens = c.MaxSeqLength
	return err
}

// readPrompts reads the prefixes by the names that models give them.
func (s *sentence) readPrompts(f *modelFiles) error {
	var c struct {
		Prompts map[string]string `json:"prompts"`
		Default string            `json:"default_prompt_name"`
	}
	if err := f.json(promptsFile, &c); err != nil {
		return err
	}
	first := func(names ...string) string {
		for _, name := range names {
			if prompt := c.Prompts[name]; prompt != "" {
				return prompt
			}
		}
		return c.Prompts[c.Default]
	}
	s.query, s.product = first("query"), first("document", "passage", "corpus")
	return nil
}

// json reads a file that need not be there.
func (f *modelFiles) json(name string, target any) error {
	data, err := f.readIfThere(name)
	if err != nil || data == nil {
		return err
	}
	if err := json.Unmarshal(data, target); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// pool makes one vector of each text out of those of its tokens: flat has length tokens of dim numbers a text,
// and mask tells which of them are the text's own.
func (p pooling) pool(flat []float32, mask []int64, length, dim int) []float32 {
	texts := len(mask) / length
	out := make([]float32, texts*dim)
	for n := range texts {
		vector := out[n*dim : (n+1)*dim]
		if p == poolFirst {
			copy(vector, flat[n*length*dim:])
			continue
		}
		for i := range length {
			if mask[n*length+i] == 0 {
				continue
			}
			for j, v := range flat[(n*length+i)*dim : (n*length+i+1)*dim] {
				vector[j] += v // the sum points where the mean does
			}
		}
	}
	return out
}
