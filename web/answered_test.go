package web

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// fakeSearches is a SearchLog with room for a number of answers.
type fakeSearches struct {
	mu      sync.Mutex
	room    int
	queries []catalog.ShopperQuery
	served  []catalog.Served
}

func (f *fakeSearches) RecordSearch(q catalog.ShopperQuery, served catalog.Served) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queries) == f.room {
		return false
	}
	f.queries, f.served = append(f.queries, q), append(f.served, served)
	return true
}

// last is the answer that was recorded last.
func (f *fakeSearches) last(t *testing.T) (catalog.ShopperQuery, catalog.Served) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queries) == 0 {
		t.Fatal("nothing is recorded")
	}
	return f.queries[len(f.queries)-1], f.served[len(f.served)-1]
}

func (f *fakeSearches) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queries)
}

// sentResults is what the API says of a list.
type sentResults struct {
	QueryID string    `json:"query_id"`
	Total   int       `json:"total"`
	Hits    []hitBody `json:"hits"`
}

func sent(t *testing.T, body string) sentResults {
	t.Helper()
	var r sentResults
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// ranked gives every hit what a ranker saw of it, but those beyond its depth.
func ranked(depth int) func(*retrieval.Response) {
	return func(r *retrieval.Response) {
		r.Ranker = &retrieval.RankerReport{Model: "m1", Schema: "s1"}
		for i := range r.Hits {
			if r.Hits[i].Fused = 0.5; r.Hits[i].Rank <= depth {
				r.Hits[i].Features = []float64{float64(r.Hits[i].Rank), 0.25}
			}
		}
	}
}

func TestEveryListHasAnIDAndTokensForWhoAskedByName(t *testing.T) {
	d, shop, searches := loadDescription(t), newFakeShop(t), &fakeSearches{room: 100}
	h := New(shop, Options{TokenKey: testKey, Searches: searches})
	shop.change = ranked(100)
	photo := string(photoOf(t, colours["green"]))
	ids := map[string]bool{}
	for name, make := range map[string]func(client string) *http.Request{
		"address": func(c string) *http.Request {
			return httptest.NewRequest("GET", "/api/v1/search?q=shoes&limit=5&client_id="+c, nil)
		},
		"page 2": func(c string) *http.Request {
			return httptest.NewRequest("GET", "/api/v1/search?q=shoes&limit=5&offset=5&client_id="+c, nil)
		},
		"list": func(c string) *http.Request {
			return httptest.NewRequest("GET", "/api/v1/search?limit=5&client_id="+c, nil)
		},
		"like": func(c string) *http.Request {
			return httptest.NewRequest("GET", "/api/v1/search?like=shoes-red-1&limit=5&client_id="+c, nil)
		},
		"JSON": func(c string) *http.Request {
			return jsonRequest(`{"query":"shoes","limit":5,"client_id":"` + c + `"}`)
		},
		"photo": func(c string) *http.Request {
			return form(t, "/api/v1/search", [2]string{"limit", "5"}, [2]string{"client_id", c}, [2]string{"photo", photo})
		},
		"similar": func(c string) *http.Request {
			return httptest.NewRequest("GET", "/api/v1/products/shoes-red-0/similar?limit=5&client_id="+c, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := searches.count()
			response, body := d.ask(t, h, make(""), name != "photo") // whose values are all text for the validator
			wantStatus(t, response, body, 200)
			nameless := sent(t, body)
			if nameless.QueryID == "" || len(nameless.Hits) == 0 || strings.Contains(body, `"impression"`) || searches.count() != before {
				t.Errorf("to nobody it says %s", body)
			}
			response, body = d.ask(t, h, make("c1"), name != "photo")
			wantStatus(t, response, body, 200)
			r := sent(t, body)
			q, served := searches.last(t)
			if searches.count() != before+1 || q.ID != r.QueryID || q.ClientID != "c1" || served.QueryID != r.QueryID || len(served.Rows) != len(r.Hits) {
				t.Errorf("recorded %+v and %+v", q, served)
			}
			for i, hit := range r.Hits {
				shown := impression{r.QueryID, "c1", hit.Product.ID, hit.Rank}
				if err := testKey.check(hit.Impression, shown, time.Now()); err != nil {
					t.Errorf("hit %d: %v", i, err)
				}
				if row := served.Rows[i]; row.Product != hit.Product.ID || row.Position != hit.Rank || q.HitIDs[i] != hit.Product.ID {
					t.Errorf("hit %d is recorded as %+v", i, row)
				}
			}
			for _, id := range []string{nameless.QueryID, r.QueryID} {
				if ids[id] || !randomID.MatchString(id) {
					t.Errorf("the id %q is not new", id)
				}
				ids[id] = true
			}
		})
	}
}

func TestWhatIsRecordedOfASearch(t *testing.T) {
	shop, searches := newFakeShop(t), &fakeSearches{room: 2}
	h := New(shop, Options{Searches: searches})
	shop.change = ranked(12)
	_, body := get(t, h, "/api/v1/search?q=shoes&filter=brand%3DAvelo%7CBrisk%7CCorvo%7CDelmar&limit=6&offset=10&client_id=c1&device=mobile&unlike=lamps-red-1")
	r := sent(t, body)
	q, served := searches.last(t)
	want := map[string]string{
		"kind": `"search"`, "mode": `"ranked"`, "filters": `["brand=Avelo|Brisk|Corvo|Delmar"]`, "offset": `10`,
		"device": `"mobile"`, "unlike": `["lamps-red-1"]`, "model": `"m1"`,
	}
	got := map[string]string{}
	for name, value := range q.Attributes {
		got[name] = string(value)
	}
	if q.UserQuery != "shoes" || len(q.HitIDs) != 6 || !reflect.DeepEqual(got, want) {
		t.Errorf("recorded %+v, attributes %v", q, got)
	}
	// Of the products beyond the ranker's depth there is nothing to learn from.
	if len(served.Rows) != 2 || served.Rows[1].Position != 12 || !slices.Equal(served.Rows[1].Features, []float32{12, 0.25}) || served.Rows[1].Fused != 0.5 ||
		served.Rows[1].Score != r.Hits[1].Score || served.Model != "m1" || served.Schema != "s1" || served.ClientID != "c1" {
		t.Errorf("served %+v", served)
	}
	if err := q.Validate(catalog.EventLimits{Now: time.Now()}); err != nil {
		t.Error(err)
	}
	if err := served.Validate(); err != nil {
		t.Error(err)
	}
	for range 2 {
		get(t, h, "/api/v1/search?q=nothing+like+it&client_id=c1")
	}
	if q, served := searches.last(t); len(q.HitIDs)+len(served.Rows) != 0 || q.UserQuery != "nothing like it" {
		t.Errorf("of nothing found it records %+v, %+v", q, served)
	}
	_, metrics := get(t, h, "/metrics")
	wantText(t, metrics, `vitrine_searches_recorded_total{result="kept"} 2`, `vitrine_searches_recorded_total{result="dropped"} 1`)
}

// eventOf is an event of a hit as a page sends it.
func eventOf(action, client, query string, hit hitBody, token string) string {
	return fmt.Sprintf(`{"event_id":%q,"action_name":%q,"timestamp":%q,"client_id":%q,"query_id":%q,"doubt":"made up","event_attributes":{"object":{"object_id":%q},"position":{"ordinal":%d},"impression":%q}}`,
		rand.Text(), action, time.Now().UTC().Format(time.RFC3339Nano), client, query, hit.Product.ID, hit.Rank, token)
}

func TestEventsWithoutAValidTokenAreStoredAndDoubted(t *testing.T) {
	shop, store := newFakeShop(t), openEvents(t)
	h := New(shop, Options{Events: store, TokenKey: testKey})
	_, body := get(t, h, "/api/v1/search?q=shoes&client_id=c1")
	r := sent(t, body)
	first, second := r.Hits[0], r.Hits[1]
	moved := first
	moved.Rank = 7
	expired := testKey.sign(impression{r.QueryID, "c1", first.Product.ID, first.Rank}, time.Now().Add(-tokenLifetime))
	outside := strings.Replace(eventOf("view", "c1", "", first, ""), `"query_id":"",`, "", 1)
	lines := []string{
		eventOf("impression", "c1", r.QueryID, first, first.Impression),
		eventOf("purchase", "c1", r.QueryID, second, second.Impression),
		outside,
		eventOf("hover", "c1", r.QueryID, first, ""),
		eventOf("impression", "c1", r.QueryID, second, ""),
		eventOf("click", "c1", r.QueryID, first, "made up"),
		strings.Replace(eventOf("click", "c1", r.QueryID, first, "X"), `"X"`, `7`, 1),
		eventOf("click", "c1", r.QueryID, first, expired),
		eventOf("click", "c1", r.QueryID, second, first.Impression),
		eventOf("click", "c1", "another", first, first.Impression),
		eventOf("add_to_cart", "c2", r.QueryID, first, first.Impression),
		eventOf("impression", "c1", r.QueryID, moved, first.Impression),
	}
	want := []string{"", "", "", "", "no impression token", "forged token", "forged token", "expired token", "token of another product", "token of another query", "token of another client", "token of another position"}
	response, body := ask(t, h, eventsRequest("application/x-ndjson", strings.Join(lines, "\n")))
	wantStatus(t, response, body, 200)
	var doubts []string
	for e, err := range store.Events(t.Context(), time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Attributes.More) > 0 {
			t.Errorf("the token is kept: %v", e.Attributes.More)
		}
		doubts = append(doubts, e.Doubt)
	}
	slices.Sort(doubts)
	slices.Sort(want)
	if !slices.Equal(doubts, want) {
		t.Errorf("doubts %q, want %q, answered %s", doubts, want, body)
	}
	_, metrics := get(t, h, "/metrics")
	wantText(t, metrics, `vitrine_events_doubted_total{reason="forged token"} 2`, `vitrine_events_doubted_total{reason="no impression token"} 1`)

	trusted := openEvents(t)
	ask(t, New(shop, Options{Events: trusted, TrustEvents: true}), eventsRequest("application/x-ndjson", strings.Join(lines, "\n")))
	if stats, err := trusted.EventStats(t.Context()); err != nil || stats.Events != len(lines) || len(stats.Doubted) > 0 {
		t.Errorf("of a trusted sender %+v, %v", stats, err)
	}
}

