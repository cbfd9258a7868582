package catalog

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
)

// eventNow is when the events of tests arrive.
var eventNow = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

var monthOld = EventLimits{Now: eventNow, MaxAge: 31 * 24 * time.Hour}

const (
	anImpression = `{"event_id":"e1","action_name":"impression","timestamp":"2026-11-28T11:59:00.1234Z","client_id":"c1","session_id":"s1","query_id":"q1",` +
		`"event_attributes":{"object":{"object_id":"p1","object_id_field":"id"},"position":{"ordinal":3,"xy":{"x":10.5,"y":20}},"price":19.9}}`
	aClick = `{"action_name":"click","timestamp":"2026-11-28T12:59:30+01:00","client_id":"c1","event_attributes":{"object":{"object_id":1163}}}`
	aQuery = `{"query_id":"q1","timestamp":"2026-11-28T11:58:59Z","client_id":"c1","user_query":"red shoes","query_attributes":{"page":1},"query_response_hit_ids":["p2","p3","p1"]}`
)

func TestWhoNamesNobodyIsTheSender(t *testing.T) {
	nameless := strings.ReplaceAll(aClick+"\n"+aQuery, `"client_id":"c1",`, "")
	limits := monthOld
	limits.ClientID = "sender"
	batch, rejected, err := ParseEvents([]byte(nameless+"\n"+anImpression), limits)
	if err != nil || len(rejected) > 0 || batch.Events[0].ClientID != "sender" || batch.Queries[0].ClientID != "sender" || batch.Events[1].ClientID != "c1" {
		t.Errorf("got %+v, %v, %v", batch, rejected, err)
	}
	if _, rejected, _ := ParseEvents([]byte(nameless), monthOld); len(rejected) != 2 {
		t.Errorf("where the sender is not known, %v is rejected", rejected)
	}
}

func TestEventsAndQueriesOfUBIAreRead(t *testing.T) {
	want := EventBatch{
		Queries: []ShopperQuery{{
			ID: "q1", Time: eventNow.Add(-61 * time.Second), ClientID: "c1", UserQuery: "red shoes",
			HitIDs: []string{"p2", "p3", "p1"}, Attributes: map[string]json.RawMessage{"page": json.RawMessage("1")},
		}},
		Events: []Event{{
			ID: "e1", Action: ActionImpression, Time: eventNow.Add(-time.Minute + 123400*time.Microsecond), ClientID: "c1", SessionID: "s1", QueryID: "q1",
			Attributes: EventAttributes{
				Object: &EventObject{ID: "p1", IDField: "id"}, Position: &EventPosition{Ordinal: 3, XY: &ScreenOffset{10.5, 20}},
				More: map[string]json.RawMessage{"price": json.RawMessage("19.9")},
			},
		}, {
			Action: ActionClick, Time: eventNow.Add(-30 * time.Second), ClientID: "c1", Attributes: EventAttributes{Object: &EventObject{ID: "1163"}},
		}},
	}
	for name, body := range map[string]string{
		"an array": "\n [" + anImpression + ",\n" + aQuery + "," + aClick + "]\n",
		"lines":    anImpression + "\r\n\n" + aQuery + "\n" + aClick,
	} {
		batch, rejected, err := ParseEvents([]byte(body), monthOld)
		if err != nil || len(rejected) > 0 {
			t.Fatalf("%s: %v, %v", name, rejected, err)
		}
		for i := range batch.Events {
			batch.Events[i].Time = batch.Events[i].Time.UTC()
		}
		if !reflect.DeepEqual(batch, want) {
			t.Errorf("%s: got %+v, want %+v", name, batch, want)
		}
	}
}

