package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The actions that a ranker learns from. Events of other actions are kept too.
const (
	ActionImpression = "impression" // a product was on the screen
	ActionClick      = "click"
	ActionView       = "view" // a product's page was looked at
	ActionAddToCart  = "add_to_cart"
	ActionPurchase   = "purchase"
)

// Limits that Validate enforces; those of fields are User Behavior Insights' own, in characters.
const (
	maxEventField    = 100
	maxEventObjectID = 256
	maxEventMessage  = 1024
	maxUserQuery     = 1000
	maxResponseHits  = 1000
	maxOrdinal       = 100_000
	maxEventBytes    = 8 << 10
	maxQueryBytes    = 64 << 10
	maxEventAhead    = 24 * time.Hour // clocks of browsers go wrong
)

// firstEventTime is before any web shop's log; an earlier time is a clock that was never set.
var firstEventTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// ErrInvalidEvent is wrapped by every validation error of events and queries.
var ErrInvalidEvent = errors.New("invalid event")

// Event is something that a shopper did: the event of User Behavior Insights (UBI) 1.3.0,
// https://github.com/o19s/ubi/tree/main/schema/1.3.0, with an id.
type Event struct {
	// ID makes sending twice harmless. UBI has none; without one the store takes a hash of the event.
	ID          string          `json:"event_id,omitempty"`
	Action      string          `json:"action_name"`
	Time        time.Time       `json:"timestamp"` // stored in milliseconds, UTC
	ClientID    string          `json:"client_id"` // the visitor, as a browser or a device; by it data is deleted
	SessionID   string          `json:"session_id,omitempty"`
	UserID      string          `json:"user_id,omitempty"`
	QueryID     string          `json:"query_id,omitempty"` // of the ShopperQuery whose results led here
	Application string          `json:"application,omitempty"`
	MessageType string          `json:"message_type,omitempty"`
	Message     string          `json:"message,omitempty"`
	Attributes  EventAttributes `json:"event_attributes,omitzero"`
	Doubt       string          `json:"doubt,omitempty"` // why it does not count for learning; set by the server, never by the sender
}

// EventAttributes says what an event was about.
type EventAttributes struct {
	Object   *EventObject
	Position *EventPosition
	More     map[string]json.RawMessage // whatever else was sent, such as a price or a quantity
}

// EventObject is the thing that an event was about.
type EventObject struct {
	ID         ObjectID `json:"object_id"` // a product's id
	IDType     string   `json:"object_id_type,omitempty"`
	IDField    string   `json:"object_id_field,omitempty"`
	InternalID ObjectID `json:"internal_id,omitempty"`
}

// ObjectID is an id that JSON may write as a string or as an integer.
type ObjectID string

// EventPosition is where the object stood.
type EventPosition struct {
	Ordinal int           `json:"ordinal,omitempty"` // in the list of results, from 1 over all its pages; 0 = unknown
	XY      *ScreenOffset `json:"xy,omitempty"`
}

// ScreenOffset is a place on the screen, in pixels.
type ScreenOffset struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// ShopperQuery is a search that a shopper made: the query request of UBI 1.3.0.
type ShopperQuery struct {
	ID          string                     `json:"query_id"`
	Time        time.Time                  `json:"timestamp"` // stored in milliseconds, UTC
	ClientID    string                     `json:"client_id"`
	UserQuery   string                     `json:"user_query"` // empty for a photo or a list without words
	Application string                     `json:"application,omitempty"`
	IDField     string                     `json:"object_id_field,omitempty"`
	ResponseID  string                     `json:"query_response_id,omitempty"`
	HitIDs      []string                   `json:"query_response_hit_ids,omitempty"` // product ids, best first
	Attributes  map[string]json.RawMessage `json:"query_attributes,omitempty"`       // filters, page, experiment
}

// UnmarshalJSON takes a string or an integer.
func (id *ObjectID) UnmarshalJSON(text []byte) error {
	if text[0] == '"' || string(text) == "null" {
		return json.Unmarshal(text, (*string)(id))
	}
	if _, err := strconv.ParseInt(string(text), 10, 64); err != nil {
		return fmt.Errorf("%w: an object's id is neither a string nor an integer", ErrInvalidEvent)
	}
	*id = ObjectID(text)
	return nil
}

