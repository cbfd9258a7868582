package tokenizer

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// trained are the small tokenizers of training/tokenizer_goldens.py, one of each kind.
var trained = []string{"clip", "roberta", "chinese_bert", "t5", "siglip", "bytes_unigram", "llama"}

// vocabularies has real vocabularies that are not part of the repository.
const vocabularies = "../../../shared/data/clip"

func parseFile(t testing.TB, path string) *Tokenizer {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return tokenizer
}

func trainedTokenizer(t testing.TB, kind string) *Tokenizer {
	t.Helper()
	return parseFile(t, filepath.Join("testdata", kind+".json"))
}

// golden is the ids of each kind, one list a text.
type golden struct {
	Texts []string             `json:"texts"`
	IDs   map[string][][]int64 `json:"ids"`
}

func readGolden(t testing.TB) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Texts) < 200 {
		t.Fatalf("only %d known values", len(g.Texts))
	}
	return g
}

func (g golden) compare(t *testing.T, kind string, tokenizer *Tokenizer) {
	t.Helper()
	if len(g.IDs[kind]) != len(g.Texts) {
		t.Fatalf("%d known values of %d texts", len(g.IDs[kind]), len(g.Texts))
	}
	for i, text := range g.Texts {
		if got, want := tokenizer.Encode(text), g.IDs[kind][i]; !slices.Equal(got, want) {
			t.Errorf("%+q:\n got %v\nwant %v", text, got, want)
		}
	}
}

func TestEveryKindEqualsHuggingFace(t *testing.T) {
	g := readGolden(t)
	for _, kind := range trained {
		t.Run(kind, func(t *testing.T) { g.compare(t, kind, trainedTokenizer(t, kind)) })
	}
}

