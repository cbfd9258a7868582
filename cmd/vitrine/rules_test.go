package main

import (
	"path/filepath"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
	"vitrine/retrieval"
)

// A server that runs takes up what is written to rules.json, and keeps its rules when that is wrong.
func TestARunningServerFollowsTheRules(t *testing.T) {
	dataDir := indexertest.Build(t, []catalog.Product{{ID: "a", Title: "Red mug"}, {ID: "b", Title: "Blue mug"}})
	file, err := openRules(dataDir)
	if err != nil {
		t.Fatal(err)
	}
	var told output
	index := openIndex(t, dataDir)
	engine := engineOver(index)
	live := &liveShop{terminal: newTerminal(&told, &told), shop: &shop{index: index, engine: engine, files: shopFiles{rules: file}}}

	hide := func(id string) string {
		return `{"rules": [{"name": "hide", "hide": {"products": ["` + id + `"]}}]}`
	}
	server := follower{filepath.Join(dataDir, "rules.json"), func() { live.followRules(t.Context()) }, &told}
	for _, step := range []struct {
		name, text string // an empty text removes the file
		shown      string
		says       string // on the terminal, nothing else
	}{
		{"no file", "", "a b", ""},
		{"rules", hide("a"), "b", "new rules are in force (1)"},
		{"the same rules", hide("a"), "b", ""},
		{"a broken file", hide("b") + ",", "b", "the rules before go on"},
		{"a file still broken", hide("b") + ",", "b", ""},
		{"a file mended", hide("b"), "a", "new rules are in force (1)"},
		{"a file cut off to nothing", " ", "a", "the rules before go on"},
		{"the file removed", "", "a b", "new rules are in force (0)"},
	} {
		server.take(t, step.name, step.text, step.says)
		response, err := live.Search(t.Context(), retrieval.Query{})
		if err != nil {
			t.Fatal(err)
		}
		var shown []string
		for _, hit := range response.Hits {
			shown = append(shown, hit.Product.ID)
		}
		if got := strings.Join(shown, " "); got != step.shown {
			t.Errorf("%s: the list has %q, want %q", step.name, got, step.shown)
		}
	}
}

// engineOver searches a data directory until the test ends.
func engineOver(index *indexer.Index) *retrieval.Engine {
	return retrieval.New(index, &indexertest.Encoder{}, nil, retrieval.Options{})
}

func openIndex(t testing.TB, dataDir string) *indexer.Index {
	t.Helper()
	index, err := indexer.Open(t.Context(), dataDir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	return index
}
