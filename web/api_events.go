package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"vitrine/catalog"
)

const (
	maxEventsBytes = 1 << 20
	// maxEventAge bounds how far back strangers can add to what a ranker learns from.
	maxEventAge = 31 * 24 * time.Hour
)

// EventLog keeps what shoppers did. It must be safe for concurrent use.
type EventLog interface {
	// RecordEvents stores a batch, all or nothing, durably before it returns. What is stored already is counted as known.
	RecordEvents(ctx context.Context, batch catalog.EventBatch) (catalog.Recorded, error)
}

// eventsBody is the answer of POST /api/v1/events.
type eventsBody struct {
	catalog.Recorded
	Rejected []catalog.RejectedEvent `json:"rejected"` // never null
}

// apiEvents stores events and queries of shoppers, and tells by index which of them cannot be used. They have a gate
// of their own and take no place from a search.
func (s *site) apiEvents(w http.ResponseWriter, r *http.Request) error {
	if s.opts.Events == nil {
		return errNotOffered
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	leave, err := s.events.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	batch, rejected, err := readEvents(w, r)
	if err != nil {
		return err
	}
	done, err := s.opts.Events.RecordEvents(ctx, batch)
	if err != nil {
		return err
	}
	s.metrics.recorded(done, len(rejected))
	return sendJSON(w, eventsBody{done, append([]catalog.RejectedEvent{}, rejected...)})
}

// readEvents reads at most maxEventsBytes.
func readEvents(w http.ResponseWriter, r *http.Request) (catalog.EventBatch, []catalog.RejectedEvent, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "application/x-ndjson" {
		return catalog.EventBatch{}, nil, errEventsKind
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEventsBytes))
	if err != nil {
		return catalog.EventBatch{}, nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	batch, rejected, err := catalog.ParseEvents(body, catalog.EventLimits{Now: time.Now(), MaxAge: maxEventAge})
	if errors.Is(err, catalog.ErrEventBatch) {
		err = fmt.Errorf("%w: %w", errRequest, err)
	}
	return batch, rejected, err
}
