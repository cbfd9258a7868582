package catalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxEventBatch is the number of events and queries that ParseEvents takes at once.
const MaxEventBatch = 1000

// ErrEventBatch is wrapped by ParseEvents' error when a body cannot be taken apart or holds too much.
var ErrEventBatch = errors.New("cannot read these events")

var errTimestamp = fmt.Errorf("%w: timestamp is no ISO 8601 time with its zone: write it as 2026-11-28T12:00:00Z", ErrInvalidEvent)

// EventBatch is what is stored together.
type EventBatch struct {
	Queries []ShopperQuery
	Events  []Event
	Served  []Served // from a file alone: no stranger says what a search showed
}

// Len is the number of events, queries and served searches.
func (b *EventBatch) Len() int { return len(b.Queries) + len(b.Events) + len(b.Served) }

// RejectedEvent is one of several that could not be used.
type RejectedEvent struct {
	Index  int    `json:"index"` // from 0, queries and events counted together
	Reason string `json:"reason"`
}

// ParseEvents reads a JSON array of UBI events and queries, or one JSON object a line (NDJSON); empty lines do not
// count. What cannot be used is told by its index and does not stop the rest.
func ParseEvents(body []byte, limits EventLimits) (EventBatch, []RejectedEvent, error) {
	objects, err := splitEvents(body)
	if err != nil {
		return EventBatch{}, nil, err
	}
	if len(objects) > MaxEventBatch {
		return EventBatch{}, nil, fmt.Errorf("%w: there are %d, the limit is %d: send several batches", ErrEventBatch, len(objects), MaxEventBatch)
	}
	var batch EventBatch
	var rejected []RejectedEvent
	for i, object := range objects {
		if err := batch.add(object, limits); err != nil {
			rejected = append(rejected, RejectedEvent{Index: i, Reason: err.Error()})
		}
	}
	return batch, rejected, nil
}

func splitEvents(body []byte) ([]json.RawMessage, error) {
	body = bytes.TrimSpace(body)
	var objects []json.RawMessage
	if bytes.HasPrefix(body, []byte("[")) {
		if err := json.Unmarshal(body, &objects); err != nil {
			return nil, fmt.Errorf("%w: broken JSON: %w", ErrEventBatch, err)
		}
	} else {
		for text := range bytes.Lines(body) {
			if text = bytes.TrimSpace(text); len(text) > 0 {
				objects = append(objects, text)
			}
		}
	}
	if len(objects) == 0 {
		return nil, fmt.Errorf("%w: there are none: send a JSON array, or one JSON object a line", ErrEventBatch)
	}
	return objects, nil
}

// EventReader reads events, queries and served searches from a file, one JSON object a line, also gzipped. It is for one goroutine.
type EventReader struct {
	lines  *lineReader
	limits EventLimits
}

// NewEventReader reads from r, which stays the caller's to close.
func NewEventReader(r io.Reader, limits EventLimits) (*EventReader, error) {
	lines, err := newLineReader(r)
	if err != nil {
		return nil, err
	}
	return &EventReader{lines, limits}, nil
}

// Next adds the next event, query or served search to a batch and returns its line, from 1. At the end the error is io.EOF. One that
// wraps ErrInvalidEvent is of this line alone, and the reading goes on; others end it.
func (r *EventReader) Next(into *EventBatch) (int, error) {
	for {
		l, err := r.lines.next()
		if err != nil {
			return l.number, err
		}
		if l.tooLong {
			return l.number, fmt.Errorf("%w: the line is longer than %d bytes", ErrInvalidEvent, maxLineBytes)
		}
		text := bytes.TrimSpace([]byte(l.text))
		switch {
		case isServed(text):
			return l.number, addTo(&into.Served, text, maxLineBytes, func(s *Served) error {
				if err := s.Validate(); err != nil {
					return fmt.Errorf("%w: %w", ErrInvalidEvent, err)
				}
				return r.limits.check(s.Time)
			})
		case len(text) > 0:
			return l.number, into.add(text, r.limits)
		}
	}
}

// isServed says whether a line is a served search: only those have rows.
func isServed(text []byte) bool {
	var kind struct {
		Rows *json.RawMessage `json:"rows"`
	}
	return bytes.Contains(text, []byte(`"rows"`)) && json.Unmarshal(text, &kind) == nil && kind.Rows != nil
}

// add decodes and validates one event (it has an action_name) or query (it has a user_query).
func (b *EventBatch) add(text []byte, limits EventLimits) error {
	if !utf8.Valid(text) {
		return fmt.Errorf("%w: it is not UTF-8", ErrInvalidEvent)
	}
	var kind struct {
		Action    *json.RawMessage `json:"action_name"`
		UserQuery *json.RawMessage `json:"user_query"`
		Time      json.RawMessage  `json:"timestamp"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return eventFault(err)
	}
	switch {
	case len(kind.Time) > 0 && kind.Time[0] != '"':
		return errTimestamp
	case kind.Action != nil:
		return addTo(&b.Events, text, maxEventBytes, func(e *Event) error {
			e.ClientID = cmp.Or(e.ClientID, limits.ClientID)
			return e.Validate(limits)
		})
	case kind.UserQuery != nil:
		return addTo(&b.Queries, text, maxQueryBytes, func(q *ShopperQuery) error {
			q.ClientID = cmp.Or(q.ClientID, limits.ClientID)
			return q.Validate(limits)
		})
	}
	return fmt.Errorf("%w: it has neither an action_name, as an event, nor a user_query, as a query", ErrInvalidEvent)
}

func addTo[T any](list *[]T, text []byte, most int, validate func(*T) error) error {
	if len(text) > most {
		return fmt.Errorf("%w: it has %d bytes, the limit is %d", ErrInvalidEvent, len(text), most)
	}
	var value T
	if err := json.Unmarshal(text, &value); err != nil {
		return eventFault(err)
	}
	if err := validate(&value); err != nil {
		return err
	}
	*list = append(*list, value)
	return nil
}

// eventFault says what is wrong with an event in the words of its sender, without Go's types.
func eventFault(err error) error {
	var kind *json.UnmarshalTypeError
	var at *time.ParseError
	switch {
	case errors.Is(err, ErrInvalidEvent):
		return err
	case errors.As(err, &at):
		return errTimestamp
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("%w: it is JSON, but not an object", ErrInvalidEvent)
	case errors.As(err, &kind):
		value, _, _ := strings.Cut(kind.Value, " ") // without the number itself
		return fmt.Errorf("%w: %s cannot be a %s", ErrInvalidEvent, kind.Field, value)
	}
	return fmt.Errorf("%w: broken JSON: %w: write one object a line", ErrInvalidEvent, err)
}