// Who could say what was asked for under an id of this server could have a click on one thing count for another.
func TestQueriesThatTheServerAnsweredAreNotTakenFromOthers(t *testing.T) {
	store := openEvents(t)
	h := New(newFakeShop(t), Options{Events: store, Searches: &fakeSearches{room: 9}})
	_, body := get(t, h, "/api/v1/search?q=shoes&client_id=c1")
	lie := strings.ReplaceAll(sentQuery(), `"q1"`, `"`+sent(t, body).QueryID+`"`)
	response, body := ask(t, h, eventsRequest("application/x-ndjson", lie+"\n"+sentQuery()))
	wantStatus(t, response, body, 200)
	wantText(t, body, `"queries":1`, `"known":1`)
	for q, err := range store.Queries(t.Context(), time.Time{}) {
		if err != nil || q.ID != "q1" {
			t.Errorf("stored %+v, %v", q, err)
		}
	}
}

func TestEventsOfAPageAreOfTheVisitorInItsCookie(t *testing.T) {
	store := openEvents(t)
	h := New(newFakeShop(t), Options{Events: store})
	nameless := strings.Replace(sentEvent("click", 1), `"client_id":"secretclient",`, "", 1)
	for header, want := range map[string]string{"X": `"events":1`, "Sec-GPC": "client_id is missing"} {
		r := eventsRequest("application/json", "["+nameless+"]")
		r.AddCookie(&http.Cookie{Name: visitorCookie, Value: strings.Repeat("A", 26)})
		r.Header.Set(header, "1")
		_, body := ask(t, h, r)
		wantText(t, body, want)
	}
	if n, err := store.ForgetClient(t.Context(), strings.Repeat("A", 26)); n != 1 || err != nil {
		t.Errorf("%d events are of the visitor, %v", n, err)
	}
}
