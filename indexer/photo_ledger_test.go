package indexer

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer/fetch"
)

func TestPausesBetweenTriesGrowAndHeedTheServer(t *testing.T) {
	ctx := t.Context()
	store, err := catalog.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Apply(ctx, []catalog.Product{{ID: "a", Title: "A"}}); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	row := &photoRow{id: "a", photo: catalog.Photo{Ref: "https://x.test/a.png"}}
	busy := func(after time.Duration, asked bool) error {
		return &fetch.Failure{URL: row.photo.Ref, Kind: fetch.KindBusy, Status: 429, After: after, Asked: asked, Err: errors.New("busy")}
	}
	for step, test := range []struct {
		reason   error
		pause    time.Duration // 0 = it is not tried again by itself
		attempts int
		kind     string
	}{
		{busy(0, true), 15 * time.Minute, 1, "busy"},
		{busy(0, true), 30 * time.Minute, 2, "busy"},
		{busy(0, false), 30 * time.Minute, 2, "busy"}, // nobody was asked
		{busy(3*time.Hour, true), 3 * time.Hour, 3, "busy"},
		{busy(0, true), 2 * time.Hour, 4, "busy"},
		{busy(1000*time.Hour, true), 24 * time.Hour, 5, "busy"},
		{&fetch.Failure{Kind: fetch.KindMissing, Status: 404, Asked: true, Err: errors.New("gone")}, 0, 6, "missing"},
		{fmt.Errorf("%w: it is not there", catalog.ErrNoPhoto), 0, 7, "file"},
		{errors.New("it is cut off"), 0, 8, "broken"},
	} {
		ledger, err := openLedger(ctx, store, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(ledger.failed(ctx, row, test.reason), ledger.flush(ctx)); err != nil {
			t.Fatal(err)
		}
		f := ledger.known[row.key()]
		if f.Attempts != test.attempts || f.Kind != test.kind || f.Pending() != (test.pause > 0) || f.Pending() && f.NextTry.Sub(now) != test.pause {
			t.Errorf("step %d: %+v, want %d attempts and a pause of %v", step, f, test.attempts, test.pause)
		}
		if !ledger.waits(row) || len(ledger.due(false)) != 0 || len(ledger.due(true)) != 1 {
			t.Errorf("step %d: it is due at once", step)
		}
		now = now.Add(24 * time.Hour)
		if due := len(ledger.due(false)) == 1; due != (test.pause > 0) || ledger.waits(row) == due {
			t.Errorf("step %d: due %t after a day", step, due)
		}
	}
	if got := retryPause(10_000); got != lastRetry {
		t.Errorf("after many runs: %v", got)
	}
}
