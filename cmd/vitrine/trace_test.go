package main

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestServeSendsTheStagesOfASearchToACollector(t *testing.T) {
	got := make(chan string, 100)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.URL.Path + " " + string(body)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL+"/")
	ctx, interrupt := context.WithCancel(t.Context())
	var told output
	code := make(chan int, 1)
	dataDir := chairShop(t)
	go func() {
		code <- run(ctx, []string{"serve", "--data", dataDir, "--addr", "127.0.0.1:0", "--trace", "otlp"}, &told, &told)
	}()
	address := waitFor(t, &told, `serving gen-\d+ on (http://[^/]+)/`)
	if status, body := fetch(t, address+"/api/v1/search?q=chair+5ecr3t"); status != 200 {
		t.Errorf("a search gets %d: %s", status, body)
	}
	interrupt()
	if got := <-code; got != 0 && got != exitInterrupted {
		t.Errorf("serve ends with %d", got)
	}
	batch := <-got
	for _, want := range []string{`/v1/traces {"resourceSpans":`, `"name":"GET /api/v1/search"`, `"name":"search"`, `"name":"keyword"`, `"name":"embed text"`, `"name":"rank"`, `"stringValue":"gen-000001"`} {
		if !strings.Contains(batch, want) {
			t.Errorf("the traces lack %s:\n%s", want, batch)
		}
	}
	if strings.Contains(batch, "5ecr3t") {
		t.Errorf("the traces hold what was searched for:\n%s", batch)
	}
}

func TestTheEnvironmentOfOpenTelemetrySaysWhereTracesGo(t *testing.T) {
	for _, test := range []struct {
		set      map[string]string
		endpoint string
		fault    string
	}{
		{nil, "http://localhost:4318/v1/traces", ""},
		{map[string]string{"ENDPOINT": "https://otel.example:4318/base/"}, "https://otel.example:4318/base/v1/traces", ""},
		{map[string]string{"ENDPOINT": "http://a", "TRACES_ENDPOINT": "http://b/in"}, "http://b/in", ""},
		{map[string]string{"ENDPOINT": "localhost:4318"}, "", "OTEL_EXPORTER_OTLP_ENDPOINT="},
		{map[string]string{"HEADERS": "novalue"}, "", "OTEL_EXPORTER_OTLP_HEADERS"},
		{map[string]string{"TRACES_TIMEOUT": "soon"}, "", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"},
	} {
		for _, name := range []string{"ENDPOINT", "TRACES_ENDPOINT", "HEADERS", "TRACES_TIMEOUT"} {
			t.Setenv("OTEL_EXPORTER_OTLP_"+name, test.set[name])
		}
		c, err := collector()
		if test.fault == "" && (err != nil || c.Endpoint != test.endpoint) || test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)) {
			t.Errorf("%v: %q, %v", test.set, c.Endpoint, err)
		}
	}
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%2Cb, other = c ")
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2500")
	c, err := collector()
	if err != nil || !maps.Equal(c.Headers, map[string]string{"api-key": "a,b", "other": "c"}) || c.Timeout != 2500*time.Millisecond {
		t.Errorf("%+v, %v", c, err)
	}
}
