package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vitrine/catalog"
	"vitrine/ranker"
)

// logShoppers stores a made-up log that ends now: shoppers DIR cheap|indifferent SEARCHES.
func logShoppers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: shoppers DIR cheap|indifferent SEARCHES")
	}
	searches, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(storeShoppers(context.Background(), ts.MkAbs(args[0]), args[1] == "cheap", searches))
}

// storeShoppers makes searches whose lists of ten the prior has ordered. Shoppers look at higher places more and like
// low prices, which the prior does not weigh, or nothing in particular.
func storeShoppers(ctx context.Context, dataDir string, cheap bool, searches int) (err error) {
	store, err := catalog.Open(ctx, dataDir)
	if err != nil {
		return err
	}
	defer store.Close()
	random := rand.New(rand.NewPCG(1, uint64(searches)))
	schema := ranker.Features()
	price := slices.IndexFunc(schema, func(f ranker.Feature) bool { return f.Name == "price_log_ratio" })
	begin := time.Now().Add(-time.Duration(searches) * time.Minute)
	var batch catalog.EventBatch
	for n := range searches {
		search := catalog.Served{
			QueryID: fmt.Sprint("q", n), Time: begin.Add(time.Duration(n) * time.Minute), ClientID: fmt.Sprint("c", n/3),
			Schema: schema.Hash(), Model: ranker.Prior().Version(), Rows: servedRows(random, schema),
		}
		batch.Served = append(batch.Served, search)
		batch.Queries = append(batch.Queries, catalog.ShopperQuery{ID: search.QueryID, Time: search.Time, ClientID: search.ClientID, UserQuery: fmt.Sprint("words ", n%7)})
		for _, row := range search.Rows {
			batch.Events = append(batch.Events, shopperEvent(&search, row, catalog.ActionImpression, time.Second))
			liking := -1.0
			if cheap {
				liking -= float64(row.Features[price])
			}
			if random.Float64() < ranker.Probability(liking)/math.Sqrt(float64(row.Position)) {
				batch.Events = append(batch.Events, shopperEvent(&search, row, catalog.ActionClick, 9*time.Second))
			}
		}
	}
	_, err = store.RecordEvents(ctx, batch)
	return err
}

func servedRows(random *rand.Rand, schema ranker.Schema) []catalog.ServedRow {
	rows := make([]catalog.ServedRow, 10)
	for i, product := range random.Perm(200)[:len(rows)] {
		values, score := make([]float64, len(schema)), make([]float64, 1)
		rows[i].Product = fmt.Sprint("p", product)
		for j, f := range schema {
			values[j] = f.Min + (f.Max-f.Min)*random.Float64()
			rows[i].Features = append(rows[i].Features, float32(values[j]))
		}
		if err := ranker.Prior().Score(context.Background(), ranker.Matrix{Rows: 1, Columns: len(schema), Values: values}, score); err != nil {
			panic(err) // it never fails
		}
		rows[i].Score, rows[i].Fused = score[0], values[0]
	}
	slices.SortFunc(rows, func(a, b catalog.ServedRow) int { return cmp.Compare(b.Score, a.Score) })
	for i := range rows {
		rows[i].Position = i + 1
	}
	return rows
}

func shopperEvent(s *catalog.Served, row catalog.ServedRow, action string, after time.Duration) catalog.Event {
	return catalog.Event{
		ID: s.QueryID + row.Product + action, Action: action, Time: s.Time.Add(after), ClientID: s.ClientID, QueryID: s.QueryID,
		Attributes: catalog.EventAttributes{Object: &catalog.EventObject{ID: catalog.ObjectID(row.Product)}, Position: &catalog.EventPosition{Ordinal: row.Position}},
	}
}

func TestScheduleOfRetraining(t *testing.T) {
	now := time.Date(2026, 11, 28, 10, 20, 30, 0, time.UTC)
	for word, want := range map[string]string{
		"off": "", "hourly": "2026-11-28 11:00", "daily": "2026-11-29 04:00", "10:20": "2026-11-29 10:20", "23:05": "2026-11-28 23:05",
	} {
		var s schedule
		if err := s.UnmarshalText([]byte(word)); err != nil {
			t.Fatal(err)
		}
		at, ever := s.next(now)
		if got := at.Format("2006-01-02 15:04"); ever != (want != "") || ever && got != want {
			t.Errorf("%s: %s, %v; want %s", word, got, ever, want)
		}
	}
	for _, word := range []string{"", "weekly", "25:00", "4"} {
		var s schedule
		if err := s.UnmarshalText([]byte(word)); err == nil || !strings.Contains(err.Error(), "is no schedule") {
			t.Errorf("%q: %v", word, err)
		}
	}
}

// A server takes up a model that another process has made live, goes on with it when the next one is damaged, and goes
// back when it is told to.
func TestAServerFollowsTheLiveRanker(t *testing.T) {
	dir := t.TempDir()
	if err := storeShoppers(t.Context(), dir, true, 2000); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	terminal := newTerminal(&told, &told)
	l := &liveShop{dataDir: dir, terminal: terminal, shop: &shop{ranker: ranker.New(liveRanker(dir, "", terminal), ranker.Objective{}, nil)}}
	l.followRanker(t.Context())
	if got := l.rankerModel().Version(); got != ranker.Prior().Version() || told.Len() > 0 {
		t.Errorf("at first it ranks by %s and says %q", got, told.String())
	}
	if rc := run(t.Context(), []string{"train", "ctr", "--data", dir, "--model", "logistic"}, &told, &told); rc != 0 {
		t.Fatal(told.String())
	}
	store := ranker.OpenStore(dir)
	version, _, err := store.Live()
	if err != nil || version == ranker.PriorName {
		t.Fatalf("live is %s, %v: %s", version, err, told.String())
	}
	l.followRanker(t.Context())
	if got := l.rankerModel().Version(); got != version {
		t.Errorf("it ranks by %s, live is %s", got, version)
	}
	health := newRankerHealth(openCatalogue(t, dir), nil, l.rankerModel)
	if err := health.measure(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	drift := health.FeatureDrift()
	ratio, known := health.CalibrationRatio()
	if len(drift) != len(ranker.Features()) || drift["price_log_ratio"] > 0.1 || !known || ratio < 0.8 || ratio > 1.25 {
		t.Errorf("drift %v, calibration ratio %v", drift, ratio)
	}
	told.Reset()
	if rc := run(t.Context(), []string{"train", "ctr", "--data", dir, "--model", "logistic", "--seed", "2", "--force"}, &told, &told); rc != 0 {
		t.Fatal(told.String())
	}
	second, _, err := store.Live()
	if err != nil || second == version {
		t.Fatalf("live is %s, %v", second, err)
	}
	if err := os.WriteFile(filepath.Join(store.Folder(), second, "model.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	told.Reset()
	l.followRanker(t.Context())
	l.followRanker(t.Context())
	if got := l.rankerModel().Version(); got != version || strings.Count(told.String(), "is damaged") != 1 {
		t.Errorf("beside a damaged one it ranks by %s and says %q", got, told.String())
	}
	if back, err := store.Rollback(); back != version || err != nil {
		t.Fatal(back, err)
	}
	if _, err := store.Rollback(); err != nil {
		t.Fatal(err)
	}
	l.followRanker(t.Context())
	if got := l.rankerModel().Version(); got != ranker.Prior().Version() {
		t.Errorf("after going back it ranks by %s", got)
	}
}
