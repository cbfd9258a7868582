package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
	"vitrine/web"
)

// openCatalogue opens the catalogue of a folder once more, as another process does.
func openCatalogue(t *testing.T, dir string) *catalog.Store {
	t.Helper()
	store, err := catalog.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// bought is what a visitor who searched and bought a product sent.
func bought(client, product string, at time.Time) catalog.EventBatch {
	id := client + product
	batch := catalog.EventBatch{Queries: []catalog.ShopperQuery{{ID: id, ClientID: client, UserQuery: "shoes", Time: at}}}
	for _, action := range []string{catalog.ActionImpression, catalog.ActionClick, catalog.ActionPurchase} {
		e := catalog.Event{ID: id + action, Action: action, ClientID: client, QueryID: id, Time: at}
		e.Attributes = catalog.EventAttributes{Object: &catalog.EventObject{ID: catalog.ObjectID(product)}, Position: &catalog.EventPosition{Ordinal: 1}}
		batch.Events = append(batch.Events, e)
	}
	return batch
}

func TestTheStateFollowsWhatIsStored(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	other := openCatalogue(t, dir)
	var products []catalog.Product
	for i := range 4 {
		products = append(products, catalog.Product{ID: fmt.Sprint("p", i), Title: "Shoe", Brand: fmt.Sprint("brand ", i)})
	}
	if _, err := other.Apply(t.Context(), products); err != nil {
		t.Fatal(err)
	}
	stored := func(log web.EventLog, batch catalog.EventBatch) {
		t.Helper()
		if _, err := log.RecordEvents(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	stored(other, bought("old", "p0", now.Add(-behaviourAge-time.Hour)))
	stored(other, bought("early", "p1", now.Add(-time.Hour)))

	var terminal bytes.Buffer
	store := openCatalogue(t, dir)
	state := behaviour.New(store, behaviour.Options{})
	log, err := followBehaviour(t.Context(), store, state, newTerminal(&bytes.Buffer{}, &terminal))
	if err != nil {
		t.Fatal(err)
	}
	knows := func(client string, want ...string) {
		t.Helper()
		candidates := make([]retrieval.Candidate, len(products))
		for i := range products {
			candidates[i].Product = &products[i]
		}
		var got []string
		for i, f := range state.For(&retrieval.Query{Text: "shoes", Shopper: retrieval.Shopper{Visitor: client}}).Facts(candidates) {
			if f.Bought {
				got = append(got, products[i].ID)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("of %s is known %v, want %v", client, got, want)
		}
	}
	knows("old")
	knows("early", "p1")

	stored(log, bought("here", "p2", now)) // at once
	knows("here", "p2")
	stored(log, bought("here", "p2", now)) // sent again
	if n := state.Stats(); n.Visitors != 2 || n.Searches != 2 {
		t.Errorf("remembered: %+v", n)
	}

	stored(other, bought("there", "p3", now)) // by another process: with the next batch, though it be empty
	stored(log, catalog.EventBatch{})
	knows("there", "p3")

	// Forgotten by another process, and back again before that is seen.
	if _, err := other.ForgetClient(t.Context(), "there"); err != nil {
		t.Fatal(err)
	}
	stored(other, bought("there", "p0", now))
	stored(log, catalog.EventBatch{})
	knows("there", "p0")
	if _, err := log.ForgetClient(t.Context(), "here"); err != nil {
		t.Fatal(err)
	}
	knows("here")
	knows("early", "p1")

	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	log.look(t.Context())
	log.look(t.Context())
	if n := strings.Count(terminal.String(), "what shoppers do now"); n != 1 {
		t.Errorf("what cannot be read is reported %d times: %s", n, terminal.String())
	}
}

// Each event is on the disk and known to the state before its sender goes on.
func BenchmarkRecordEventsFollowed(b *testing.B) {
	for _, senders := range []int{1, 32} {
		b.Run(fmt.Sprint("senders=", senders), func(b *testing.B) {
			store, err := catalog.Open(b.Context(), b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			if _, err := store.Apply(b.Context(), []catalog.Product{{ID: "p0", Title: "Shoe"}}); err != nil {
				b.Fatal(err)
			}
			log, err := followBehaviour(b.Context(), store, behaviour.New(store, behaviour.Options{}), newTerminal(&bytes.Buffer{}, &bytes.Buffer{}))
			if err != nil {
				b.Fatal(err)
			}
			var next atomic.Int64
			b.ResetTimer()
			var sending sync.WaitGroup
			for range senders {
				sending.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						batch := catalog.EventBatch{Events: bought(fmt.Sprint("visitor", i), "p0", time.Now()).Events[:1]}
						if _, err := log.RecordEvents(b.Context(), batch); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			sending.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
