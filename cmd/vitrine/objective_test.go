package main

import (
	"path/filepath"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
	"vitrine/ranker"
	"vitrine/retrieval"
)

// A server that runs takes up what is written to objective.txt, and keeps its objective when that is wrong.
func TestARunningServerFollowsTheObjective(t *testing.T) {
	dataDir := indexertest.Build(t, []catalog.Product{
		{ID: "cheap", Title: "Blue mug", PriceCents: 500, Currency: "EUR", InStock: true},
		{ID: "dear", Title: "Blue mug with a saucer", PriceCents: 90000, Currency: "EUR", InStock: true},
	})
	file, err := openObjective(dataDir)
	if err != nil {
		t.Fatal(err)
	}
	scorer := ranker.New(ranker.Prior(), file.value, nil)
	index := openIndex(t, dataDir)
	engine := retrieval.New(index, &indexertest.Encoder{}, scorer, retrieval.Options{})
	var told output
	live := &liveShop{terminal: newTerminal(&told, &told), shop: &shop{index: index, engine: engine, ranker: scorer, files: shopFiles{objective: file}}}

	server := follower{filepath.Join(dataDir, "objective.txt"), live.followObjective, &told}
	for _, step := range []struct {
		name, text string // an empty text removes the file
		first      string // for "blue mug"
		says       string // on the terminal
	}{
		{"no file", "", "cheap", ""},
		{"by price", "click * price\n", "dear", "results are now in the order of click * price"},
		{"a broken file", "click * prize\n", "dear", "prize is unknown"},
		{"what the model cannot pursue", "profit", "cheap", "estimates clicks alone and cannot pursue profit"},
		{"the file removed", "", "cheap", "in the order of clicks"},
	} {
		server.take(t, step.name, step.text, step.says)
		response, err := live.Search(t.Context(), retrieval.Query{Text: "blue mug"})
		if err != nil || len(response.Hits) != 2 || response.Hits[0].Product.ID != step.first {
			t.Errorf("%s: found %+v, %v; %s is to come first", step.name, response.Hits, err, step.first)
		}
	}
}
