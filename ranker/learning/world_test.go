package learning

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
)

var worldStart = time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)

// world is a made-up log whose shoppers look at higher places more, and like what likes says.
type world struct {
	served  []catalog.Served
	queries []catalog.ShopperQuery
	events  []catalog.Event
}

// cheapLovers like low prices, which the prior does not weigh, and products in stock.
func cheapLovers(row map[string]float64) float64 {
	return -1 - 1.2*row["price_log_ratio"] + 0.8*row["in_stock"] + row["fused_score"]
}

// indifferent shoppers click whatever they look at alike.
func indifferent(map[string]float64) float64 { return -1 }

// looked is how likely a place is looked at.
func looked(position int) float64 { return 1 / math.Pow(float64(position), 0.6) }

// newWorld lets shoppers search in lists of twelve products ordered by the prior, of which ten are seen.
func newWorld(searches int, seed uint64, likes func(map[string]float64) float64) *world {
	random := rand.New(rand.NewPCG(seed, 7))
	w := &world{}
	schema := ranker.Features()
	for n := range searches {
		at := worldStart.Add(time.Duration(n) * 10 * time.Minute)
		id, client := fmt.Sprint("q", n), fmt.Sprint("c", random.IntN(1+searches/3))
		served := catalog.Served{QueryID: id, Time: at, ClientID: client, Schema: schema.Hash(), Model: "prior-2"}
		for range 12 {
			row := catalog.ServedRow{Product: fmt.Sprint("p", random.IntN(300)), Features: make([]float32, len(schema))}
			for slices.ContainsFunc(served.Rows, func(r catalog.ServedRow) bool { return r.Product == row.Product }) {
				row.Product = fmt.Sprint("p", random.IntN(300))
			}
			for j, f := range schema {
				row.Features[j] = float32(f.Min + (f.Max-f.Min)*random.Float64())
				if f.Unit == "yes = 1" {
					row.Features[j] = float32(random.IntN(2))
				}
			}
			served.Rows = append(served.Rows, row)
		}
		w.order(&served)
		w.served = append(w.served, served)
		device, _ := json.Marshal([]string{"mobile", "desktop"}[random.IntN(2)])
		w.queries = append(w.queries, catalog.ShopperQuery{
			ID: id, Time: at, ClientID: client, UserQuery: fmt.Sprint("words ", int(random.ExpFloat64()*10)),
			Attributes: map[string]json.RawMessage{"device": device},
		})
		for _, row := range served.Rows[:10] {
			w.act(&served, row, catalog.ActionImpression, time.Second)
			named := map[string]float64{}
			for j, f := range schema {
				named[f.Name] = float64(row.Features[j])
			}
			if random.Float64() < looked(row.Position)*ranker.Probability(likes(named)) {
				w.act(&served, row, catalog.ActionClick, 5*time.Second)
				if random.IntN(4) == 0 {
					w.act(&served, row, catalog.ActionAddToCart, time.Minute)
					if len(w.events)%2 == 0 {
						w.act(&served, row, catalog.ActionPurchase, 2*time.Minute)
					}
				}
			}
		}
	}
	return w
}

// order scores rows by the prior and puts them in order.
func (w *world) order(served *catalog.Served) {
	for i := range served.Rows {
		row := &served.Rows[i]
		var score [1]float64
		if err := ranker.Prior().Score(context.Background(), ranker.Matrix{Rows: 1, Columns: len(row.Features), Values: widened(row.Features)}, score[:]); err != nil {
			panic(err) // it never fails
		}
		row.Score, row.Fused = score[0], float64(row.Features[0])
	}
	slices.SortFunc(served.Rows, func(a, b catalog.ServedRow) int { return cmp.Compare(b.Score, a.Score) })
	for i := range served.Rows {
		served.Rows[i].Position = i + 1
	}
}

func (w *world) act(s *catalog.Served, row catalog.ServedRow, action string, after time.Duration) {
	w.events = append(w.events, catalog.Event{
		ID: fmt.Sprint("e", len(w.events)), Action: action, Time: s.Time.Add(after), ClientID: s.ClientID, QueryID: s.QueryID,
		Attributes: catalog.EventAttributes{Object: &catalog.EventObject{ID: catalog.ObjectID(row.Product)}, Position: &catalog.EventPosition{Ordinal: row.Position}},
	})
}

func since[T any](all []T, at func(T) time.Time, from time.Time) iter.Seq2[T, error] {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b T) int { return at(a).Compare(at(b)) })
	return func(yield func(T, error) bool) {
		for _, value := range all {
			if !at(value).Before(from) && !yield(value, nil) {
				return
			}
		}
	}
}

func (w *world) Served(_ context.Context, from time.Time) iter.Seq2[catalog.Served, error] {
	return since(w.served, func(s catalog.Served) time.Time { return s.Time }, from)
}

func (w *world) Queries(_ context.Context, from time.Time) iter.Seq2[catalog.ShopperQuery, error] {
	return since(w.queries, func(q catalog.ShopperQuery) time.Time { return q.Time }, from)
}

func (w *world) Events(_ context.Context, from time.Time) iter.Seq2[catalog.Event, error] {
	return since(w.events, func(e catalog.Event) time.Time { return e.Time }, from)
}
