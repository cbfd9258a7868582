package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"vitrine/retrieval"
)

// logLines are the records of a log in JSON.
func logLines(t *testing.T, log string) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(log) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%q is no record: %v", line, err)
		}
		lines = append(lines, record)
	}
	return lines
}

func TestEachRequestIsALineWithRouteStatusTimeAndBytes(t *testing.T) {
	for level, options := range map[string]Options{
		"DEBUG": {}, "INFO": {LogRequests: true},
	} {
		var log bytes.Buffer
		options.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		h := New(newFakeShop(t), options)
		r := httptest.NewRequest("GET", "/product/shoes-red-0", nil)
		r.Header.Set("X-Request-Id", "proxy-1.abc_XYZ")
		response, body := ask(t, h, r)
		wantStatus(t, response, body, 200)
		lines := logLines(t, log.String())
		if len(lines) != 1 {
			t.Fatalf("%d lines:\n%s", len(lines), log.String())
		}
		line := lines[0]
		if took, ok := line["duration_ms"].(float64); !ok || took <= 0 {
			t.Errorf("it took %v", line["duration_ms"])
		}
		delete(line, "duration_ms")
		delete(line, "time")
		got, want := fmt.Sprint(line), fmt.Sprintf("map[bytes:%d id:proxy-1.abc_XYZ level:%s method:GET msg:request route:/product/{id} status:200]", len(body), level)
		if got != want {
			t.Errorf("the line is %s, want %s", got, want)
		}
	}
}

func TestRequestIDsAreTakenIfWellFormedAndElseMade(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	seen := map[string]bool{}
	for sent, taken := range map[string]bool{
		"01JABCDEFG": true, "a1b2c3d4-e5f6": true, strings.Repeat("a", 64): true,
		"": false, "short": false, strings.Repeat("a", 65): false, "has blanks in it": false, "forged\nlevel=ERROR": false, "-leading-dash": false, "<script>alert": false,
	} {
		for _, path := range []string{"/", "/api/v1/search?limit=-1", "/nothing", "/static/unknown.css"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header["X-Request-Id"] = []string{sent}
			response, body := ask(t, h, r)
			id := response.Header.Get("X-Request-Id")
			if taken && id != sent || !taken && (id == sent || !wellFormed.MatchString(id) || seen[id]) {
				t.Errorf("%s with %q is answered with %q", path, sent, id)
			}
			seen[id] = !taken
			if strings.HasPrefix(path, "/api/") && !strings.Contains(body, `"request_id":"`+id+`"`) {
				t.Errorf("the problem does not name the request %s: %s", id, body)
			}
		}
	}
}

// TestLogsHoldNothingOfTheAsker sends a secret in every field of requests, also to a shop whose errors quote it.
func TestLogsHoldNothingOfTheAsker(t *testing.T) {
	const secret = "5ecr3t-geheim"
	var log bytes.Buffer
	shop := newFakeShop(t)
	h := New(shop, Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), LogRequests: true})
	send := func() {
		for _, target := range []string{
			"GET /?q=SECRET&filter=brand%3DSECRET&client_id=SECRET&like=SECRET&SECRET=SECRET", "GET /api/v1/search?q=SECRET&client_id=SECRET&user_id=SECRET&cursor=SECRET&sort=SECRET",
			"GET /api/v1/search?q=two+SECRET+words", "GET /api/v1/search?q=say+%22SECRET%22", "GET /?q=%ffSECRET", "GET /?filter=%ff", "GET /product/SECRET", "GET /SECRET", "GET /SECRET/SECRET?SECRET", "GET /inspect?q=SECRET&id=SECRET", "GET /api/v1/explain?q=SECRET&product=SECRET",
			"GET /api/v1/suggest?q=SECRET", "GET /images/SECRET/0", "GET /photo/SECRET", "GET /static/SECRET", "DELETE /api/v1/visitors/SECRET", "DELETE /api/v1/products/SECRET",
			"PUT /api/v1/search?q=SECRET", `POST /api/v1/search {"query":"SECRET","client_id":"SECRET","user_id":"SECRET","filters":[{"field":"brand","values":["SECRET"]}]}`,
			`POST /api/v1/search {"query":"the SECRET one"}`, `POST /api/v1/search {"SECRET":`, `POST /api/v1/events {"client_id":"SECRET","action_name":"SECRET"}`, `POST /api/v1/products {"id":"SECRET"}`,
			"POST /photo SECRET", "POST /forget SECRET=SECRET", "POST /personal SECRET=SECRET",
		} {
			method, rest, _ := strings.Cut(strings.ReplaceAll(target, "SECRET", secret), " ")
			path, body, _ := strings.Cut(rest, " ")
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.RemoteAddr = "192.0.2.77:4711"
			for _, name := range []string{"Authorization", "Cookie", "User-Agent", "Referer", "X-Forwarded-For", "X-Api-Key", "Origin", "Accept-Language", "If-None-Match", "Range"} {
				r.Header.Set(name, "vitrine="+secret)
			}
			r.Header.Set("X-Request-Id", secret+" with blanks")
			ask(t, h, r)
		}
	}
	send()
	shop.before = func(q *retrieval.Query) {
		shop.err = fmt.Errorf("the leg broke at %q and %q for %s from 192.0.2.77:4711", q.Text, strings.ToUpper(q.Text), q.Shopper.Visitor)
	}
	send()
	shop.before = func(q *retrieval.Query) { panic("no room for " + q.Text) }
	send()
	text := log.String()
	for _, private := range []string{secret, strings.ToUpper(secret), "192.0.2.77"} {
		if i := strings.Index(text, private); i >= 0 {
			t.Errorf("the log holds %s: …%s", private, text[max(0, i-300):i+40])
		}
	}
	for _, want := range []string{"the leg broke at", "no room for", "route=/api/v1/explain", "status=500"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
}

func TestTheCauseOfAFailureIsLoggedWithTheRequestsID(t *testing.T) {
	var log bytes.Buffer
	shop := newFakeShop(t)
	shop.err = errors.New("disk I/O error")
	response, _ := get(t, New(shop, Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))}), "/api/v1/search?q=red")
	lines := logLines(t, log.String())
	if len(lines) != 1 || lines[0]["error"] != "disk I/O error" || lines[0]["id"] != response.Header.Get("X-Request-Id") || lines[0]["route"] != "/api/v1/search" {
		t.Errorf("log: %s", log.String())
	}
}