func TestUnusableEventsAreToldByIndexAndReason(t *testing.T) {
	event := func(change string) string {
		return `{"action_name":"click","timestamp":"2026-11-28T11:00:00Z","client_id":"c","event_attributes":{"object":{"object_id":"p"}},` + change + `}`
	}
	long := strings.Repeat("ä", 101)
	for _, test := range []struct{ name, text, reason string }{
		{"broken JSON", `{"action_name":`, "broken JSON"},
		{"two objects on a line", aClick + aClick, "one object a line"},
		{"no object", `7`, "not an object"},
		{"null", `null`, "neither an action_name"},
		{"neither event nor query", `{"client_id":"c"}`, "neither an action_name"},
		{"not UTF-8", event("\"message\":\"\xff\""), "not UTF-8"},
		{"a number for a text", event(`"session_id":12345`), "session_id cannot be a number"},
		{"no action", event(`"action_name":""`), "action_name is missing or empty"},
		{"no visitor", event(`"client_id":null,"client_id":""`), "client_id is missing or empty"},
		{"a long field", event(`"user_id":"` + long + `"`), "user_id has 101 characters, the limit is 100"},
		{"a line end in an id", event(`"query_id":"a\nb"`), "query_id \"a\\nb\" contains a line end"},
		{"a long message", event(`"message":"` + strings.Repeat("x", 1025) + `"`), "message has 1025 characters"},
		{"much of everything", event(`"event_attributes":{"x":"` + strings.Repeat("x", maxEventBytes) + `"}`), "the limit is 8192"},
		{"no time", `{"action_name":"hover","client_id":"c"}`, "it has no timestamp"},
		{"a time without zone", event(`"timestamp":"2026-11-28T11:00:00"`), "with its zone"},
		{"a time as a number", event(`"timestamp":1795863600000`), "with its zone"},
		{"an old time", event(`"timestamp":"2026-10-01T11:00:00Z"`), "more than 31 days ago"},
		{"a future time", event(`"timestamp":"2026-11-30T11:00:00Z"`), "lies in the future"},
		{"a clock never set", event(`"timestamp":"1970-01-01T00:00:00Z"`), "is before 2000"},
		{"a click on nothing", event(`"event_attributes":{}`), "click needs the product"},
		{"attributes as text", event(`"event_attributes":"p"`), "event_attributes is not an object"},
		{"an object without id", event(`"event_attributes":{"object":{}}`), "object_id is missing or empty"},
		{"an object id of no kind", event(`"event_attributes":{"object":{"object_id":1.5}}`), "neither a string nor an integer"},
		{"a null object id", event(`"event_attributes":{"object":{"object_id":null}}`), "object_id is missing or empty"},
		{"a long object id", event(`"event_attributes":{"object":{"object_id":"` + strings.Repeat("x", 257) + `"}}`), "object_id has 257 characters"},
		{"a position before the first", event(`"event_attributes":{"object":{"object_id":"p"},"position":{"ordinal":-1}}`), "count the results from 1"},
		{"a position as text", event(`"event_attributes":{"object":{"object_id":"p"},"position":{"ordinal":"3"}}`), "position.ordinal cannot be a string"},
		{"an impression of no query", event(`"action_name":"impression"`), "impression needs the query_id"},
		{"an impression nowhere", event(`"action_name":"impression","query_id":"q"`), "from 1"},
		{"a query without id", `{"user_query":"x","timestamp":"2026-11-28T11:00:00Z","client_id":"c"}`, "query_id is missing or empty"},
		{"a long query", `{"query_id":"q","user_query":"` + strings.Repeat("x", 1001) + `","timestamp":"2026-11-28T11:00:00Z","client_id":"c"}`, "user_query has 1001 characters"},
		{"a query with many hits", `{"query_id":"q","user_query":"","timestamp":"2026-11-28T11:00:00Z","client_id":"c","query_response_hit_ids":["p"` + strings.Repeat(`,"p"`, 1000) + `]}`, "has 1001 ids"},
	} {
		t.Run(test.name, func(t *testing.T) {
			batch, rejected, err := ParseEvents([]byte(aQuery+"\n"+test.text+"\n"+aClick), monthOld)
			if err != nil || batch.Len() != 2 || len(rejected) != 1 || rejected[0].Index != 1 || !strings.Contains(rejected[0].Reason, test.reason) {
				t.Errorf("got %d usable, %v, %v; want index 1 with %q", batch.Len(), rejected, err, test.reason)
			}
		})
	}
}

