package encoders

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"vitrine/encoders/photo"
	"vitrine/encoders/tokenizer"
)

// config is the part of config.json that matters here. Such files hold much that only training needs, so
// other fields are left alone; and newer ones leave out what is the default of their kind, which then is not
// checked.
type config struct {
	Name          string        `json:"name"`
	NameOrPath    string        `json:"_name_or_path"`
	ModelType     string        `json:"model_type"`
	ProjectionDim int           `json:"projection_dim"`
	Text          *textConfig   `json:"text_config"`
	Vision        *visionConfig `json:"vision_config"`
	textConfig                  // of a model that is a text encoder alone
}

type textConfig struct {
	VocabSize    int    `json:"vocab_size"`
	MaxPositions int    `json:"max_position_embeddings"`
	PadToken     *int64 `json:"pad_token_id"`
	HiddenSize   int    `json:"hidden_size"`
}

type visionConfig struct {
	ImageSize int  `json:"image_size"`
	Channels  *int `json:"num_channels"`
}

func (d *directory) readConfig(f *modelFiles) error {
	data, err := f.read(configFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &d.config); err != nil {
		return fmt.Errorf("%s: %w", configFile, err)
	}
	return nil
}

// twoTowers tells whether the model has photos too.
func (c config) twoTowers() bool { return c.Vision != nil }

// sigmoid tells whether the model is of SigLIP's kind: its towers end in pooler_output, and it was trained on
// texts that are filled up to one length, with nothing masked.
func (c config) sigmoid() bool { return strings.HasPrefix(c.ModelType, "siglip") }

// texts is what the file says of the text tower.
func (c config) texts() textConfig {
	if c.Text != nil {
		return *c.Text
	}
	return c.textConfig
}

// shifted are the kinds whose positions begin after that of the padding token.
var shifted = []string{"roberta", "xlm-roberta", "camembert", "mpnet"}

// positions is the largest number of tokens for which the text tower has positions; 0 = it is not said.
func (c config) positions() int {
	n := c.texts().MaxPositions
	if n > 2 && slices.Contains(shifted, c.ModelType) {
		n -= 2
	}
	return n
}

// padToken is the token that fills up short texts, where the tokenizer's files do not name it.
func (c config) padToken() (int64, error) {
	t := c.texts()
	if t.PadToken == nil {
		t.PadToken = c.PadToken
	}
	if t.PadToken == nil || *t.PadToken < 0 || t.VocabSize > 0 && *t.PadToken >= int64(t.VocabSize) {
		return 0, fmt.Errorf("%s: %w", configFile, errors.New("pad_token_id is missing or not in the vocabulary"))
	}
	return *t.PadToken, nil
}

// check compares what the configuration files say of the same thing.
func (c config) check(tokens *tokenizer.Tokenizer, rule *photo.Rule) error {
	t := c.texts()
	switch {
	case c.ProjectionDim < 0:
		return fmt.Errorf("projection_dim is %d", c.ProjectionDim)
	case t.VocabSize > 0 && tokens.VocabularySize() > t.VocabSize:
		return fmt.Errorf("vocab_size is %d, but the tokenizer has %d", t.VocabSize, tokens.VocabularySize())
	case tokens.MaxTokens() == 0:
		return errors.New("neither max_position_embeddings nor the tokenizer's files say how long a text may be")
	case t.MaxPositions > 0 && tokens.MaxTokens() > t.MaxPositions:
		return fmt.Errorf("max_position_embeddings is %d, but the tokenizer truncates to %d", t.MaxPositions, tokens.MaxTokens())
	case rule == nil:
		return nil
	case c.Vision.ImageSize > 0 && c.Vision.ImageSize != rule.Size():
		return fmt.Errorf("image_size is %d, but photos are resized to %d", c.Vision.ImageSize, rule.Size())
	case c.Vision.Channels != nil && *c.Vision.Channels != 3:
		return fmt.Errorf("num_channels is %d, only 3 is supported", *c.Vision.Channels)
	}
	return nil
}

func (c config) name() string {
	switch {
	case c.Name != "":
		return c.Name
	case c.NameOrPath != "":
		return path.Base(c.NameOrPath)
	}
	return c.ModelType
}
