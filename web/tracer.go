package web

import (
	"context"
	"net/http"

	"vitrine/retrieval"
)

// Tracer is told when requests and their searches begin and end. It must be safe for concurrent use.
type Tracer interface {
	// Request is of a route and an id; end is called with the status of the answer.
	Request(r *http.Request, route, id string) (ctx context.Context, end func(status int))
	// Search is one within a request; end is called with its answer or its error.
	Search(ctx context.Context) (end func(*retrieval.Response, error))
}

// untraced is the Tracer of a server without traces.
type untraced struct{}

func (untraced) Request(r *http.Request, _, _ string) (context.Context, func(int)) {
	return r.Context(), func(int) {}
}

func (untraced) Search(context.Context) func(*retrieval.Response, error) {
	return func(*retrieval.Response, error) {}
}
