package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
	"vitrine/retrieval/evaluation/kit"
)

// What shoppers of a shop in Germany call things whose titles are English.
var (
	germanKinds = map[string]string{
		"toner": "tonerkartusche", "ink": "tintenpatrone", "notebook": "klapprechner", "cable": "kabel", "printer": "drucker", "keyboard": "tastatur",
		"mouse": "maus", "monitor": "bildschirm", "battery": "akku", "headset": "kopfhörer", "backpack": "rucksack", "memory": "speicher", "lamp": "lampe",
		"phone": "telefon", "charger": "ladegerät", "paper": "papier", "camera": "fotoapparat", "case": "hülle", "software": "programm",
		"speaker": "lautsprecher", "warranty": "garantie", "desk": "schreibtisch", "scanner": "abtaster", "projector": "beamer", "toy": "spielzeug",
		"label": "etikett", "ribbon": "farbband", "drum": "trommel",
	}
	germanColours = map[string]string{
		"black": "schwarz", "white": "weiß", "blue": "blau", "red": "rot", "yellow": "gelb", "green": "grün", "silver": "silber", "grey": "grau",
		"magenta": "purpur", "cyan": "türkis", "pink": "rosa", "purple": "lila",
	}
	latinWord = regexp.MustCompile("[a-z]+")
)

// germanQuery is a brand, a colour and a kind in German, or empty where the title does not name one kind.
func germanQuery(p *catalog.Product) string {
	named := func(words map[string]string) (names []string) {
		for _, word := range slices.Compact(slices.Sorted(slices.Values(latinWord.FindAllString(strings.ToLower(p.Title), -1)))) {
			if name := words[word]; name != "" {
				names = append(names, name)
			}
		}
		return names
	}
	kinds, colours := named(germanKinds), named(germanColours)
	if len(kinds) != 1 || p.Brand == "" {
		return ""
	}
	if len(colours) != 1 {
		colours = nil
	}
	return plainWords(strings.Join(slices.Concat([]string{p.Brand}, colours, kinds), " "))
}

// A shop whose titles are English learns German names from clicks; the English queries, which nobody clicks by here,
// stay about as good as they were (docs/measurements.md, "Adapters").
func TestAnAdapterLearnsTheWordsOfShoppers(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes 19,406 products: not run with -short")
	}
	english, err := kit.Make(kitFolder, "electronics", kit.Test)
	if err != nil {
		t.Skipf("the data kit is not in ../shared/data beside the repository: %v", err)
	}
	term, dataDir := newTerminal(t.Output(), t.Output()), t.TempDir()
	if _, err := (&indexCmd{Data: dataDir, Feed: english.Feed.Path, feedFlags: feedFlags{Map: english.Feed.Mapping}}).index(t.Context(), term, ""); err != nil {
		t.Fatal(err)
	}
	german := clickInGerman(t, dataDir)

	measure := func(queries []evaluation.Query, qrels evaluation.Qrels) []evaluation.ModeReport {
		t.Helper()
		shop, err := openShop(t.Context(), dataDir, "", term)
		if err != nil {
			t.Fatal(err)
		}
		defer shop.close()
		var reports []evaluation.ModeReport
		for _, mode := range []retrieval.Mode{retrieval.ModeVector, retrieval.ModeHybrid, retrieval.ModeRanked} {
			report, _, err := evaluation.Evaluate(t.Context(), queries, qrels, 10, func(ctx context.Context, q evaluation.Query) ([]string, error) {
				ids, _, err := rankedIDs(ctx, shop.engine, q, mode, evaluation.Depth(10))
				return ids, err
			})
			if err != nil {
				t.Fatal(err)
			}
			report.Mode = string(mode)
			reports = append(reports, report)
		}
		return reports
	}
	compare := func(name string, before, after []evaluation.ModeReport) (vector evaluation.Comparison) {
		for i := range before {
			was, is := before[i], after[i]
			was.Mode = "before"
			c, err := evaluation.Compare([]evaluation.ModeReport{was, is}, "before")
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s, %d queries, %s: NDCG@10 %.3f, with the adapter %.3f, %+.3f [%+.3f, %+.3f]", name, was.Queries, is.Mode,
				was.Metrics[0].Mean, is.Metrics[0].Mean, c[0].Difference, c[0].Interval.Low, c[0].Interval.High)
			if i == 0 {
				vector = c[0]
			}
		}
		return vector
	}
	germanBefore, englishBefore := measure(german.Queries, german.Qrels), measure(english.Queries, english.Qrels)
	var said bytes.Buffer
	if code := run(t.Context(), []string{"train", "adapter", "--data", dataDir}, &said, &said); code != 0 || !strings.Contains(said.String(), "used for the legs that win") {
		t.Fatalf("code %d: %s", code, said.String())
	}
	t.Log(said.String())
	if gain := compare("German", germanBefore, measure(german.Queries, german.Qrels)); gain.Interval.Low < 0.1 {
		t.Errorf("German gains %+v", gain)
	}
	if loss := compare("English", englishBefore, measure(english.Queries, english.Qrels)); loss.Difference < -0.08 {
		t.Errorf("English loses %+v", loss)
	}
}

// clickInGerman records up to three clicks for each of most of the German queries, and returns the others with all
// products that they mean.
func clickInGerman(t *testing.T, dataDir string) kit.Set {
	t.Helper()
	store, err := catalog.Open(t.Context(), dataDir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	meant := map[string][]string{}
	for p, err := range store.Products(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if query := germanQuery(&p); query != "" {
			meant[query] = append(meant[query], p.ID)
		}
	}
	maps.DeleteFunc(meant, func(_ string, ids []string) bool { return len(ids) > 30 })
	queries := slices.Sorted(maps.Keys(meant))
	random := rand.New(rand.NewPCG(1, 1))
	random.Shuffle(len(queries), func(i, j int) { queries[i], queries[j] = queries[j], queries[i] })

	test := kit.Set{Qrels: evaluation.Qrels{}}
	var batch catalog.EventBatch
	at := time.Now().Add(-time.Hour)
	for i, query := range queries {
		id := fmt.Sprintf("german%d", i)
		if i < len(queries)*15/100 {
			test.Queries = append(test.Queries, evaluation.Query{ID: id, Text: query})
			test.Qrels[id] = map[string]int{}
			for _, product := range meant[query] {
				test.Qrels[id][product] = 1
			}
			continue
		}
		batch.Queries = append(batch.Queries, catalog.ShopperQuery{ID: id, Time: at, ClientID: "c", UserQuery: query})
		for n, k := range random.Perm(len(meant[query])) {
			if n == 3 {
				break
			}
			batch.Events = append(batch.Events, catalog.Event{Action: catalog.ActionClick, Time: at, ClientID: "c", QueryID: id,
				Attributes: catalog.EventAttributes{Object: &catalog.EventObject{ID: catalog.ObjectID(meant[query][k])}}})
		}
	}
	if _, err := store.RecordEvents(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d queries with %d clicks to learn from, %d to test", len(batch.Queries), len(batch.Events), len(test.Queries))
	return test
}
