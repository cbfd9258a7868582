package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/retrieval"
)

func TestGateLetsSoManyInAndSoManyWait(t *testing.T) {
	g := newGate(1, 1, time.Hour)
	leave, err := g.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error)
	go func() {
		leave, err := g.enter(context.Background())
		if err == nil {
			defer leave()
		}
		waiting <- err
	}()
	for g.taken.Load() < 2 { // until the second one waits
		time.Sleep(time.Millisecond)
	}
	if _, err := g.enter(t.Context()); !errors.Is(err, errBusy) {
		t.Errorf("the third one gets %v, want errBusy", err)
	}
	leave()
	if err := <-waiting; err != nil {
		t.Errorf("the second one gets %v", err)
	}
	for g.taken.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestGateGivesUpWaitingWithItsVisitorOrAfterItsTime(t *testing.T) {
	g := newGate(1, 5, time.Millisecond)
	leave, err := g.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	if _, err := g.enter(t.Context()); !errors.Is(err, errBusy) {
		t.Errorf("after the time it says %v", err)
	}
	g.maxWait = time.Hour
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("for a visitor who left it says %v", err)
	}
	if n := g.taken.Load(); n != 1 {
		t.Errorf("%d places are taken, want 1", n)
	}
}

func TestTooManySearchesAreToldToComeBack(t *testing.T) {
	shop := newFakeShop(t)
	inside, release := make(chan struct{}), make(chan struct{})
	shop.before = func(*retrieval.Query) { inside <- struct{}{}; <-release }
	h := New(shop, Options{MaxSearches: 1, MaxWaiting: 1, MaxWait: time.Millisecond})
	var first sync.WaitGroup
	first.Go(func() { get(t, h, "/api/v1/search?q=x") })
	<-inside
	for _, target := range []string{"/api/v1/search?q=y", "/?q=y"} {
		response, body := get(t, h, target)
		wantStatus(t, response, body, 503)
		if response.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: no Retry-After", target)
		}
	}
	close(release)
	first.Wait()
}

func TestASearchThatTakesTooLongEnds(t *testing.T) {
	shop := newFakeShop(t)
	shop.before = func(*retrieval.Query) { time.Sleep(5 * time.Millisecond) }
	response, body := get(t, New(shop, Options{Timeout: time.Millisecond}), "/api/v1/search?q=x")
	wantStatus(t, response, body, 504)
}

func TestAPanicIsOneFailedRequest(t *testing.T) {
	shop := newFakeShop(t)
	shop.before = func(*retrieval.Query) { panic("out of tea") }
	var log bytes.Buffer
	h := New(shop, Options{Logger: slog.New(slog.NewTextHandler(&log, nil)), MaxSearches: 1, MaxWaiting: 1})
	for range 3 { // the gate lets others in afterwards
		response, body := get(t, h, "/api/v1/search?q=x")
		wantStatus(t, response, body, 500)
		if strings.Contains(body, "tea") || response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("it is answered with %s", body)
		}
	}
	if !strings.Contains(log.String(), "out of tea") {
		t.Error("the cause is not logged")
	}
}

func TestWordsAreNeitherLoggedNorCounted(t *testing.T) {
	shop := newFakeShop(t)
	var log bytes.Buffer
	h := New(shop, Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	get(t, h, "/?q=secretword&filter=brand%3Dsecretword")
	get(t, h, "/api/v1/search?q=secretword&mode=secretword")
	get(t, h, "/product/secretword")
	get(t, h, "/secretword")
	shop.err = errors.New("broken")
	get(t, h, "/?q=secretword")
	_, metrics := get(t, h, "/metrics")
	for name, text := range map[string]string{"log": log.String(), "metrics": metrics} {
		if strings.Contains(text, "secretword") {
			t.Errorf("the %s holds what was searched for:\n%s", name, text)
		}
	}
	if !strings.Contains(log.String(), "route=/product/{id} status=404") || !strings.Contains(log.String(), "broken") {
		t.Errorf("log:\n%s", log.String())
	}
}

func TestMetricsTellRoutesStagesLegsAndGeneration(t *testing.T) {
	shop := newFakeShop(t)
	shop.change = func(r *retrieval.Response) {
		r.Legs = append(r.Legs, retrieval.LegReport{Leg: retrieval.LegTextText, Error: "late"})
	}
	h := New(shop, Options{})
	get(t, h, "/api/v1/search?q=shoes")
	get(t, h, "/nothing")
	_, body := get(t, h, "/metrics")
	wantText(t, body,
		`vitrine_http_request_duration_seconds_count{code="200",route="/api/v1/search"} 1`, `vitrine_http_request_duration_seconds_count{code="404",route="/"} 1`,
		`vitrine_search_stage_duration_seconds_count{stage="fuse"} 1`, `vitrine_search_legs_degraded_total{leg="text-text"} 1`,
		`vitrine_searches_total{mode="ranked"} 1`, `vitrine_generation_info{generation="gen-000001"} 1`)
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	r := form(t, "/photo", [2]string{"photo", string(photoOf(t, colours["red"]))})
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	response, body := ask(t, h, r)
	wantStatus(t, response, body, 403)
}

func TestOnlyNamesOfThisMachineAreServedOnLoopback(t *testing.T) {
	h := onlyHosts(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {}), []string{"shop.example"})
	for host, status := range map[string]int{
		"localhost": 200, "LOCALHOST:8080": 200, "localhost.": 200, "127.0.0.1:80": 200, "127.9.9.9": 200, "[::1]:8080": 200, "[::1]": 200, "shop.localhost": 200,
		"Shop.Example:80": 200, "[::ffff:127.0.0.1]:80": 200,
		"evil.example": 421, "evil.example:8080": 421, "localhost.evil.example": 421, "192.168.0.1": 421, "": 421, "notlocalhost": 421, "127.0.0.1.evil.example": 421,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		response, body := ask(t, h, r)
		if response.StatusCode != status {
			t.Errorf("host %q: %d, want %d %s", host, response.StatusCode, status, body)
		}
	}
}
