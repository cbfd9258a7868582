package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestPagesOfNamedOriginsMaySearchAndNotChangeAnything(t *testing.T) {
	h := guardedShop(t, Options{Keys: keysOfAllKinds(), CORS: []string{"https://shop.example"}})
	for _, rt := range newSite(newFakeShop(t), Options{}.WithDefaults()).routes() {
		rule := accessTable[rt.method+" "+rt.path]
		target := pathValue.ReplaceAllString(strings.TrimSuffix(rt.path, "{$}"), "x")
		for origin, named := range map[string]bool{"https://shop.example": true, "https://evil.example": false, "http://shop.example": false, "null": false} {
			may := named && rule.cross
			preflight := by("elsewhere", "OPTIONS", target, "")
			preflight.Header.Set("Origin", origin)
			preflight.Header.Set("Access-Control-Request-Method", rt.method)
			preflight.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
			response, _ := ask(t, h, preflight)
			if allowed := response.Header.Get("Access-Control-Allow-Origin") == origin; allowed != may {
				t.Errorf("%s %s: a page of %s is told that it may: %v", rt.method, rt.path, origin, allowed)
			}
			r := by("elsewhere Bearer index", rt.method, target, "")
			r.Header.Set("Origin", origin)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			response, body := ask(t, h, r)
			if readable := response.Header.Get("Access-Control-Allow-Origin") != ""; readable != may {
				t.Errorf("%s %s: a page of %s can read the answer: %v", rt.method, rt.path, origin, readable)
			}
			if refused := strings.Contains(body, "problem:origin") || strings.Contains(body, "page of another site"); refused != (!may && rt.method != http.MethodGet) {
				t.Errorf("%s %s: a page of %s is refused: %v\n%s", rt.method, rt.path, origin, refused, body)
			}
			for name := range response.Header {
				if name == "Access-Control-Allow-Credentials" {
					t.Errorf("%s %s: cookies may be sent from %s", rt.method, rt.path, origin)
				}
			}
		}
	}
}

func TestTheRefusalOfANamedOriginCanBeRead(t *testing.T) {
	h := guardedShop(t, Options{Keys: keysOfAllKinds(), Private: true, CORS: []string{"https://shop.example"}})
	r := by("elsewhere", "GET", "/api/v1/search?q=shoes", "")
	r.Header.Set("Origin", "https://shop.example")
	response, body := ask(t, h, r)
	wantStatus(t, response, body, 401)
	if got := response.Header.Get("Access-Control-Allow-Origin"); got != "https://shop.example" {
		t.Errorf("the page cannot read why: %q", got)
	}
}

func TestWithoutNamedOriginsNoneIsAnswered(t *testing.T) {
	h := guardedShop(t, Options{})
	for _, method := range []string{"GET", "OPTIONS"} {
		r := by("elsewhere", method, "/api/v1/search?q=shoes", "")
		r.Header.Set("Origin", "https://shop.example")
		r.Header.Set("Access-Control-Request-Method", "GET")
		response, _ := ask(t, h, r)
		for name := range response.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s is answered with %s", method, name)
			}
		}
	}
}
