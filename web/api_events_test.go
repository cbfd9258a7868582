package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vitrine/catalog"
)

func openEvents(t *testing.T) *catalog.Store {
	t.Helper()
	store, err := catalog.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func eventsRequest(kind, body string) *http.Request {
	r := httptest.NewRequest("POST", "/api/v1/events", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return r
}

// sentEvent is an event of now; n tells it from others.
func sentEvent(action string, n int) string {
	return fmt.Sprintf(`{"event_id":"e%d","action_name":%q,"timestamp":%q,"client_id":"secretclient","query_id":"q1",`+
		`"event_attributes":{"object":{"object_id":"shoes-red-%d"},"position":{"ordinal":%d}}}`, n, action, time.Now().UTC().Format(time.RFC3339), n, n+1)
}

func sentQuery() string {
	return fmt.Sprintf(`{"query_id":"q1","user_query":"secretword","timestamp":%q,"client_id":"secretclient"}`, time.Now().UTC().Format(time.RFC3339))
}

func TestAPIEventsAreStoredAndCounted(t *testing.T) {
	d, store := loadDescription(t), openEvents(t)
	h := New(newFakeShop(t), Options{Events: store})
	send := func(kind, body string, valid bool, want eventsBody) {
		t.Helper()
		response, text := d.ask(t, h, eventsRequest(kind, body), valid)
		wantStatus(t, response, text, 200)
		var got eventsBody
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if got.Recorded != want.Recorded || len(got.Rejected) != len(want.Rejected) || got.Rejected == nil {
			t.Fatalf("the answer is %s, want %+v", text, want)
		}
		for i, r := range want.Rejected {
			if got.Rejected[i].Index != r.Index || !strings.Contains(got.Rejected[i].Reason, r.Reason) {
				t.Errorf("rejected %+v, want %+v", got.Rejected[i], r)
			}
		}
	}
	array := "[" + sentQuery() + "," + sentEvent("impression", 0) + "," + sentEvent("impression", 1) + "]"
	send("application/json", array, true, eventsBody{Recorded: catalog.Recorded{Events: 2, Queries: 1}})
	send("application/json; charset=utf-8", array, true, eventsBody{Recorded: catalog.Recorded{Known: 3}})
	// A part that cannot be used does not stop the rest.
	lines := sentEvent("click", 2) + "\n{\n" + sentEvent("impression", 1) + "\n" + strings.Replace(sentEvent("purchase", 3), "timestamp", "time", 1) + "\n"
	send("application/x-ndjson", lines, false, eventsBody{ // of NDJSON the validator knows nothing
		Recorded: catalog.Recorded{Events: 1, Known: 1},
		Rejected: []catalog.RejectedEvent{{Index: 1, Reason: "broken JSON"}, {Index: 3, Reason: "no timestamp"}},
	})
	stats, err := store.EventStats(t.Context())
	if err != nil || stats.Events != 3 || stats.Queries != 1 || stats.Actions["click"] != 1 {
		t.Errorf("%+v is stored, %v", stats, err)
	}
	_, metrics := get(t, h, "/metrics")
	wantText(t, metrics, `vitrine_events_total{result="stored"} 4`, `vitrine_events_total{result="known"} 4`, `vitrine_events_total{result="rejected"} 2`)
	if strings.Contains(metrics, "secret") {
		t.Error("the metrics tell of visitors")
	}
}

func TestAPIEventsRefusesUnusableBodies(t *testing.T) {
	d := loadDescription(t)
	h := New(newFakeShop(t), Options{Events: openEvents(t)})
	for name, test := range map[string]struct {
		kind, body string
		status     int
		text       string
	}{
		"nothing":        {"application/json", "", 400, "there are none"},
		"half an array":  {"application/json", "[" + sentEvent("click", 1), 400, "broken JSON"},
		"too many":       {"application/x-ndjson", strings.Repeat("{}\n", catalog.MaxEventBatch+1), 400, "send several batches"},
		"too much":       {"application/json", strings.Repeat(" ", maxEventsBytes+1), 413, "too-large"},
		"another form":   {"text/plain", sentEvent("click", 1), 415, "application/x-ndjson"},
		"no form at all": {"", sentEvent("click", 1), 415, "application/x-ndjson"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := d.ask(t, h, eventsRequest(test.kind, test.body), false)
			wantStatus(t, response, body, test.status)
			wantText(t, body, test.text)
		})
	}
}

func TestAPIEventsTellsEventsThatAreTooOld(t *testing.T) {
	h := New(newFakeShop(t), Options{Events: openEvents(t)})
	old := fmt.Sprintf(`{"action_name":"hover","client_id":"c","timestamp":%q}`, time.Now().Add(-32*24*time.Hour).Format(time.RFC3339))
	response, body := ask(t, h, eventsRequest("application/json", "["+old+"]"))
	wantStatus(t, response, body, 200)
	wantText(t, body, `"events":0`, "vitrine events import")
}

func TestAPIEventsOfOtherSitesAreRefused(t *testing.T) {
	h := New(newFakeShop(t), Options{Events: openEvents(t)})
	r := eventsRequest("application/json", "["+sentEvent("click", 1)+"]")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	response, body := ask(t, h, r)
	wantStatus(t, response, body, 403)
}

// fakeLog is an EventLog that keeps whoever writes until it is released, or fails.
type fakeLog struct {
	inside, release chan struct{}
	err             error
}

func (l fakeLog) RecordEvents(_ context.Context, batch catalog.EventBatch) (catalog.Recorded, error) {
	if l.err != nil {
		return catalog.Recorded{}, l.err
	}
	l.inside <- struct{}{}
	<-l.release
	return catalog.Recorded{Events: len(batch.Events)}, nil
}

func (l fakeLog) ForgetClient(context.Context, string) (int, error) { return 0, l.err }

func TestAPIEventsSaysWhyNot(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	for text, test := range map[string]struct {
		events EventLog
		status int
	}{
		"not-offered": {nil, 404},
		"busy":        {fakeLog{err: fmt.Errorf("store events: %w", catalog.ErrBusy)}, 503},
		"internal":    {fakeLog{err: errors.New("disk full")}, 500},
	} {
		response, body := d.ask(t, New(shop, Options{Events: test.events}), eventsRequest("application/json", "["+sentEvent("click", 1)+"]"), true)
		wantStatus(t, response, body, test.status)
		wantText(t, body, "urn:vitrine:problem:"+text)
	}
}

func TestEventsThatWaitTakeNoPlaceFromSearches(t *testing.T) {
	log := fakeLog{inside: make(chan struct{}), release: make(chan struct{})}
	h := New(newFakeShop(t), Options{Events: log, MaxSearches: 1, MaxEvents: 1, MaxWaiting: 1, MaxWait: time.Millisecond})
	send := func() (*http.Response, string) {
		return ask(t, h, eventsRequest("application/json", "["+sentEvent("click", 1)+"]"))
	}
	var first sync.WaitGroup
	first.Go(func() { send() })
	<-log.inside
	response, body := get(t, h, "/api/v1/search?q=shoes")
	wantStatus(t, response, body, 200)
	response, body = ask(t, h, jsonRequest(`{"query":"shoes"}`))
	wantStatus(t, response, body, 200)
	response, body = send()
	wantStatus(t, response, body, 503)
	close(log.release)
	first.Wait()
}

// Many senders of one event each, as browsers are.
func BenchmarkAPIEvents(b *testing.B) {
	const senders = 32
	store, err := catalog.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	h := New(newFakeShop(b), Options{Events: store})
	var next atomic.Int64
	b.ResetTimer()
	var sending sync.WaitGroup
	for range senders {
		sending.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, eventsRequest("application/json", "["+sentEvent("click", int(i))+"]"))
				if w.Code != 200 {
					b.Errorf("status %d: %s", w.Code, w.Body)
					return
				}
			}
		})
	}
	sending.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
