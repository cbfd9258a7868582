package catalog

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Scope is what a key lets its holder do. None includes another.
type Scope string

// The scopes.
const (
	ScopeSearch Scope = "search" // search where a server is private
	ScopeEvents Scope = "events" // forget visitors, and send events where a server is private
	ScopeIndex  Scope = "index"  // change products, build the index, follow and cancel tasks
	ScopeAdmin  Scope = "admin"  // see how the server stands and why results are as they are
)

// Scopes are all scopes, in the order in which they are told.
func Scopes() []Scope { return []Scope{ScopeSearch, ScopeEvents, ScopeIndex, ScopeAdmin} }

// Why a key does not count.
var (
	ErrKeyUnknown = errors.New("there is no such key")
	ErrKeyExpired = errors.New("the key has expired: make another with vitrine keys create")
	ErrKeyRevoked = errors.New("the key was revoked")
)

// Key is a key of a shop's API, without its secret.
type Key struct {
	ID      string    `json:"id"` // public, 10 characters
	Name    string    `json:"name"`
	Scopes  []Scope   `json:"scopes"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero = never
	Revoked time.Time `json:"revoked,omitzero"` // zero = it is not
	Used    time.Time `json:"used,omitzero"`    // the hour of its last use; zero = never
}

// Has reports whether the key has one of scopes.
func (k *Key) Has(scopes ...Scope) bool {
	return slices.ContainsFunc(scopes, func(s Scope) bool { return slices.Contains(k.Scopes, s) })
}

// Fault tells why the key does not count at a time: ErrKeyRevoked, ErrKeyExpired or nil.
func (k *Key) Fault(at time.Time) error {
	switch {
	case !k.Revoked.IsZero():
		return ErrKeyRevoked
	case !k.Expires.IsZero() && !at.Before(k.Expires):
		return ErrKeyExpired
	}
	return nil
}

const (
	maxKeyName     = 100 // characters
	keyPrefix      = "vitrine"
	keyIDBytes     = 5
	keySecretBytes = 32
)

// newKey makes a key and its text, vitrine_ID_SECRET with 256 random bits in hexadecimal. The prefix is for those who
// search code and logs for secrets.
func newKey(name string, scopes []Scope, created, expires time.Time) (Key, string, error) {
	k := Key{Name: strings.TrimSpace(name), Created: created, Expires: expires}
	switch {
	case k.Name == "" || !utf8.ValidString(k.Name) || utf8.RuneCountInString(k.Name) > maxKeyName || strings.ContainsFunc(k.Name, unicode.IsControl):
		return Key{}, "", fmt.Errorf("name a key with 1 to %d characters on one line", maxKeyName)
	case len(scopes) == 0:
		return Key{}, "", errors.New("a key needs at least one scope: search, events, index or admin")
	case !expires.IsZero() && !expires.After(created):
		return Key{}, "", errors.New("the key would have expired already: give it a time to come")
	}
	for _, s := range scopes {
		if !slices.Contains(Scopes(), s) {
			return Key{}, "", fmt.Errorf("there is no scope %q: use search, events, index or admin", s)
		}
	}
	for _, s := range Scopes() {
		if slices.Contains(scopes, s) {
			k.Scopes = append(k.Scopes, s)
		}
	}
	random := make([]byte, keyIDBytes+keySecretBytes)
	_, _ = rand.Read(random) // never fails
	k.ID = hex.EncodeToString(random[:keyIDBytes])
	return k, strings.Join([]string{keyPrefix, k.ID, hex.EncodeToString(random[keyIDBytes:])}, "_"), nil
}

// keyID is the id in a key's text, "" when the text is no key.
func keyID(text string) string {
	prefix, rest, _ := strings.Cut(text, "_")
	id, secret, _ := strings.Cut(rest, "_")
	if prefix != keyPrefix || len(id) != hex.EncodedLen(keyIDBytes) || len(secret) != hex.EncodedLen(keySecretBytes) {
		return ""
	}
	return id
}

// keyHash is what is stored of a key's text. 256 random bits need no slow hash: they cannot be guessed.
func keyHash(text string) [sha256.Size]byte { return sha256.Sum256([]byte(text)) }
