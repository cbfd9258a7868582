package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
)

func TestPairsOfOneQueryAreOnOneSide(t *testing.T) {
	var pairs []meantPair
	for i := range 300 {
		pairs = append(pairs, meantPair{fmt.Sprintf("query %03d", i/3), uint32(i), 1})
	}
	training, validation, heldOut := split(pairs, 1)
	side := map[string]string{}
	for name, pairs := range map[string][]meantPair{"training": training, "validation": validation, "held out": heldOut} {
		for _, p := range pairs {
			if before, ok := side[p.words]; ok && before != name {
				t.Fatalf("%q is in %s and in %s", p.words, before, name)
			}
			side[p.words] = name
		}
	}
	if len(training) != 70*3 || len(validation) != 15*3 || len(heldOut) != 15*3 {
		t.Errorf("%d, %d and %d pairs", len(training), len(validation), len(heldOut))
	}
}

// What shoppers chose counts by what it was and how often, and only after a search with words.
func TestPairsOfBehaviourAreChoicesAfterWords(t *testing.T) {
	dataDir := t.TempDir()
	feed := filepath.Join(dataDir, "feed.jsonl")
	if err := os.WriteFile(feed, []byte("{\"id\":\"a\",\"title\":\"Mug\"}\n{\"id\":\"b\",\"title\":\"Sofa\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"index", "--data", dataDir, "--feed", feed}, &out, &out); code != 0 {
		t.Fatalf("code %d: %s", code, out.String())
	}
	store, err := catalog.Open(t.Context(), dataDir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	at := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
	did := func(minute int, action, query, product string) catalog.Event {
		return catalog.Event{Action: action, Time: at.Add(time.Duration(minute) * time.Minute), ClientID: "c", QueryID: query,
			Attributes: catalog.EventAttributes{Object: &catalog.EventObject{ID: catalog.ObjectID(product)}}}
	}
	_, err = store.RecordEvents(t.Context(), catalog.EventBatch{
		Queries: []catalog.ShopperQuery{
			{ID: "words", Time: at, ClientID: "c", UserQuery: "  Big  CUP "},
			{ID: "same", Time: at, ClientID: "d", UserQuery: "big cup"},
			{ID: "photo", Time: at, ClientID: "c"},
		},
		Events: []catalog.Event{
			did(1, catalog.ActionClick, "words", "a"),
			did(2, catalog.ActionPurchase, "same", "a"),
			did(3, catalog.ActionAddToCart, "words", "b"),
			did(4, catalog.ActionView, "words", "b"),
			did(5, catalog.ActionClick, "photo", "b"),
			did(6, catalog.ActionClick, "nosuch", "b"),
			did(7, catalog.ActionClick, "words", "gone"),
			did(8, catalog.ActionClick, "", "b"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	index, err := indexer.Open(t.Context(), dataDir)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	snapshot := index.Acquire()
	defer snapshot.Release()
	pairs, from, to, err := behaviourPairs(t.Context(), store, snapshot, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	want := []meantPair{{"big cup", 0, 1 + math.Log(1+4)}, {"big cup", 1, 1 + math.Log(2)}}
	if !slices.Equal(pairs, want) {
		t.Errorf("pairs %v, want %v", pairs, want)
	}
	if !from.Equal(at.Add(time.Minute)) || !to.Equal(at.Add(3*time.Minute)) {
		t.Errorf("from %v to %v", from, to)
	}
}

// Ctrl-C keeps the best so far: it is judged, and used where it wins.
func TestAnInterruptedAdapterIsJudgedAndKept(t *testing.T) {
	dir := t.TempDir()
	var feed, events strings.Builder
	at := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	for i := range 300 {
		colour, kind := []string{"red", "blue", "green", "black", "white"}[i%5], []string{"scarf", "mug", "lamp", "sofa", "watch", "tent"}[i/5%6]
		fmt.Fprintf(&feed, "{\"id\":\"p%d\",\"title\":\"%s %s no %d\"}\n", i, colour, kind, i)
		fmt.Fprintf(&events, "{\"query_id\":\"q%d\",\"timestamp\":%q,\"client_id\":\"c\",\"user_query\":\"%s zorbo%d %d\"}\n", i, at, colour, i/5%6, i)
		fmt.Fprintf(&events, "{\"action_name\":\"click\",\"timestamp\":%q,\"client_id\":\"c\",\"query_id\":\"q%d\",\"event_attributes\":{\"object\":{\"object_id\":\"p%d\"}}}\n", at, i, i)
	}
	for name, text := range map[string]string{"feed.jsonl": feed.String(), "events.jsonl": events.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "shop")
	vitrine := func(at string, args ...string) (int, string) {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		screen := &interrupting{at: at, interrupt: interrupt}
		code := run(ctx, args, screen, screen)
		return code, screen.String()
	}
	for _, args := range [][]string{{"index", "--data", data, "--feed", filepath.Join(dir, "feed.jsonl")}, {"events", "import", "--data", data, filepath.Join(dir, "events.jsonl")}} {
		if code, said := vitrine("\x00", args...); code != 0 {
			t.Fatalf("code %d: %s", code, said)
		}
	}
	train := []string{"train", "adapter", "--data", data, "--min-pairs", "200", "--epochs", "1000"}

	code, said := vitrine("epoch  0", train...)
	if code != exitInterrupted || !strings.Contains(said, "nothing was learnt that could be kept") {
		t.Errorf("before the first epoch: code %d: %s", code, said)
	}
	code, said = vitrine("epoch  3", append(train, "--force")...)
	if code != exitInterrupted || !strings.Contains(said, "used, as --force says") {
		t.Errorf("after three epochs: code %d: %s", code, said)
	}
	live, err := openAdapter(data)
	if err != nil || live.value.adapter == nil {
		t.Fatalf("%+v, %v", live, err)
	}
	m, err := openAdapters(data).Manifest(live.value.version)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Legs []struct {
			Epoch int `json:"epoch"`
		} `json:"legs"`
	}
	if err := json.Unmarshal(m.Report, &report); err != nil || len(report.Legs) != 1 || report.Legs[0].Epoch < 1 || report.Legs[0].Epoch > 3 {
		t.Errorf("report %s, %v", m.Report, err)
	}
}
