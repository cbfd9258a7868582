package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"vitrine/retrieval"
)

// The largest bodies. A base64 photo takes four bytes for three.
const (
	maxFieldBytes  = 64 << 10 // all form fields beside the photo
	maxFormParts   = 64
	maxJSONBytes   = 1 << 20 // beside the photo
	maxSearchBytes = (retrieval.MaxPhotoBytes+2)/3*4 + maxJSONBytes
	// A form that is too large is read to its end up to this size, and thrown away, because a browser
	// that is cut off while it sends shows a broken connection instead of the message.
	maxDrainBytes = 64 << 20
)

// gate lets a bounded number of visitors in at once and a bounded number wait, for a bounded time.
type gate struct {
	inside  chan struct{}
	places  int64 // inside and waiting
	taken   atomic.Int64
	maxWait time.Duration
}

func newGate(inside, waiting int, maxWait time.Duration) *gate {
	return &gate{inside: make(chan struct{}, inside), places: int64(inside + waiting), maxWait: maxWait}
}

// enter returns when there is room; who entered calls leave, once. It returns errBusy at once when
// the queue is full, and after maxWait when nobody left in that time.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	if g.taken.Add(1) > g.places {
		g.taken.Add(-1)
		return nil, errBusy
	}
	timer := time.NewTimer(g.maxWait)
	defer timer.Stop()
	select {
	case g.inside <- struct{}{}:
		return func() { <-g.inside; g.taken.Add(-1) }, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = errBusy
	}
	g.taken.Add(-1)
	return nil, err
}

// catchPanics turns a panic of next into an error.
func catchPanics(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) (err error) {
		defer func() {
			switch cause := recover(); cause {
			case nil:
			case http.ErrAbortHandler:
				panic(cause)
			default:
				err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		return next(w, r)
	}
}

// securityHeaders go with every answer. Style, script and forms are this server's own, in files;
// photos may lie on other hosts, which are not told what was searched for.
func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https: http:; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