// UnmarshalJSON keeps the members that UBI does not name.
func (a *EventAttributes) UnmarshalJSON(text []byte) error {
	if text[0] != '{' && string(text) != "null" {
		return fmt.Errorf("%w: event_attributes is not an object", ErrInvalidEvent)
	}
	var named struct {
		Object   *EventObject   `json:"object"`
		Position *EventPosition `json:"position"`
	}
	if err := json.Unmarshal(text, &named); err != nil {
		return err
	}
	var more map[string]json.RawMessage
	if err := json.Unmarshal(text, &more); err != nil {
		return err
	}
	maps.DeleteFunc(more, func(name string, _ json.RawMessage) bool {
		return strings.EqualFold(name, "object") || strings.EqualFold(name, "position")
	})
	if len(more) == 0 {
		more = nil
	}
	*a = EventAttributes{Object: named.Object, Position: named.Position, More: more}
	return nil
}

// MarshalJSON writes the members in the order of their names.
func (a EventAttributes) MarshalJSON() ([]byte, error) {
	members := make(map[string]any, len(a.More)+2)
	for name, value := range a.More {
		members[name] = value
	}
	if a.Object != nil {
		members["object"] = a.Object
	}
	if a.Position != nil {
		members["position"] = a.Position
	}
	return json.Marshal(members)
}

// IsZero reports whether nothing is said.
func (a EventAttributes) IsZero() bool {
	return a.Object == nil && a.Position == nil && len(a.More) == 0
}

// EventLimits says which times Validate takes, and who the events are from.
type EventLimits struct {
	Now      time.Time     // events may be a day ahead of it
	MaxAge   time.Duration // before Now; 0 = any age
	ClientID string        // the client_id of events and queries that name none; "" = they are refused
}

// Validate reports the first reason why e cannot be stored; the error wraps ErrInvalidEvent.
func (e *Event) Validate(limits EventLimits) error {
	err := checkFields(
		shortText{"event_id", e.ID, maxEventField, false},
		shortText{"action_name", e.Action, maxEventField, true},
		shortText{"client_id", e.ClientID, maxEventField, true},
		shortText{"session_id", e.SessionID, maxEventField, false},
		shortText{"user_id", e.UserID, maxEventField, false},
		shortText{"query_id", e.QueryID, maxEventField, false},
		shortText{"application", e.Application, maxEventField, false},
		shortText{"message_type", e.MessageType, maxEventField, false},
		shortText{"doubt", e.Doubt, maxEventField, false},
	)
	if err != nil {
		return err
	}
	if err := limits.check(e.Time); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(e.Message); n > maxEventMessage {
		return fmt.Errorf("%w: message has %d characters, the limit is %d", ErrInvalidEvent, n, maxEventMessage)
	}
	if err := e.Attributes.validate(); err != nil {
		return err
	}
	return e.complete()
}

// complete reports what an event of its action needs to be of use and lacks.
func (e *Event) complete() error {
	switch e.Action {
	case ActionImpression, ActionClick, ActionView, ActionAddToCart, ActionPurchase:
		if e.Attributes.Object == nil {
			return fmt.Errorf("%w: %s needs the product: send event_attributes.object.object_id", ErrInvalidEvent, e.Action)
		}
	}
	if e.Action != ActionImpression {
		return nil
	}
	if e.QueryID == "" {
		return fmt.Errorf("%w: impression needs the query_id of the search that showed the product", ErrInvalidEvent)
	}
	if e.Attributes.Position == nil || e.Attributes.Position.Ordinal == 0 {
		return fmt.Errorf("%w: impression needs the product's place in the results: send event_attributes.position.ordinal, from 1", ErrInvalidEvent)
	}
	return nil
}

