package fetch

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// patience is how many requests to a host in a row may fail, in ways that may pass, before it is left alone.
const patience = 20

// host is what is known of one server in this run.
type host struct {
	mu     sync.Mutex
	until  time.Time // before which it does not want to be asked
	failed int       // requests in a row
	last   *Failure  // of these
}

// wait returns when the host may be asked, or why it is not asked in this run.
func (h *host) wait(ctx context.Context, url string, o *Options) error {
	h.mu.Lock()
	pause, failed, last := h.until.Sub(o.Now()), h.failed, h.last
	h.mu.Unlock()
	switch {
	case failed >= patience:
		return &Failure{URL: url, Kind: last.Kind, Status: last.Status, After: last.After,
			Err: fmt.Errorf("its server failed %d times in a row and was then left alone: %w", failed, last.Err)}
	case pause > o.MaxPause:
		return &Failure{URL: url, Kind: last.Kind, Status: last.Status, After: pause,
			Err: fmt.Errorf("its server asked to be left alone for %v: %w", pause.Round(time.Second), last.Err)}
	case pause <= 0:
		return nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answered takes note of the outcome of a request; nil = a photo.
func (h *host) answered(failure *Failure, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if failure == nil || !failure.Temporary() {
		h.failed = 0
		return
	}
	h.failed++
	h.last = failure
	if until := now.Add(failure.After); until.After(h.until) {
		h.until = until
	}
}
