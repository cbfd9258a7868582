package main

import (
	"os"
	"testing"

	"vitrine/catalog"
	"vitrine/encoders/adapter"
	"vitrine/indexer/indexertest"
	"vitrine/ranker"
	"vitrine/retrieval"
)

// turning is an adapter that turns every query of a leg towards one direction.
func turning(t *testing.T, model, leg string, towards, away []float32) *adapter.Adapter {
	t.Helper()
	p := &adapter.Projection{Dim: len(towards), Rank: 1}
	for i := range towards {
		p.A, p.B = append(p.A, away[i]), append(p.B, 5*(towards[i]-away[i]))
	}
	a, err := adapter.New(model, map[string]*adapter.Projection{leg: p})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A server that runs takes up the adapter that CURRENT names, keeps the one before when that is damaged, and uses none
// that is for another model.
func TestARunningServerFollowsTheAdapter(t *testing.T) {
	dataDir := indexertest.Build(t, []catalog.Product{{ID: "mug", Title: "Mug"}, {ID: "sofa", Title: "Sofa"}})
	index, encoder := openIndex(t, dataDir), &indexertest.Encoder{}
	embed := func(text string) []float32 {
		vector, err := encoder.EmbedText(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		return vector
	}
	model := builtWith(index).Fingerprint
	store := openAdapters(dataDir)
	for version, a := range map[string]*adapter.Adapter{
		"right":   turning(t, model, retrieval.LegTextText, embed("Sofa"), embed("Mug")),
		"photos":  turning(t, model, retrieval.LegPhotoImage, embed("Sofa"), embed("Mug")),
		"foreign": turning(t, "another", retrieval.LegTextText, embed("Sofa"), embed("Mug")),
		"damaged": turning(t, model, retrieval.LegTextText, embed("Sofa"), embed("Mug")),
	} {
		if err := store.Save(adapterManifest{Version: version}, a); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(store.Path("damaged", adapterFile), 40); err != nil {
		t.Fatal(err)
	}
	file, err := openAdapter(dataDir)
	if err != nil {
		t.Fatal(err)
	}
	var told output
	engine := retrieval.New(index, encoder, ranker.New(ranker.Prior(), ranker.Objective{}, nil), retrieval.Options{})
	live := &liveShop{terminal: newTerminal(&told, &told), shop: &shop{index: index, engine: engine, files: shopFiles{adapter: file}}}
	server := follower{store.CurrentPath(), live.followAdapter, &told}
	for _, step := range []struct {
		name, current string // an empty CURRENT removes the file
		first         string // for "mug"
		says          string // on the terminal
	}{
		{"none", "", "mug", ""},
		{"one", "right", "sofa", "queries now use adapter right"},
		{"a damaged one", "damaged\nright", "sofa", "unusable adapter"},
		{"one for another leg", "photos\nright", "mug", "queries now use adapter photos"},
		{"one again", "right\nphotos", "sofa", "queries now use adapter right"},
		{"one for another model", "foreign\nright", "mug", "adapter foreign is not used: the adapter was trained for another model"},
		{"none again", "none\nforeign", "mug", "queries now use adapter none"},
		{"a version that is not there", "v9", "mug", "no such adapter: v9"},
		{"no file", "", "mug", "queries now use adapter none"},
	} {
		server.take(t, step.name, step.current, step.says)
		response, err := live.Search(t.Context(), retrieval.Query{Text: "mug", Mode: retrieval.ModeVector})
		if err != nil || len(response.Hits) == 0 || response.Hits[0].Product.ID != step.first {
			t.Errorf("%s: found %+v, %v; %s is to come first", step.name, response.Hits, err, step.first)
		}
	}
}
