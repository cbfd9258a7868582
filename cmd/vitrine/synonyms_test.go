package main

import (
	"path/filepath"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
	"vitrine/retrieval"
)

// A server that runs takes up what is written to synonyms.txt, and keeps its synonyms when that is wrong.
func TestARunningServerFollowsTheSynonyms(t *testing.T) {
	dataDir := indexertest.Build(t, []catalog.Product{{ID: "a", Title: "Television"}, {ID: "b", Title: "Blue mug"}})
	file, err := openSynonyms(dataDir)
	if err != nil {
		t.Fatal(err)
	}
	var told output
	index := openIndex(t, dataDir)
	engine := engineOver(index)
	live := &liveShop{terminal: newTerminal(&told, &told), shop: &shop{index: index, engine: engine, files: shopFiles{synonyms: file}}}

	path := filepath.Join(dataDir, "synonyms.txt")
	server := follower{path, live.followSynonyms, &told}
	for _, step := range []struct {
		name, text string // an empty text removes the file
		shown      string // for "telly"
		says       string // on the terminal, nothing else
	}{
		{"no file", "", "", ""},
		{"synonyms", "telly, television", "a", path + ": new synonyms are in force"},
		{"the same synonyms", "telly, television", "a", ""},
		{"a broken file", "telly => mug\n[fr]\n", "a", path + ": bad synonyms: line 2: there is no section [fr]: use [all], [en] or [zh] (the synonyms before go on)"},
		{"a file still broken", "telly => mug\n[fr]\n", "a", ""},
		{"a file mended", "telly => mug\n[en]\n", "b", "new synonyms are in force"},
		{"a file of 5 MB", strings.Repeat("# "+strings.Repeat("x", 1021)+"\n", 5<<10), "b", "bad synonyms: the file is larger than 4 MB (the synonyms before go on)"},
		{"the file removed", "", "", "new synonyms are in force"},
	} {
		server.take(t, step.name, step.text, step.says)
		response, err := live.Search(t.Context(), retrieval.Query{Text: "telly", Mode: retrieval.ModeKeyword})
		if err != nil {
			t.Fatal(err)
		}
		var shown []string
		for _, hit := range response.Hits {
			shown = append(shown, hit.Product.ID)
		}
		if got := strings.Join(shown, " "); got != step.shown {
			t.Errorf("%s: telly finds %q, want %q", step.name, got, step.shown)
		}
	}
}
