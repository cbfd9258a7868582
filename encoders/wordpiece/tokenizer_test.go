package wordpiece

import (
	"encoding/json"
	"os"
	"slices"
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
