package web

import (
	"testing"
)

func TestTheAdminHandlerAloneHasMetricsAndProfiles(t *testing.T) {
	shop, admin := NewApart(newFakeShop(t), Options{})
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap?debug=1", "/debug/pprof/goroutine?debug=1", "/debug/pprof/profile?seconds=1"} {
		response, body := get(t, shop, path)
		wantStatus(t, response, body, 404)
		response, body = ask(t, admin, by("here", "GET", path, ""))
		wantStatus(t, response, body, 200)
	}
	response, body := ask(t, admin, by("elsewhere", "GET", "/debug/pprof/", ""))
	wantStatus(t, response, body, 403)
	for _, path := range []string{"/", "/api/v1/search?q=shoes", "/api/v1/status"} {
		response, body := get(t, admin, path)
		wantStatus(t, response, body, 404)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		response, body := get(t, admin, path)
		wantStatus(t, response, body, 200)
		response, body = get(t, shop, path)
		wantStatus(t, response, body, 200)
	}
	get(t, shop, "/api/v1/search?q=shoes")
	_, metrics := get(t, admin, "/metrics")
	wantText(t, metrics, `vitrine_searches_total{mode="ranked"} 1`)

	whole := New(newFakeShop(t), Options{})
	response, body = get(t, whole, "/metrics")
	wantStatus(t, response, body, 200)
	response, body = get(t, whole, "/debug/pprof/")
	wantStatus(t, response, body, 404)
}
