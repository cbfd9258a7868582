package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"

	"vitrine/catalog"
)

// fakeKeys are the keys of a shop by their texts; those without scopes are faults.
type fakeKeys map[string]fakeKey

type fakeKey struct {
	scope catalog.Scope
	fault error
}

var errKeysBroken = errors.New("the keys cannot be read")

// keysOfAllKinds has one key of each scope, named like it, and those that do not count.
func keysOfAllKinds() fakeKeys {
	keys := fakeKeys{"expired": {fault: catalog.ErrKeyExpired}, "revoked": {fault: catalog.ErrKeyRevoked}, "broken": {fault: errKeysBroken}}
	for _, scope := range catalog.Scopes() {
		keys[string(scope)] = fakeKey{scope: scope}
	}
	return keys
}

func (f fakeKeys) Keyed(context.Context) (bool, error) { return len(f) > 0, nil }

func (f fakeKeys) KeyOf(_ context.Context, text string) (catalog.Key, error) {
	k, known := f[text]
	switch {
	case !known:
		return catalog.Key{}, catalog.ErrKeyUnknown
	case k.fault != nil:
		return catalog.Key{}, k.fault
	}
	return catalog.Key{ID: text, Scopes: []catalog.Scope{k.scope}}, nil
}

// by is a request of an asker: "elsewhere", "here" (this machine) or "proxy" (on this machine, for somebody), and after
// a blank what the Authorization header says.
func by(asker, method, target, body string) *http.Request {
	where, authorization, _ := strings.Cut(asker, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host, r.RemoteAddr = "localhost:8080", "127.0.0.1:40000"
	switch where {
	case "elsewhere":
		r.Host, r.RemoteAddr = "shop.example", "203.0.113.7:40000"
	case "proxy":
		r.Header.Set("X-Forwarded-For", "203.0.113.7")
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}