func TestOtherActionsAreKept(t *testing.T) {
	batch, rejected, err := ParseEvents([]byte(`{"action_name":"brand_filter","timestamp":"2026-11-28T11:00:00Z","client_id":"c","message":"Nike","colour":"unknown members are passed over"}`), monthOld)
	if err != nil || len(rejected) > 0 || len(batch.Events) != 1 || batch.Events[0].Message != "Nike" {
		t.Errorf("got %+v, %v, %v", batch, rejected, err)
	}
}

func TestUnusableBatchesAreRefusedWhole(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": " \n", "an empty array": "[]", "half an array": "[" + aClick, "too many": strings.Repeat(aClick+"\n", MaxEventBatch+1),
	} {
		if batch, _, err := ParseEvents([]byte(body), monthOld); !errors.Is(err, ErrEventBatch) || batch.Len() > 0 {
			t.Errorf("%s: got %d, %v", name, batch.Len(), err)
		}
	}
}

func TestEventsOfAFileAreReadLineByLineOfAnyAge(t *testing.T) {
	text := "\xef\xbb\xbf" + aQuery + "\r\n\r\n" + strings.Replace(aClick, "2026-11", "2019-11", 1) + "\n{broken\n" + strings.Repeat("x", maxLineBytes+1) + "\n" + anImpression
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(text))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]io.Reader{"plain": strings.NewReader(text), "gzipped": &packed} {
		reader, err := NewEventReader(in, EventLimits{Now: eventNow})
		if err != nil {
			t.Fatal(err)
		}
		var batch EventBatch
		var lines []string
		for {
			line, err := reader.Next(&batch)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil && !errors.Is(err, ErrInvalidEvent) {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprint(line, " ", err == nil))
		}
		if got := strings.Join(lines, ", "); got != "1 true, 3 true, 4 false, 5 false, 6 true" || batch.Len() != 3 {
			t.Errorf("%s: lines %s, %d usable", name, got, batch.Len())
		}
	}
}

// Whatever is taken is what comes back when it is written and read again.
func FuzzParseEvents(f *testing.F) {
	for _, seed := range []string{
		anImpression, aClick, aQuery, "[" + aQuery + "," + anImpression + "]", "[", "[null]", "{}\n{}", `{"action_name":null}`,
		`{"action_name":"x","timestamp":"2026-11-28T23:59:60Z","client_id":"c"}`, `{"ACTION_NAME":"x","timestamp":"2026-11-28T11:00:00.999999999-12:00","client_id":"\ud800","event_attributes":{"Object":null,"OBJECT":{"object_id":-0}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		batch, _, err := ParseEvents(body, monthOld)
		if err != nil {
			return
		}
		var again bytes.Buffer
		encoder := json.NewEncoder(&again)
		var want EventBatch
		for _, q := range batch.Queries {
			q = q.stored()
			want.Queries = append(want.Queries, q)
			if err := encoder.Encode(q); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range batch.Events {
			e, err := e.stored()
			if err != nil {
				t.Fatal(err)
			}
			want.Events = append(want.Events, e)
			if err := encoder.Encode(e); err != nil {
				t.Fatal(err)
			}
		}
		if want.Len() == 0 {
			return
		}
		// A day older than the oldest allowed: times lose what is finer than a millisecond.
		got, rejected, err := ParseEvents(again.Bytes(), EventLimits{Now: eventNow, MaxAge: monthOld.MaxAge + 24*time.Hour})
		if err != nil || len(rejected) > 0 {
			t.Fatalf("written again it is refused: %v, %v\n%s", rejected, err, again.Bytes())
		}
		wantText, _ := json.Marshal(want)
		gotText, _ := json.Marshal(got)
		if !bytes.Equal(wantText, gotText) {
			t.Errorf("got  %s\nwant %s", gotText, wantText)
		}
	})
}
