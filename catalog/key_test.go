package catalog

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var keyTime = time.Date(2026, 12, 1, 10, 30, 0, 0, time.UTC)

func TestAKeyIsKnownByItsWholeTextAlone(t *testing.T) {
	store, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if keyed, err := store.Keyed(t.Context()); keyed || err != nil {
		t.Errorf("a new shop has keys: %v, %v", keyed, err)
	}
	made, text, err := store.CreateKey(t.Context(), " the shop's export ", []Scope{ScopeIndex, ScopeSearch, ScopeIndex}, keyTime, keyTime.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	want := Key{ID: made.ID, Name: "the shop's export", Scopes: []Scope{ScopeSearch, ScopeIndex}, Created: keyTime, Expires: keyTime.Add(time.Hour)}
	if found, err := store.KeyOf(t.Context(), text); err != nil || cmp.Diff(want, found) != "" {
		t.Errorf("the key is %v, %v", err, cmp.Diff(want, found))
	}
	if !made.Has(ScopeAdmin, ScopeIndex) || made.Has(ScopeAdmin, ScopeEvents) || made.Has() {
		t.Error("Has does not tell the scopes")
	}
	_, secret, _ := strings.Cut(strings.TrimPrefix(text, "vitrine_"), "_")
	if len(secret) != 64 {
		t.Errorf("the secret %q is not 256 bits", secret)
	}
	other := strings.Repeat("0", 64)
	for _, wrong := range []string{"", "vitrine_", "vitrine__", text + "0", text[:len(text)-1], strings.ToUpper(text), " " + text, made.ID, "vitrine_" + made.ID + "_" + other, "vitrine_0000000000_" + secret, "Vitrine_" + made.ID + "_" + secret} {
		if _, err := store.KeyOf(t.Context(), wrong); !errors.Is(err, ErrKeyUnknown) {
			t.Errorf("%q is a key: %v", wrong, err)
		}
	}
	if keyed, err := store.Keyed(t.Context()); !keyed || err != nil {
		t.Errorf("the shop has no key: %v, %v", keyed, err)
	}
}

func TestTwoKeysHaveNothingInCommon(t *testing.T) {
	a, textA, err := newKey("a", Scopes(), keyTime, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	b, textB, err := newKey("a", Scopes(), keyTime, time.Time{})
	if err != nil || a.ID == b.ID || textA[len(textA)-64:] == textB[len(textB)-64:] {
		t.Errorf("%s and %s, %v", textA, textB, err)
	}
}

// What is on the disk does not hold the secret, also not in what SQLite writes beside the file.
func TestTheTextOfAKeyIsNotStored(t *testing.T) {
	dir := t.TempDir()
	store, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	key, text, err := store.CreateKey(t.Context(), "a", Scopes(), keyTime, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	named := false
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		named = named || bytes.Contains(data, []byte(key.ID))
		if bytes.Contains(data, []byte(text[len(text)-64:])) {
			t.Errorf("%s holds the secret", file)
		}
	}
	if !named {
		t.Error("no file holds the id: the test looks in the wrong place")
	}
}

func TestAKeyEndsWhenItExpiresAndWhenItIsRevoked(t *testing.T) {
	dir := t.TempDir()
	store, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	key, text, err := store.CreateKey(t.Context(), "a", []Scope{ScopeAdmin}, keyTime, keyTime.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if early, late := key.Fault(keyTime.Add(time.Hour-1)), key.Fault(keyTime.Add(time.Hour)); early != nil || !errors.Is(late, ErrKeyExpired) {
		t.Errorf("before its end %v, then %v", early, late)
	}
	other, err := Open(t.Context(), dir) // as another process does
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, at := range []time.Time{keyTime.Add(time.Minute), keyTime.Add(time.Hour)} { // the second time changes nothing
		if err := other.RevokeKey(t.Context(), key.ID, at); err != nil {
			t.Fatal(err)
		}
	}
	found, err := store.KeyOf(t.Context(), text)
	if err != nil || !errors.Is(found.Fault(keyTime), ErrKeyRevoked) || !found.Revoked.Equal(keyTime.Add(time.Minute)) {
		t.Errorf("after it was revoked it is %+v, %v", found, err)
	}
	if keyed, err := store.Keyed(t.Context()); !keyed || err != nil {
		t.Errorf("without its last key the shop is as if it never had one: %v", err)
	}
	if err := store.RevokeKey(t.Context(), "nothing", keyTime); !errors.Is(err, ErrKeyUnknown) {
		t.Errorf("a key that is not is revoked: %v", err)
	}
}

func TestTheUseOfAKeyIsNotedToTheHour(t *testing.T) {
	store, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	used, _, _ := store.CreateKey(t.Context(), "used", Scopes(), keyTime, time.Time{})
	if _, _, err := store.CreateKey(t.Context(), "not used", Scopes(), keyTime.Add(time.Second), time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{keyTime.Add(5 * time.Hour), keyTime} { // an older note does not undo a newer one
		if err := store.KeysUsed(t.Context(), map[string]time.Time{used.ID: at, "gone": at}); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := store.Keys(t.Context())
	if err != nil || len(keys) != 2 || !keys[0].Used.Equal(time.Date(2026, 12, 1, 15, 0, 0, 0, time.UTC)) || !keys[1].Used.IsZero() {
		t.Errorf("keys are %+v, %v", keys, err)
	}
}

func TestAKeyThatWouldBeOfNoUseIsNotMade(t *testing.T) {
	for name, k := range map[string]Key{
		"no name":        {Scopes: Scopes()},
		"a blank name":   {Name: " \t", Scopes: Scopes()},
		"two lines":      {Name: "a\nb", Scopes: Scopes()},
		"a long name":    {Name: strings.Repeat("é", 101), Scopes: Scopes()},
		"no scope":       {Name: "a"},
		"another scope":  {Name: "a", Scopes: []Scope{ScopeAdmin, "root"}},
		"a time of past": {Name: "a", Scopes: Scopes(), Expires: keyTime},
	} {
		if _, text, err := newKey(k.Name, k.Scopes, keyTime, k.Expires); err == nil {
			t.Errorf("%s: %s was made", name, text)
		}
	}
}

func BenchmarkKeyOf(b *testing.B) {
	store, err := Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	var text string
	for range 100 {
		if _, text, err = store.CreateKey(b.Context(), "a", Scopes(), keyTime, time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := store.KeyOf(b.Context(), text); err != nil {
			b.Fatal(err)
		}
	}
}