func TestRealVocabulariesEqualHuggingFace(t *testing.T) {
	if _, err := os.Stat(vocabularies); err != nil {
		t.Skipf("the data kit is not there: %v", err)
	}
	g := readGolden(t)
	t.Run("real_bert", func(t *testing.T) {
		tokenizer, err := parseFile(t, filepath.Join(vocabularies, "wordpiece_tokenizer.json")).Truncated(128)
		if err != nil {
			t.Fatal(err)
		}
		g.compare(t, "real_bert", tokenizer)
	})
	t.Run("real_clip", func(t *testing.T) {
		vocabulary, err := os.ReadFile(filepath.Join(vocabularies, "vocab.json"))
		if err != nil {
			t.Fatal(err)
		}
		merges, err := os.ReadFile(filepath.Join(vocabularies, "merges.txt"))
		if err != nil {
			t.Fatal(err)
		}
		tokenizer, err := ParseMerges(vocabulary, merges, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if tokenizer, err = tokenizer.Truncated(77); err != nil {
			t.Fatal(err)
		}
		g.compare(t, "real_clip", tokenizer)
	})
}

// modelPart is what vocab.txt, vocab.json and merges.txt hold of a tokenizer.json.
func modelPart(t testing.TB, kind string) (vocabulary map[string]int64, merges [][2]string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Model struct {
			Vocab  map[string]int64 `json:"vocab"`
			Merges [][2]string      `json:"merges"`
		} `json:"model"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f.Model.Vocab, f.Model.Merges
}

func TestVocabularyFilesGiveWhatTokenizerJSONGives(t *testing.T) {
	g := readGolden(t)
	t.Run("vocab.txt", func(t *testing.T) {
		vocabulary, _ := modelPart(t, "chinese_bert")
		lines := make([]string, len(vocabulary))
		for piece, id := range vocabulary {
			lines[id] = piece
		}
		no := false
		tokenizer, err := ParseWordPieces([]byte(strings.Join(lines, "\n")+"\n"), Config{DoLowerCase: &no, StripAccents: &no})
		if err != nil {
			t.Fatal(err)
		}
		if tokenizer, err = tokenizer.Truncated(52); err != nil {
			t.Fatal(err)
		}
		g.compare(t, "chinese_bert", tokenizer)
	})
	t.Run("merges.txt", func(t *testing.T) {
		vocabulary, pairs := modelPart(t, "roberta")
		merges := bytes.NewBufferString("#version: 0.2\n")
		for _, pair := range pairs {
			merges.WriteString(pair[0] + " " + pair[1] + "\n")
		}
		tokenizer, err := ParseMerges(encode(vocabulary), merges.Bytes(), Config{})
		if err != nil {
			t.Fatal(err)
		}
		if tokenizer, err = tokenizer.Truncated(128); err != nil {
			t.Fatal(err)
		}
		for i, text := range g.Texts {
			if strings.Contains(text, "<mask>") { // takes the blank before it, which vocabulary files do not tell
				continue
			}
			if got, want := tokenizer.Encode(text), g.IDs["roberta"][i]; !slices.Equal(got, want) {
				t.Errorf("%+q:\n got %v\nwant %v", text, got, want)
			}
		}
	})
}

func TestPartsThatAreNotKnownAreRefused(t *testing.T) {
	for _, c := range []struct{ kind, from, to, says string }{
		{"clip", `"type":"NFC"`, `"type":"NFQ"`, `normalizer "NFQ"`},
		{"clip", `"behavior":"Removed"`, `"behavior":"Contiguous"`, "Contiguous"},
		{"clip", `[\\p{L}]+`, `(?!x)[\\p{L}]+`, "pattern"},
		{"clip", `[\\p{L}]+`, `\\b[\\p{L}]+`, "between characters"},
		{"clip", `"dropout":null`, `"dropout":0.1`, "dropout"},
		{"clip", `"unk_token":"<|endoftext|>"`, `"unk_token":"?!?"`, "?!?"},
		{"roberta", `"merges":[[`, `"merges":[["zz","q"],[`, "merge 0"},
		{"roberta", `"merges":[[`, `"merges":["a b c",[`, "two pieces"},
		{"t5", `"unk_id":2`, `"unk_id":9999`, "unk_id"},
		{"t5", `"precompiled_charsmap":"`, `"precompiled_charsmap":"////`, "trie"},
		{"t5", `"replacement":"▁"`, `"replacement":""`, "one character"},
		{"siglip", `"prepend_scheme":"first"`, `"prepend_scheme":"last"`, "prepend_scheme"},
		{"siglip", `"max_length":64`, `"max_length":1`, "no room"},
	} {
		data, err := os.ReadFile(filepath.Join("testdata", c.kind+".json"))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(data), c.from, c.to, 1)
		if changed == string(data) {
			t.Fatalf("%s is not in %s", c.from, c.kind)
		}
		if _, err := Parse([]byte(changed)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s, %s: %v", c.kind, c.to, err)
		}
	}
}

func TestLongWordsTakeNoMoreThanALittleLonger(t *testing.T) {
	long := strings.Repeat("running", 30_000) // 210,000 letters without a blank
	for _, kind := range trained {
		tokenizer := trainedTokenizer(t, kind)
		if ids := tokenizer.Encode(long); len(ids) > tokenizer.MaxTokens() {
			t.Errorf("%s: %d ids", kind, len(ids))
		}
	}
}

func FuzzEncodeEveryKind(f *testing.F) {
	for _, text := range readGolden(f).Texts {
		f.Add(text)
	}
	f.Add("\xff\xc3 a\xf0\x9f")
	tokenizers := map[string]*Tokenizer{}
	for _, kind := range trained {
		tokenizers[kind] = trainedTokenizer(f, kind)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for kind, tokenizer := range tokenizers {
			ids := tokenizer.Encode(text)
			if len(ids) > tokenizer.MaxTokens() {
				t.Fatalf("%s: %q has %d ids", kind, text, len(ids))
			}
			for _, id := range ids {
				if id < 0 || id >= int64(tokenizer.VocabularySize()) {
					t.Fatalf("%s: %q: the id %d is not in the vocabulary", kind, text, id)
				}
			}
		}
	})
}

func FuzzParseEveryKind(f *testing.F) {
	for _, kind := range trained {
		data, err := os.ReadFile(filepath.Join("testdata", kind+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if tokenizer, err := Parse(data); err == nil {
			tokenizer.Encode("<s> Ａ red\t红 don't 😀")
		}
	})
}

func FuzzCharsMap(f *testing.F) {
	f.Add([]byte{4, 0, 0, 0, 0, 0, 0, 0, 'a', 0}, "Ａ")
	f.Fuzz(func(t *testing.T, table []byte, text string) {
		if m, err := parseCharsMap(table); err == nil {
			m.normalise(text)
		}
	})
}

func BenchmarkEncodeEveryKind(b *testing.B) {
	for _, kind := range trained {
		b.Run("kind="+kind, func(b *testing.B) {
			tokenizer := trainedTokenizer(b, kind)
			for b.Loop() {
				tokenizer.Encode("Nike Men Air Zoom Century Shoes, black and white")
			}
		})
	}
}
