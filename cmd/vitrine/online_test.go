package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
	"vitrine/ranker"
	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
)

// openCorrected opens a server's shop of 200 products, p0 to p199, in which searches of the last day are stored.
func openCorrected(t testing.TB, searches int) (*liveShop, *shopperLog) {
	t.Helper()
	products := make([]catalog.Product, 200)
	for i := range products {
		products[i] = catalog.Product{ID: fmt.Sprint("p", i), Title: "Blue mug", Brand: fmt.Sprint("brand ", i%5), Category: []string{"Home", fmt.Sprint("kind ", i%7)}, InStock: true}
	}
	dataDir := indexertest.Build(t, products)
	if err := storeShoppers(context.Background(), dataDir, true, searches); err != nil {
		t.Fatal(err)
	}
	var told output
	l := &liveShop{dataDir: dataDir, terminal: newTerminal(&told, &told)}
	l.state = behaviour.New(l, behaviour.Options{})
	scorer := ranker.New(ranker.Prior(), ranker.Objective{}, l.state)
	index := openIndex(t, dataDir)
	l.shop = &shop{index: index, engine: retrieval.New(index, &indexertest.Encoder{}, scorer, retrieval.Options{}), ranker: scorer}
	log, err := openShopperLog(context.Background(), dataDir, l.state, l.correction, l.terminal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.close(); err != nil || strings.Contains(told.String(), "vitrine:") {
			t.Errorf("%v; said %q", err, told.String())
		}
	})
	return l, log
}

func TestAServerCorrectsItsModelByWhatItSees(t *testing.T) {
	l, log := openCorrected(t, 1000)
	if _, corrected := l.OnlineCorrection(); corrected {
		t.Error("it is corrected before it was asked for")
	}
	l.correctModels(t.Context(), log.Store)
	taught, corrected := l.OnlineCorrection()
	if !corrected || taught.Examples < 9900 || taught.Clicks < 300 || taught.LossRatio <= 0 {
		t.Fatalf("the last day teaches %+v", taught)
	}

	// A search of now, and what comes of it.
	response, err := l.Search(t.Context(), retrieval.Query{Text: "blue mug"})
	if err != nil {
		t.Fatal(err)
	}
	asked := catalog.ShopperQuery{ID: "now", Time: time.Now(), ClientID: "somebody", UserQuery: "blue mug"}
	log.RecordSearch(asked, response.Served(&asked))
	act := func(action string, place int) {
		t.Helper()
		e := catalog.Event{ID: fmt.Sprint(action, place), Action: action, Time: time.Now(), ClientID: asked.ClientID, QueryID: asked.ID}
		e.Attributes.Object = &catalog.EventObject{ID: catalog.ObjectID(response.Hits[place-1].Product.ID)}
		e.Attributes.Position = &catalog.EventPosition{Ordinal: place}
		if _, err := log.RecordEvents(t.Context(), catalog.EventBatch{Events: []catalog.Event{e}}); err != nil {
			t.Fatal(err)
		}
	}
	act(catalog.ActionImpression, 1)
	before, _ := l.OnlineCorrection()
	act(catalog.ActionClick, 1)
	if after, _ := l.OnlineCorrection(); after.Clicks != before.Clicks+1 {
		t.Errorf("a click is learnt at once: %+v, then %+v", before, after)
	}

	// Another model begins with a correction of its own, which is taught all of it.
	if err := log.flush(); err != nil {
		t.Fatal(err)
	}
	first := l.correction()
	l.useModel(t.Context(), ranker.Prior())
	if again, _ := l.OnlineCorrection(); l.correction() == first || again.Clicks != before.Clicks+1 {
		t.Errorf("another model's correction is taught %+v, the one before knew %+v", again, before)
	}

	// Who is forgotten teaches nothing more.
	before, _ = l.OnlineCorrection()
	if _, err := log.ForgetClient(t.Context(), asked.ClientID); err != nil {
		t.Fatal(err)
	}
	act(catalog.ActionImpression, 2)
	act(catalog.ActionClick, 2)
	if after, _ := l.OnlineCorrection(); after.Clicks != before.Clicks {
		t.Errorf("a forgotten visitor is learnt from: %+v, then %+v", before, after)
	}
	if remembered := l.Remembered(); remembered["visitors"] < 300 || remembered["products"] != 200 || remembered["bots"] != 0 {
		t.Errorf("remembered %v", remembered)
	}
}

// What a server does at its start, and when another model becomes live: a day of 1,400 searches, 14,000 rows.
func BenchmarkTeach(b *testing.B) {
	l, log := openCorrected(b, 1400)
	b.ResetTimer()
	for range b.N {
		c := ranker.NewCorrection(ranker.Prior(), l, l.state)
		if err := teachLately(b.Context(), log.Store, c, func(int) {}); err != nil {
			b.Fatal(err)
		}
	}
}
