package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// interrupter is a terminal's other side, at which somebody presses Ctrl-C as soon as there is progress.
type interrupter struct{ press context.CancelFunc }

func (i interrupter) Write(text []byte) (int, error) {
	if bytes.HasPrefix(text, []byte("import events")) {
		i.press()
	}
	return len(text), nil
}

func TestAnInterruptedImportKeepsItsBatchesAndIsDoneAgain(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "events.ndjson")
	var lines strings.Builder
	const n = 2*eventsAtOnce + 100
	for i := range n {
		fmt.Fprintf(&lines, `{"action_name":"hover","timestamp":"2024-11-01T10:00:00Z","client_id":"c","event_id":"e%d"}`+"\n", i)
	}
	if err := os.WriteFile(file, []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	c := eventsImportCmd{storeData: storeData{Data: dir}, File: file}
	if err := c.Run(ctx, newTerminal(&out, interrupter{cancel})); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted, it says %v", err)
	}
	if want := fmt.Sprintf("stored %d events, 0 queries and 0 served searches; 0 were known", eventsAtOnce); !strings.Contains(out.String(), want) {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	out.Reset()
	if err := c.Run(t.Context(), newTerminal(&out, &bytes.Buffer{})); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("stored %d events, 0 queries and 0 served searches; %d were known", n-eventsAtOnce, eventsAtOnce); !strings.Contains(out.String(), want) {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestAgesAreDaysOrLengthsOfTime(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "1d": day, "36500d": 36500 * day, "36h": 36 * time.Hour, "1h30m": 90 * time.Minute,
		"": 0, "90": 0, "0d": 0, "-1d": 0, "1.5d": 0, "36501d": 0, "d": 0, "-3h": 0, "0s": 0, "99999999999999999999d": 0,
	} {
		var got age
		err := got.UnmarshalText([]byte(text))
		if time.Duration(got) != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %v, %v; want %v", text, time.Duration(got), err, want)
		}
	}
}
