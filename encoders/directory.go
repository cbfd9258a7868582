package encoders

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"vitrine/encoders/photo"
	"vitrine/encoders/tokenizer"
)

// The files of a model directory that matter.
const (
	configFile          = "config.json"
	preprocessorFile    = "preprocessor_config.json"
	tokenizerFile       = "tokenizer.json"
	tokenizerConfigFile = "tokenizer_config.json"
	textFile            = "onnx/text_model.onnx"
	visionFile          = "onnx/vision_model.onnx"
	modelFile           = "onnx/model.onnx" // both towers in one network, or a text encoder
)

// preprocessing numbers the way in which this package prepares texts and photos. Raise it when the same
// files would give other vectors: the fingerprint changes with it, and stored vectors are made anew.
const preprocessing = "2"

// ErrModel is wrapped by Open's error when the directory is not a model that can be used.
var ErrModel = errors.New("model directory cannot be used")

// directory is a model directory, read and understood, before its networks are loaded.
type directory struct {
	info      Info
	config    config
	padToken  int64
	tokenizer *tokenizer.Tokenizer
	sentence  sentence
	rule      *photo.Rule // nil: the model reads texts alone
	text      network
	vision    network // empty where rule is nil
}

// network is an encoded network and the file that it comes from.
type network struct {
	file    string
	encoded []byte
}

func readDirectory(dir fs.FS) (*directory, error) {
	f := &modelFiles{dir: dir}
	d := &directory{}
	steps := []func(*modelFiles) error{d.readConfig, d.readRule, d.readTokenizer, d.readSentence, d.readNetworks}
	for _, read := range steps {
		if err := read(f); err != nil {
			return nil, err
		}
	}
	if err := d.settleLength(); err != nil {
		return nil, err
	}
	if err := d.config.check(d.tokenizer, d.rule); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	d.info = Info{Name: d.config.name(), Fingerprint: f.fingerprint(), MaxTokens: d.tokenizer.MaxTokens(), Bytes: f.bytes}
	if d.rule != nil {
		d.info.ImageSize = d.rule.Size()
	}
	return d, nil
}

func (d *directory) readRule(f *modelFiles) error {
	if !d.config.twoTowers() {
		return nil
	}
	data, err := f.read(preprocessorFile)
	if err != nil {
		return err
	}
	d.rule, err = photo.ParseRule(data)
	return err
}

// readTokenizer reads tokenizer.json, or what a model has in its place.
func (d *directory) readTokenizer(f *modelFiles) error {
	var c tokenizer.Config
	data, err := f.readIfThere(tokenizerConfigFile)
	if err != nil {
		return err
	}
	if data != nil {
		if c, err = tokenizer.ParseConfig(data); err != nil {
			return fmt.Errorf("%s: %w", tokenizerConfigFile, err)
		}
	}
	if d.tokenizer, err = f.tokenizer(c); err != nil {
		return err
	}
	if n := c.MaxTokens(); n > 0 {
		if d.tokenizer, err = d.tokenizer.Truncated(n); err != nil {
			return fmt.Errorf("%s: %w", tokenizerConfigFile, err)
		}
	}
	pad, found := d.tokenizer.ID(c.Pad())
	switch {
	case c.Pad() != "" && !found:
		return fmt.Errorf("%s: the vocabulary lacks the pad_token %q", tokenizerConfigFile, c.Pad())
	case found:
		d.padToken = pad
	default:
		d.padToken, err = d.config.padToken()
	}
	return err
}

// settleLength cuts texts where the model's positions end, if the tokenizer does not do so before.
func (d *directory) settleLength() (err error) {
	if n := d.sentence.maxTokens; n > 0 {
		if d.tokenizer, err = d.tokenizer.Truncated(n); err != nil {
			return fmt.Errorf("%s: %w", sentenceFile, err)
		}
	}
	if n := d.config.positions(); d.tokenizer.MaxTokens() == 0 && n > 0 {
		if d.tokenizer, err = d.tokenizer.Truncated(n); err != nil {
			return fmt.Errorf("%s: %w", configFile, err)
		}
	}
	return nil
}

// readNetworks reads two networks, or one for both towers, or that of a text encoder.
func (d *directory) readNetworks(f *modelFiles) (err error) {
	if !d.config.twoTowers() {
		d.text, err = f.network(modelFile)
		return err
	}
	if d.text, err = f.network(textFile); err == nil {
		d.vision, err = f.network(visionFile)
		return err
	}
	missing := err
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if d.text, err = f.network(modelFile); errors.Is(err, fs.ErrNotExist) {
		return missing
	}
	d.vision = d.text
	return err
}

// modelFiles reads the files of a directory and remembers what it read, for the fingerprint.
type modelFiles struct {
	dir   fs.FS
	names []string
	data  [][]byte
	bytes int64
}

func (f *modelFiles) read(name string) ([]byte, error) {
	data, err := fs.ReadFile(f.dir, name)
	if err != nil {
		return nil, err
	}
	f.names, f.data, f.bytes = append(f.names, name), append(f.data, data), f.bytes+int64(len(data))
	return data, nil
}

// readIfThere returns nil where there is no such file.
func (f *modelFiles) readIfThere(name string) ([]byte, error) {
	data, err := f.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// network reads a network from the folder onnx or, as some exporters put it, beside the other files. The error
// names the file in onnx.
func (f *modelFiles) network(name string) (network, error) {
	for _, file := range []string{name, strings.TrimPrefix(name, "onnx/")} {
		data, err := f.readIfThere(file)
		if err != nil {
			return network{}, err
		}
		if data == nil {
			continue
		}
		if _, err := fs.Stat(f.dir, file+"_data"); err == nil {
			return network{}, fmt.Errorf("%s has its weights in %s_data: export it with the weights in one file", file, file)
		}
		return network{file, data}, nil
	}
	return network{}, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// tokenizer reads tokenizer.json, else vocab.txt, else vocab.json and merges.txt.
func (f *modelFiles) tokenizer(c tokenizer.Config) (*tokenizer.Tokenizer, error) {
	data, err := f.readIfThere(tokenizerFile)
	if err != nil {
		return nil, err
	}
	if data != nil {
		return tokenizer.Parse(data)
	}
	pieces, err := f.readIfThere("vocab.txt")
	if err != nil {
		return nil, err
	}
	if pieces != nil {
		return tokenizer.ParseWordPieces(pieces, c)
	}
	vocabulary, err := f.readIfThere("vocab.json")
	if err != nil {
		return nil, err
	}
	if vocabulary == nil {
		return nil, fmt.Errorf("there is no %s, vocab.txt or vocab.json; of other files, such as spiece.model, transformers' AutoTokenizer makes a %s", tokenizerFile, tokenizerFile)
	}
	merges, err := f.read("merges.txt")
	if err != nil {
		return nil, err
	}
	return tokenizer.ParseMerges(vocabulary, merges, c)
}

// fingerprint is the first half of a SHA-256 over everything that a vector depends on, in hex.
func (f *modelFiles) fingerprint() string {
	hash := sha256.New()
	hash.Write([]byte("vitrine preprocessing " + preprocessing))
	for i, name := range f.names {
		hash.Write([]byte(name))
		hash.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(f.data[i]))))
		hash.Write(f.data[i])
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}
