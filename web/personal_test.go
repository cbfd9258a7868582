package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/retrieval"
)

func TestACardSaysWhichPartOfTheProfileMovedItMost(t *testing.T) {
	feature := func(name string, contribution float64) retrieval.FeatureEntry {
		return retrieval.FeatureEntry{Name: name, Value: 1, Contribution: contribution}
	}
	shoe := catalog.Product{Brand: "Kestrel", Category: []string{"Footwear", "Shoes"}, Colour: "red"}
	for name, test := range map[string]struct {
		product  catalog.Product
		features []retrieval.FeatureEntry
		want     string
	}{
		"the largest":           {shoe, []retrieval.FeatureEntry{feature("brand_affinity", 0.3), feature("colour_affinity", 0.2)}, "You looked at Kestrel lately"},
		"of the profile":        {shoe, []retrieval.FeatureEntry{feature("fused", 5), feature("category_affinity", 0.2)}, "You looked at footwear lately"},
		"colour":                {shoe, []retrieval.FeatureEntry{feature("colour_affinity", 0.2)}, "You looked at red things lately"},
		"too little":            {shoe, []retrieval.FeatureEntry{feature("brand_affinity", 0.1)}, ""},
		"unlike the profile":    {shoe, []retrieval.FeatureEntry{{Name: "brand_affinity", Value: -1, Contribution: 2}}, ""},
		"moved down":            {shoe, []retrieval.FeatureEntry{feature("brand_affinity", -2)}, ""},
		"without that property": {catalog.Product{}, []retrieval.FeatureEntry{feature("brand_affinity", 2), feature("seen_before", 0.5)}, "You looked at this before"},
		"nothing":               {shoe, nil, ""},
	} {
		hit := retrieval.Hit{Product: test.product, Ledger: &retrieval.Ledger{Features: test.features}}
		if got := personalReasons([]retrieval.Hit{hit}); got[0] != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestWhatMovesAllHitsAlikeIsNoReasonForOne(t *testing.T) {
	hits := make([]retrieval.Hit, 5)
	for i := range hits {
		hits[i].Product = catalog.Product{Brand: "Kestrel", Category: []string{"Footwear"}}
		hits[i].Ledger = &retrieval.Ledger{Features: []retrieval.FeatureEntry{{Name: "session_category", Value: 1, Contribution: 0.3}}}
	}
	hits[3].Ledger.Features = append(hits[3].Ledger.Features, retrieval.FeatureEntry{Name: "brand_affinity", Value: 1, Contribution: 0.2})
	want := []string{"", "", "", "You looked at Kestrel lately", ""}
	if got := personalReasons(hits); !slices.Equal(got, want) {
		t.Errorf("reasons %q, want %q", got, want)
	}
}

// knows gives the first hit a feature of the shopper's profile, as a ranker would that knows them.
func knows(shop *fakeShop, value float64) {
	var known bool
	shop.before = func(q *retrieval.Query) { known = q.Shopper.Visitor != "" }
	shop.change = func(r *retrieval.Response) {
		r.Ranker = &retrieval.RankerReport{Model: "m1", Schema: "s1"}
		if known && len(r.Hits) > 0 && r.Hits[0].Ledger != nil {
			l := r.Hits[0].Ledger
			l.Features = append(l.Features, retrieval.FeatureEntry{Name: "brand_affinity", Value: value, Weight: 1, Contribution: value})
			l.Score += value
		}
	}
}

func TestResultsSayThatTheyArePersonalisedAndHowToEndThat(t *testing.T) {
	shop, store := newFakeShop(t), openEvents(t)
	h := New(shop, Options{Events: store})
	visit := func(r *http.Request, cookies ...*http.Cookie) (*http.Response, string) {
		r.AddCookie(&http.Cookie{Name: visitorCookie, Value: strings.Repeat("A", 26)})
		for _, c := range cookies {
			r.AddCookie(c)
		}
		return ask(t, h, r)
	}
	search := func(cookies ...*http.Cookie) string {
		_, body := visit(httptest.NewRequest("GET", "/?q=shoes&sort=newest", nil), cookies...)
		return body
	}
	send := func(path, field string) (*http.Response, string) {
		r := httptest.NewRequest("POST", path, strings.NewReader(field))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return visit(r)
	}

	knows(shop, 0)
	if body := search(); strings.Contains(body, "ersonalised") || strings.Contains(body, "for-you") {
		t.Error("results are called personalised when nothing is known of the shopper")
	}
	knows(shop, 0.5)
	body := search()
	wantText(t, body, "Personalised for you", `href="/personal">why</a>`, "You looked at Avelo lately", `action="/personal?q=shoes&amp;sort=newest"`, `action="/forget"`)

	response, body := send("/personal?q=shoes&sort=newest&offset=x", "use=off")
	wantStatus(t, response, body, 303)
	if to := response.Header.Get("Location"); to != "/?q=shoes&sort=newest" {
		t.Errorf("it leads to %s", to)
	}
	off := cookieOf(response, personalCookie)
	if off == nil || off.Value != personalOff {
		t.Fatalf("the cookie is %+v", off)
	}
	body = search(off)
	wantText(t, body, "Not personalised", `value="on"`)
	if strings.Contains(body, "for-you") || !strings.Contains(body, "data-impression") {
		t.Error("what is switched off still moves results, or nothing is learnt any more")
	}
	response, body = send("/personal", "use=on&from=settings")
	wantStatus(t, response, body, 303)
	if cookie := cookieOf(response, personalCookie); cookie == nil || cookie.MaxAge >= 0 || response.Header.Get("Location") != "/personal" {
		t.Errorf("switched on, the cookie is %+v, and it leads to %s", cookie, response.Header.Get("Location"))
	}
	response, body = send("/personal", "use=perhaps")
	wantStatus(t, response, body, 400)
	response, body = send("/personal", "use="+url.QueryEscape(strings.Repeat("x", maxFieldBytes)))
	wantStatus(t, response, body, 400)
	response, body = visit(httptest.NewRequest("GET", "/personal", nil), off)
	wantStatus(t, response, body, 200)
	wantText(t, body, "same order as everybody", "Forget me")
}

func TestAVisitorIsForgotten(t *testing.T) {
	d, store := loadDescription(t), openEvents(t)
	h := New(newFakeShop(t), Options{Events: store})
	mine := &http.Cookie{Name: visitorCookie, Value: strings.Repeat("A", 26)}
	events := strings.ReplaceAll(sentEvent("click", 1)+"\n"+sentQuery(), "secretclient", mine.Value)
	ask(t, h, eventsRequest("application/x-ndjson", events+"\n"+sentEvent("view", 2)))

	r := httptest.NewRequest("POST", "/forget", nil)
	r.AddCookie(mine)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	response, body := ask(t, h, r)
	wantStatus(t, response, body, 403)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	response, body = ask(t, h, r)
	wantStatus(t, response, body, 200)
	wantText(t, body, "Deleted: 2 ")
	if cookie := cookieOf(response, visitorCookie); cookie == nil || cookie.MaxAge >= 0 {
		t.Errorf("the cookie is %+v", cookie)
	}
	response, body = ask(t, h, httptest.NewRequest("POST", "/forget", nil))
	wantStatus(t, response, body, 200)
	wantText(t, body, "Nothing was remembered.")

	response, body = d.ask(t, h, httptest.NewRequest("DELETE", "/api/v1/visitors/secretclient", nil), true)
	wantStatus(t, response, body, 200)
	wantText(t, body, `{"deleted":1}`)
	response, body = d.ask(t, h, httptest.NewRequest("DELETE", "/api/v1/visitors/"+strings.Repeat("x", 101), nil), false)
	wantStatus(t, response, body, 400)
	response, body = d.ask(t, New(newFakeShop(t), Options{}), httptest.NewRequest("DELETE", "/api/v1/visitors/c", nil), true)
	wantStatus(t, response, body, 404)
	response, body = get(t, New(newFakeShop(t), Options{}), "/personal")
	wantStatus(t, response, body, 404)
}
