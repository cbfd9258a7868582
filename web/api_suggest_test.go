package web

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/retrieval"
)

func TestAPISuggestGivesTheEnginesObjectWithPublicPhotos(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	response, body := get(t, h, "/api/v1/suggest?q=Shoe")
	wantStatus(t, response, body, 200)
	var found retrieval.Suggestions
	if err := json.Unmarshal([]byte(body), &found); err != nil {
		t.Fatal(err)
	}
	if found.Query != "Shoe" || found.Generation != "gen-000001" || len(found.Suggestions) != 4 {
		t.Fatalf("answer: %s", body)
	}
	last := found.Suggestions[3]
	if last.Photo == nil || last.Photo.Ref != "/images/"+last.ID+"/0" || last.Photo.Root != "" {
		t.Errorf("the photo is %+v", last.Photo)
	}
}

func TestAPISuggestSaysWhyNot(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	h := New(shop, Options{})
	ask := func(want int, text string) {
		t.Helper()
		response, body := d.ask(t, h, httptest.NewRequest("GET", "/api/v1/suggest?q=x", nil), true)
		wantStatus(t, response, body, want)
		wantText(t, body, text)
	}
	shop.err = retrieval.ErrBadQuery
	ask(400, "bad-query")
	shop.generation = ""
	ask(503, "not-ready")
	h = New(struct{ Searcher }{shop}, Options{})
	ask(404, "not-offered")
}

// slowSuggester keeps whoever asks it until it is released.
type slowSuggester struct {
	*fakeShop
	inside, release chan struct{}
}

func (s slowSuggester) Suggest(ctx context.Context, text string, limit int) (*retrieval.Suggestions, error) {
	s.inside <- struct{}{}
	<-s.release
	return s.fakeShop.Suggest(ctx, text, limit)
}

func TestSuggestionsThatWaitTakeNoPlaceFromSearches(t *testing.T) {
	shop := slowSuggester{newFakeShop(t), make(chan struct{}), make(chan struct{})}
	h := New(shop, Options{MaxSearches: 1, MaxWaiting: 1, MaxWait: time.Millisecond})
	var first sync.WaitGroup
	first.Go(func() { get(t, h, "/api/v1/suggest?q=x") })
	<-shop.inside
	response, body := get(t, h, "/api/v1/search?q=shoes")
	wantStatus(t, response, body, 200)
	response, body = get(t, h, "/api/v1/suggest?q=y")
	wantStatus(t, response, body, 503)
	close(shop.release)
	first.Wait()
}

func TestSuggestionsAreCountedLikeOtherRoutes(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	get(t, h, "/api/v1/suggest?q=secret")
	_, body := get(t, h, "/metrics")
	wantText(t, body, `vitrine_http_request_duration_seconds_count{code="200",route="/api/v1/suggest"} 1`)
	if strings.Contains(body, "secret") {
		t.Error("the metrics tell what was typed")
	}
}
