package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
)

// requestIDHeader names a request in both directions.
const requestIDHeader = "X-Request-Id"

// wellFormed are the ids that are taken from an asker or a proxy: they go into logs and answers as they are.
var wellFormed = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$`)

type requestIDKey struct{}

// identified gives each request an id, its own where it has a well-formed one, and its answer the same.
func identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requestID(r.Context()) != "" {
			next.ServeHTTP(w, r)
			return
		}
		id := r.Header.Get(requestIDHeader)
		if !wellFormed.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// requestID is the id of the request that ctx belongs to; empty = none.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
