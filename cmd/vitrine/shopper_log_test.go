package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/ranker/behaviour"
)

// anAnswer is the record of one search of a visitor.
func anAnswer(id, client string) (catalog.ShopperQuery, catalog.Served) {
	now := time.Now()
	return catalog.ShopperQuery{ID: id, Time: now, ClientID: client, UserQuery: "mug", HitIDs: []string{"p1"}},
		catalog.Served{QueryID: id, Time: now, ClientID: client, Rows: []catalog.ServedRow{{Product: "p1", Position: 1, Features: []float32{1}}}}
}

func openLog(t *testing.T, dataDir string, told *output) *shopperLog {
	t.Helper()
	state := behaviour.New(openCatalogue(t, dataDir), behaviour.Options{})
	log, err := openShopperLog(t.Context(), dataDir, state, noCorrection, newTerminal(told, told))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func countStored(t *testing.T, dataDir string) catalog.EventStats {
	t.Helper()
	stats, err := openCatalogue(t, dataDir).EventStats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

func TestAnswersAreWrittenWithinASecondOrTwoAndAtTheEnd(t *testing.T) {
	var told output
	dir := t.TempDir()
	log := openLog(t, dir, &told)
	log.RecordSearch(anAnswer("q1", "c1"))
	for range 100 {
		if countStored(t, dir).Queries == 1 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if stats := countStored(t, dir); stats.Queries != 1 || stats.Served != 1 {
		t.Errorf("stored %+v", stats)
	}
	// One that cannot be stored does not take the others with it.
	q, served := anAnswer("q2", "c1")
	served.Rows[0].Features[0] = float32(math.NaN())
	log.RecordSearch(q, served)
	log.RecordSearch(anAnswer("q3", "c1"))
	if err := log.close(); err != nil {
		t.Fatal(err)
	}
	if stats := countStored(t, dir); stats.Queries != 3 || stats.Served != 2 || told.String() != "" {
		t.Errorf("stored %+v; said %q", stats, told.String())
	}
}

func TestAnswersThatFindNoRoomAreDropped(t *testing.T) {
	var told output
	dir := t.TempDir()
	log := openLog(t, dir, &told)
	log.writing.Lock() // the disk is slow
	kept := 0
	for i := range searchesWaiting + 10 {
		if log.RecordSearch(anAnswer(fmt.Sprint("q", i), "c1")) {
			kept++
		}
	}
	log.writing.Unlock()
	if kept != searchesWaiting {
		t.Errorf("%d are kept, %d fit", kept, searchesWaiting)
	}
	if err := log.close(); err != nil {
		t.Fatal(err)
	}
	if stats := countStored(t, dir); stats.Queries != searchesWaiting {
		t.Errorf("stored %+v", stats)
	}
}

func TestForgettingReachesAnswersThatAreNotWrittenYet(t *testing.T) {
	var told output
	dir := t.TempDir()
	log := openLog(t, dir, &told)
	log.RecordSearch(anAnswer("q1", "c1"))
	log.RecordSearch(anAnswer("q2", "c2"))
	if n, err := log.ForgetClient(t.Context(), "c1"); n != 2 || err != nil {
		t.Errorf("%d deleted, %v", n, err)
	}
	if err := log.close(); err != nil {
		t.Fatal(err)
	}
	if stats := countStored(t, dir); stats.Queries != 1 || stats.Visitors != 1 {
		t.Errorf("left is %+v", stats)
	}
}

func TestTheTokenKeyIsMadeOnceForItsOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	first, err := readTokenKey(dir)
	if err != nil || len(first) != tokenKeyBytes {
		t.Fatal(first, err)
	}
	again, err := readTokenKey(dir)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("the second time it is another, %v", err)
	}
	path := filepath.Join(dir, "impressions.key")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("it has mode %v, %v", info.Mode(), err)
	}
	if other, err := readTokenKey(t.TempDir()); err != nil || bytes.Equal(first, other) {
		t.Errorf("two shops have one key, %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 || err != nil {
		t.Errorf("left are %v, %v", left, err)
	}
	if err := os.WriteFile(path, first[:20], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readTokenKey(dir); err == nil {
		t.Error("half a key is taken")
	}
}