func (a *EventAttributes) validate() error {
	if o := a.Object; o != nil {
		err := checkFields(
			shortText{"object_id", string(o.ID), maxEventObjectID, true},
			shortText{"object_id_type", o.IDType, maxEventField, false},
			shortText{"object_id_field", o.IDField, maxEventField, false},
			shortText{"internal_id", string(o.InternalID), maxEventObjectID, false},
		)
		if err != nil {
			return err
		}
	}
	if p := a.Position; p != nil && (p.Ordinal < 0 || p.Ordinal > maxOrdinal) {
		return fmt.Errorf("%w: position.ordinal is %d: count the results from 1, to %d at most", ErrInvalidEvent, p.Ordinal, maxOrdinal)
	}
	return nil
}

// Validate reports the first reason why q cannot be stored; the error wraps ErrInvalidEvent.
func (q *ShopperQuery) Validate(limits EventLimits) error {
	err := checkFields(
		shortText{"query_id", q.ID, maxEventField, true},
		shortText{"client_id", q.ClientID, maxEventField, true},
		shortText{"application", q.Application, maxEventField, false},
		shortText{"object_id_field", q.IDField, maxEventField, false},
		shortText{"query_response_id", q.ResponseID, maxEventField, false},
	)
	if err != nil {
		return err
	}
	if err := limits.check(q.Time); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(q.UserQuery); n > maxUserQuery {
		return fmt.Errorf("%w: user_query has %d characters, the limit is %d", ErrInvalidEvent, n, maxUserQuery)
	}
	if n := len(q.HitIDs); n > maxResponseHits {
		return fmt.Errorf("%w: query_response_hit_ids has %d ids, the limit is %d", ErrInvalidEvent, n, maxResponseHits)
	}
	for _, id := range q.HitIDs {
		if err := checkFields(shortText{"an id of query_response_hit_ids", id, maxEventObjectID, true}); err != nil {
			return err
		}
	}
	return nil
}

func (l EventLimits) check(at time.Time) error {
	switch {
	case at.IsZero():
		return fmt.Errorf("%w: it has no timestamp: send one such as 2026-11-28T12:00:00Z", ErrInvalidEvent)
	case at.Before(firstEventTime):
		return fmt.Errorf("%w: timestamp %s is before %d", ErrInvalidEvent, at.Format(time.RFC3339), firstEventTime.Year())
	case at.After(l.Now.Add(maxEventAhead)):
		return fmt.Errorf("%w: timestamp %s lies in the future: is the clock right?", ErrInvalidEvent, at.Format(time.RFC3339))
	case l.MaxAge > 0 && at.Before(l.Now.Add(-l.MaxAge)):
		return fmt.Errorf("%w: timestamp %s is more than %.0f days ago: import older events with vitrine events import", ErrInvalidEvent, at.Format(time.RFC3339), l.MaxAge.Hours()/24)
	}
	return nil
}

// shortText is the value of a member by its name in JSON.
type shortText struct {
	name, value string
	most        int // characters
	required    bool
}

func checkFields(fields ...shortText) error {
	for _, f := range fields {
		switch {
		case f.value == "" && f.required:
			return fmt.Errorf("%w: %s is missing or empty", ErrInvalidEvent, f.name)
		case len(f.value) > f.most && utf8.RuneCountInString(f.value) > f.most:
			return fmt.Errorf("%w: %s has %d characters, the limit is %d", ErrInvalidEvent, f.name, utf8.RuneCountInString(f.value), f.most)
		case strings.ContainsFunc(f.value, unicode.IsControl):
			return fmt.Errorf("%w: %s %q contains a line end or another control character", ErrInvalidEvent, f.name, f.value)
		}
	}
	return nil
}

// stored is the event as it is kept: its time in milliseconds, and an id.
func (e Event) stored() (Event, error) {
	e.Time = e.Time.UTC().Truncate(time.Millisecond)
	if e.ID != "" {
		return e, nil
	}
	sent := e
	sent.Doubt = "" // which may differ when it is sent again
	text, err := json.Marshal(sent)
	if err != nil {
		return Event{}, err
	}
	hash := sha256.Sum256(text)
	e.ID = hex.EncodeToString(hash[:16])
	return e, nil
}

// stored is the query as it is kept.
func (q ShopperQuery) stored() ShopperQuery {
	q.Time = q.Time.UTC().Truncate(time.Millisecond)
	return q
}
