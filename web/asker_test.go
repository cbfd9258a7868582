package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

func TestWhoAsksIsNamedAsInEvents(t *testing.T) {
	for _, id := range []string{"", "b52e", strings.Repeat("é", maxAskerID), strings.Repeat("x", maxAskerID+1), "line\nend", "\xff", "张"} {
		e := catalog.Event{Action: "hover", ClientID: "c", UserID: id, Time: time.Now()}
		eventErr := e.Validate(catalog.EventLimits{Now: time.Now()})
		if id == "\xff" { // what ParseEvents refuses earlier
			eventErr = catalog.ErrInvalidEvent
		}
		if _, err := newAsker(id, "", ""); (err == nil) != (eventErr == nil) {
			t.Errorf("client_id %q: %v, of an event %v", id, err, eventErr)
		}
		if _, err := newAsker("", id, ""); (err == nil) != (eventErr == nil) {
			t.Errorf("user_id %q: %v, of an event %v", id, err, eventErr)
		}
	}
	if a, err := newAsker("c", "u", "tablet"); err != nil || a.shopper() != (retrieval.Shopper{Visitor: "c", User: "u", Device: retrieval.DeviceTablet}) {
		t.Errorf("got %+v, %v", a, err)
	}
	if _, err := newAsker("", "", "fridge"); err == nil || !strings.Contains(err.Error(), "use desktop, mobile or tablet") {
		t.Errorf("a fridge: %v", err)
	}
}

func TestDevicesAreGuessed(t *testing.T) {
	for _, test := range []struct {
		agent, hint string
		want        retrieval.Device
	}{
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "?0", retrieval.DeviceDesktop},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "", retrieval.DeviceDesktop},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1", "", retrieval.DeviceMobile},
		{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "?1", retrieval.DeviceMobile},
		{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "?0", retrieval.DeviceTablet},
		{"Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1", "", retrieval.DeviceTablet},
		{"curl/8.5.0", "", ""},
	} {
		h := http.Header{"User-Agent": {test.agent}}
		if test.hint != "" {
			h.Set("Sec-CH-UA-Mobile", test.hint)
		}
		if got := deviceOf(h); got != test.want {
			t.Errorf("%s is %q, want %q", test.agent, got, test.want)
		}
	}
}

// cookieOf is a cookie that the answer sets, nil when it does not.
func cookieOf(response *http.Response, name string) *http.Cookie {
	for _, cookie := range response.Cookies() {
		if cookie.Name == name {
			return cookie
		}
	}
	return nil
}

func TestVisitorsAreRememberedByACookieUnlessTheyOrTheShopSayNo(t *testing.T) {
	shop := newFakeShop(t)
	var asked retrieval.Query
	shop.before = func(q *retrieval.Query) { asked = *q }
	events := openEvents(t)
	visit := func(opts Options, change func(r *http.Request)) (*http.Response, string) {
		r := httptest.NewRequest("GET", "/?q=shoes", nil)
		change(r)
		return ask(t, New(shop, opts), r)
	}
	response, body := visit(Options{Events: events}, func(*http.Request) {})
	first := cookieOf(response, visitorCookie)
	if first == nil || !first.HttpOnly || first.Secure || first.SameSite != http.SameSiteLaxMode || first.Path != "/" || first.MaxAge != int(cookieAge.Seconds()) {
		t.Fatalf("the cookie is %+v", first)
	}
	if asked.Shopper.Visitor != first.Value || !asked.Explain || strings.Contains(body, first.Value) {
		t.Errorf("the engine was asked for %+v, explain %v", asked.Shopper, asked.Explain)
	}
	response, _ = visit(Options{Events: events}, func(r *http.Request) { r.AddCookie(first) })
	if again := cookieOf(response, visitorCookie); again != nil || asked.Shopper.Visitor != first.Value {
		t.Errorf("the second time it is %+v, and %q", again, asked.Shopper.Visitor)
	}
	response, _ = visit(Options{Events: events}, func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") })
	if cookie := cookieOf(response, visitorCookie); cookie == nil || !cookie.Secure || cookie.Value == first.Value {
		t.Errorf("over https it is %+v", cookie)
	}
	response, _ = visit(Options{Events: events}, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: visitorCookie, Value: "chosen"}) })
	if cookie := cookieOf(response, visitorCookie); cookie == nil || asked.Shopper.Visitor == "chosen" {
		t.Errorf("an id that is not ours is taken")
	}
	visit(Options{Events: events}, func(r *http.Request) {
		r.AddCookie(first)
		r.AddCookie(&http.Cookie{Name: personalCookie, Value: personalOff})
		r.Header.Set("User-Agent", "Mobile")
	})
	if asked.Shopper != (retrieval.Shopper{Device: retrieval.DeviceMobile}) || asked.Explain {
		t.Errorf("with personalisation off the engine was asked for %+v", asked.Shopper)
	}

	for name, test := range map[string]struct {
		opts   Options
		header string
	}{"the shop asks first": {Options{Events: events, Anonymous: true}, "X"}, "Global Privacy Control": {Options{Events: events}, "Sec-GPC"}, "Do Not Track": {Options{Events: events}, "DNT"}} {
		var views []string
		for range 2 {
			response, body := visit(test.opts, func(r *http.Request) {
				r.AddCookie(first)
				r.Header.Set(test.header, "1")
			})
			if len(response.Cookies()) > 0 || !strings.Contains(body, `<body data-client="`+asked.Shopper.Visitor+`">`) {
				t.Errorf("%s: cookies %v", name, response.Cookies())
			}
			views = append(views, asked.Shopper.Visitor)
		}
		if views[0] == views[1] || views[0] == first.Value || views[0] == "" {
			t.Errorf("%s: the views are those of %q", name, views)
		}
	}

	response, body = visit(Options{}, func(*http.Request) {})
	if len(response.Cookies()) > 0 || asked.Shopper.Visitor != "" || strings.Contains(body, "events.") || strings.Contains(body, "data-impression") {
		t.Error("a shop that takes no events remembers visitors")
	}
}
