package main

import (
	"context"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vitrine/catalog"
)

// revokeAllKeys revokes every key of a data directory twice, by its id: revokeall DIR.
func revokeAllKeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: revokeall DIR")
	}
	dir := ts.MkAbs(args[0])
	store, err := catalog.Open(context.Background(), dir)
	ts.Check(err)
	keys, err := store.Keys(context.Background())
	ts.Check(err)
	ts.Check(store.Close())
	for _, key := range keys {
		for range 2 {
			ts.Check(ts.Exec("vitrine", "keys", "revoke", "--data", dir, key.ID))
		}
	}
}

func TestAServerNotesWhichKeysAreUsed(t *testing.T) {
	store, err := catalog.Open(t.Context(), t.TempDir())
	must(t, err)
	defer store.Close()
	ring := newKeyring(store)
	if keyed, err := ring.Keyed(t.Context()); keyed || err != nil {
		t.Fatalf("keyed %v, %v", keyed, err)
	}
	_, text, err := store.CreateKey(t.Context(), "a", catalog.Scopes(), time.Now(), time.Time{})
	must(t, err)
	if keyed, err := ring.Keyed(t.Context()); !keyed || err != nil {
		t.Fatalf("keyed %v, %v", keyed, err)
	}
	for range 3 {
		if _, err := ring.KeyOf(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	ring.write(t.Context(), newTerminal(t.Output(), t.Output()))
	keys, err := store.Keys(t.Context())
	if err != nil || keys[0].Used.IsZero() {
		t.Errorf("no use was noted: %+v, %v", keys, err)
	}
	if _, err := ring.KeyOf(t.Context(), text); err != nil || len(ring.used) != 0 && time.Now().Truncate(time.Hour).Equal(keys[0].Used) {
		t.Errorf("within the hour a use is noted again: %v, %v", ring.used, err)
	}
}
