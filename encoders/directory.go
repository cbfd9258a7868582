package encoders

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"vitrine/encoders/photo"
	"vitrine/encoders/tokenizer"
)

// The files of a model directory that matter, in the order in which the fingerprint takes them.
const (
	configFile       = "config.json"
	preprocessorFile = "preprocessor_config.json"
	tokenizerFile    = "tokenizer.json"
	textFile         = "onnx/text_model.onnx"
	visionFile       = "onnx/vision_model.onnx"
)

// preprocessing numbers the way in which this package prepares texts and photos. Raise it when the same
// files would give other vectors: the fingerprint changes with it, and stored vectors are made anew.
const preprocessing = "1"

// ErrModel is wrapped by Open's error when the directory is not a model that can be used.
var ErrModel = errors.New("model directory cannot be used")

// directory is a model directory, read and understood, before its networks are loaded.
type directory struct {
	info      Info
	padToken  int64
	tokenizer *tokenizer.Tokenizer
	rule      *photo.Rule
	text      []byte // the networks, encoded
	vision    []byte
}

// config is the part of config.json that matters here. Such files hold much that only training needs, so
// other fields are left alone.
type config struct {
	Name          string `json:"name"`
	NameOrPath    string `json:"_name_or_path"`
	ProjectionDim int    `json:"projection_dim"`
	Text          struct {
		VocabSize    int    `json:"vocab_size"`
		MaxPositions int    `json:"max_position_embeddings"`
		PadToken     *int64 `json:"pad_token_id"`
	} `json:"text_config"`
	Vision struct {
		ImageSize int `json:"image_size"`
		Channels  int `json:"num_channels"`
	} `json:"vision_config"`
}

func readDirectory(dir fs.FS) (*directory, error) {
	names := []string{configFile, preprocessorFile, tokenizerFile, textFile, visionFile}
	files := make(map[string][]byte, len(names))
	var bytes int64
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		files[name] = data
		bytes += int64(len(data))
	}
	var c config
	if err := json.Unmarshal(files[configFile], &c); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	tokens, err := tokenizer.Parse(files[tokenizerFile])
	if err != nil {
		return nil, err
	}
	rule, err := photo.ParseRule(files[preprocessorFile])
	if err != nil {
		return nil, err
	}
	if err := c.check(tokens, rule); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	return &directory{
		info: Info{
			Name:        c.name(),
			Fingerprint: fingerprint(names, files),
			Dim:         c.ProjectionDim,
			ImageSize:   rule.Size(),
			MaxTokens:   tokens.MaxTokens(),
			Bytes:       bytes,
		},
		padToken:  *c.Text.PadToken,
		tokenizer: tokens,
		rule:      rule,
		text:      files[textFile],
		vision:    files[visionFile],
	}, nil
}

// check compares what the three configuration files say of the same thing.
func (c config) check(tokens *tokenizer.Tokenizer, rule *photo.Rule) error {
	switch {
	case c.ProjectionDim < 1:
		return fmt.Errorf("projection_dim is %d", c.ProjectionDim)
	case c.Vision.ImageSize != rule.Size():
		return fmt.Errorf("image_size is %d, but photos are resized to %d", c.Vision.ImageSize, rule.Size())
	case c.Vision.Channels != 3:
		return fmt.Errorf("num_channels is %d, only 3 is supported", c.Vision.Channels)
	case tokens.VocabularySize() > c.Text.VocabSize:
		return fmt.Errorf("vocab_size is %d, but the tokenizer has %d", c.Text.VocabSize, tokens.VocabularySize())
	case tokens.MaxTokens() == 0 || tokens.MaxTokens() > c.Text.MaxPositions:
		return fmt.Errorf("max_position_embeddings is %d, but the tokenizer truncates to %d (0 = never)", c.Text.MaxPositions, tokens.MaxTokens())
	case c.Text.PadToken == nil || *c.Text.PadToken < 0 || *c.Text.PadToken >= int64(c.Text.VocabSize):
		return errors.New("pad_token_id is missing or not in the vocabulary")
	}
	return nil
}

func (c config) name() string {
	if c.Name != "" {
		return c.Name
	}
	return path.Base(c.NameOrPath)
}

// fingerprint is the first half of a SHA-256 over everything that a vector depends on, in hex.
func fingerprint(names []string, files map[string][]byte) string {
	hash := sha256.New()
	hash.Write([]byte("vitrine preprocessing " + preprocessing))
	for _, name := range names {
		hash.Write([]byte(name))
		hash.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(files[name]))))
		hash.Write(files[name])
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}
