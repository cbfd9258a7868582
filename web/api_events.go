package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
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
	// ForgetClient deletes all that is kept of a visitor, and returns how many events, queries and served searches that was.
	ForgetClient(ctx context.Context, clientID string) (int, error)
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
	limits := catalog.EventLimits{Now: time.Now(), MaxAge: maxEventAge}
	if !s.passing(r) {
		limits.ClientID = rememberedVisitor(r)
	}
	batch, rejected, err := readEvents(w, r, limits)
	if err != nil {
		return err
	}
	known := s.screen(&batch, limits.Now)
	done, err := s.opts.Events.RecordEvents(ctx, batch)
	if err != nil {
		return err
	}
	done.Known += known
	s.metrics.eventsRecorded(done, len(rejected))
	return sendJSON(w, eventsBody{done, append([]catalog.RejectedEvent{}, rejected...)})
}

// readEvents reads at most maxEventsBytes.
func readEvents(w http.ResponseWriter, r *http.Request, limits catalog.EventLimits) (catalog.EventBatch, []catalog.RejectedEvent, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "application/x-ndjson" {
		return catalog.EventBatch{}, nil, errEventsKind
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEventsBytes))
	if err != nil {
		return catalog.EventBatch{}, nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	batch, rejected, err := catalog.ParseEvents(body, limits)
	if errors.Is(err, catalog.ErrEventBatch) {
		err = fmt.Errorf("%w: %w", errRequest, err)
	}
	return batch, rejected, err
}

// tokenMember of event_attributes holds the impression token.
const tokenMember = "impression"

// screen notes with each event why it does not count for learning, if so. Queries that this server gave their ids
// are left out and counted as known: it has recorded itself what was asked.
func (s *site) screen(batch *catalog.EventBatch, now time.Time) (known int) {
	for i := range batch.Events {
		e := &batch.Events[i]
		e.Doubt = ""
		if s.opts.TrustEvents {
			continue
		}
		if err := s.checkImpression(e, now); err != nil {
			e.Doubt = err.Error()
			s.metrics.eventDoubted(e.Doubt)
		}
		delete(e.Attributes.More, tokenMember) // checked, it has no further use
	}
	if s.opts.TrustEvents || s.opts.Searches == nil {
		return 0
	}
	sent := len(batch.Queries)
	batch.Queries = slices.DeleteFunc(batch.Queries, func(q catalog.ShopperQuery) bool { return randomID.MatchString(q.ID) })
	return sent - len(batch.Queries)
}

// checkImpression tells why it cannot be that e is about a product that was shown where e says, if so. Only of the
// actions that a ranker learns from, and of those only what names a search, is anything to be shown.
func (s *site) checkImpression(e *catalog.Event, now time.Time) error {
	switch e.Action {
	case catalog.ActionImpression, catalog.ActionClick, catalog.ActionView, catalog.ActionAddToCart, catalog.ActionPurchase:
	default:
		return nil
	}
	if e.QueryID == "" {
		return nil
	}
	shown := impression{Query: e.QueryID, Client: e.ClientID, Product: string(e.Attributes.Object.ID)}
	if e.Attributes.Position != nil {
		shown.Position = e.Attributes.Position.Ordinal
	}
	var token string
	if text := e.Attributes.More[tokenMember]; text != nil && json.Unmarshal(text, &token) != nil {
		return errTokenForged
	}
	return s.tokens.check(token, shown, now)
}
