package tokenizer

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

func mini(t testing.TB) *Tokenizer {
	t.Helper()
	data, err := os.ReadFile("../mini/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return tokenizer
}

func TestEncodeEqualsHuggingFace(t *testing.T) {
	data, err := os.ReadFile("../testdata/tokenizer_golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Text string  `json:"text"`
		IDs  []int64 `json:"ids"`
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden) < 60 {
		t.Fatalf("only %d known values", len(golden))
	}
	tokenizer := mini(t)
	for _, g := range golden {
		if got := tokenizer.Encode(g.Text); !slices.Equal(got, g.IDs) {
			t.Errorf("%q:\n got %v\nwant %v", g.Text, got, g.IDs)
		}
	}
}

func TestEncodeEndsATextAtTheLimitWithItsLastSpecialToken(t *testing.T) {
	tokenizer := mini(t)
	for _, text := range []string{strings.Repeat("red ", 1000), strings.Repeat("[SEP]", 1000), strings.Repeat("红", 1000)} {
		ids := tokenizer.Encode(text)
		if len(ids) != tokenizer.MaxTokens() || ids[len(ids)-1] != 3 {
			t.Errorf("%.10s…: %d ids, the last is %d", text, len(ids), ids[len(ids)-1])
		}
	}
}

func TestEncodeReadsInvalidUTF8AsIfItWereNotThere(t *testing.T) {
	tokenizer := mini(t)
	if got, want := tokenizer.Encode("re\xffd\xc3 shirt"), tokenizer.Encode("red shirt"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseRefusesWhatItDoesNotDo(t *testing.T) {
	good, err := os.ReadFile("../mini/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, says string }{
		{`"type": "WordPiece",
    "unk_token"`, `"type": "WordLevel", "unk_token"`, "WordLevel"},
		{`"type": "BertNormalizer"`, `"type": "Nmt"`, "Nmt"},
		{`"type": "BertPreTokenizer"`, `"type": "CharDelimiterSplit"`, "CharDelimiterSplit"},
		{`"type": "TemplateProcessing"`, `"type": "PairProcessing"`, "PairProcessing"},
		{`"direction": "Right"`, `"direction": "Left"`, "Left"},
		{`"strategy": "LongestFirst"`, `"strategy": "OnlySecond"`, "OnlySecond"},
		{`"max_length": 64`, `"max_length": 2`, "no room"},
		{`"lstrip": false`, `"lstrip": false, "novelty": 1`, "novelty"},
		{`"unk_token": "[UNK]"`, `"unk_token": "<unk>"`, "<unk>"},
		{`"version": "1.0"`, `"version": "1.0", "novelty": 1`, "novelty"},
		{`"clean_text": true`, `"clean_text": true, "novelty": 1`, "novelty"},
		{`"Sequence": {
          "id": "A"`, `"Sequence": {"id": "B"`, "template"},
		{`"[PAD]": 0`, `"[PAD]": -1`, "[PAD]"},
		{`"max_input_chars_per_word": 100`, `"max_input_chars_per_word": 0`, "max_input_chars"},
		{`{`, `[`, "tokenizer.json"},
	} {
		changed := strings.Replace(string(good), c.from, c.to, 1)
		if changed == string(good) {
			t.Fatalf("%s is not in the file", c.from)
		}
		if _, err := Parse([]byte(changed)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.to, err)
		}
	}
}

func FuzzEncode(f *testing.F) {
	for _, text := range []string{"", "red casual shoes", "红色连衣裙 İ ß", "a[SEP]b", "\xff\x00\u0301", strings.Repeat("x", 101)} {
		f.Add(text)
	}
	tokenizer := mini(f)
	f.Fuzz(func(t *testing.T, text string) {
		ids := tokenizer.Encode(text)
		if len(ids) < 2 || len(ids) > tokenizer.MaxTokens() || ids[0] != 2 || ids[len(ids)-1] != 3 {
			t.Fatalf("%q: %v", text, ids)
		}
		for _, id := range ids {
			if id < 0 || id >= int64(tokenizer.VocabularySize()) {
				t.Fatalf("%q: the id %d is not in the vocabulary", text, id)
			}
		}
		// White space around a text never matters.
		if padded := tokenizer.Encode(" " + text + "\t\n"); !slices.Equal(padded, ids) {
			t.Fatalf("%q: %v, with blanks %v", text, ids, padded)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"model":{"type":"WordPiece","unk_token":"u","max_input_chars_per_word":9,"vocab":{"u":0}},
		"normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},
		"post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if tokenizer, err := Parse(data); err == nil {
			tokenizer.Encode("u red 红")
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	tokenizer := mini(b)
	for b.Loop() {
		tokenizer.Encode("Nike Men Air Zoom Century Shoes, black and white")
	}
}
