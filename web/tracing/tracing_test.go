package tracing

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"vitrine/retrieval"
)

// record traces a request with a search that is answered, one with a search that fails, and returns the exported spans by name.
func record(t *testing.T, to sdk.SpanExporter) {
	t.Helper()
	tracer := New(to)
	r := httptest.NewRequest("GET", "/api/v1/search?q=5ecr3t", nil)
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	ctx, end := tracer.Request(r, "/api/v1/search", "id-1234567")
	answered := tracer.Search(ctx)
	time.Sleep(3 * time.Millisecond)
	answered(&retrieval.Response{
		Query: "5ecr3t", Mode: retrieval.ModeRanked, Total: 7, Generation: "gen-000001",
		Legs: []retrieval.LegReport{{Leg: "keyword", Plan: "bm25", Found: 5}, {Leg: "text-text", Plan: "graph", Error: "no vector for 5ecr3t"}},
		Timings: []retrieval.Timing{
			{Stage: "keyword", Start: time.Millisecond, Duration: time.Millisecond}, {Stage: "text-text", Start: time.Millisecond, Duration: 0},
			{Stage: "rank", Start: 2 * time.Millisecond, Duration: 500 * time.Microsecond}, {Stage: "total", Duration: 3 * time.Millisecond},
		},
	}, nil)
	end(200)
	ctx, end = tracer.Request(httptest.NewRequest("5ECR3T", "/", nil), "/", "id-7654321")
	tracer.Search(ctx)(nil, errors.New("5ecr3t is broken"))
	end(500)
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func spansOf(t *testing.T, exported []byte) (exportRequest, map[string]spanMessage) {
	t.Helper()
	var request exportRequest
	decoder := json.NewDecoder(bytes.NewReader(exported))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		t.Fatalf("%v: %s", err, exported)
	}
	spans := map[string]spanMessage{}
	for _, span := range request.ResourceSpans[0].ScopeSpans[0].Spans {
		if _, again := spans[span.Name]; !again {
			spans[span.Name] = span
		}
	}
	return request, spans
}

func nanos(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEachStageIsASpanBelowItsSearchBelowItsRequest(t *testing.T) {
	var lines bytes.Buffer
	record(t, ToWriter(&lines))
	if strings.Contains(strings.ToLower(lines.String()), "5ecr3t") {
		t.Errorf("the spans hold what was searched for:\n%s", lines.String())
	}
	request, spans := spansOf(t, lines.Bytes())
	if service := request.ResourceSpans[0].Resource.Attributes; len(service) != 1 || service[0].Key != "service.name" || service[0].Value["stringValue"] != "vitrine" {
		t.Errorf("the service is %v", service)
	}
	root, search := spans["GET /api/v1/search"], spans["search"]
	if root.TraceID != "0af7651916cd43dd8448eb211c80319c" || root.ParentID != "b7ad6b7169203331" || root.Kind != 2 || root.Status != nil {
		t.Errorf("the request is %+v", root)
	}
	attributes := map[string]any{}
	for _, a := range root.Attributes {
		for _, value := range a.Value {
			attributes[a.Key] = value
		}
	}
	if attributes["http.route"] != "/api/v1/search" || attributes["http.response.status_code"] != "200" || attributes["vitrine.request_id"] != "id-1234567" {
		t.Errorf("its attributes are %v", attributes)
	}
	if search.ParentID != root.SpanID || search.TraceID != root.TraceID {
		t.Errorf("the search is %+v", search)
	}
	for _, name := range []string{"keyword", "text-text", "rank"} {
		stage := spans[name]
		if stage.ParentID != search.SpanID || stage.TraceID != root.TraceID || nanos(t, stage.Start) < nanos(t, search.Start) || nanos(t, stage.End) > nanos(t, search.End) {
			t.Errorf("%s is %+v in %+v", name, stage, search)
		}
	}
	if took := nanos(t, spans["rank"].End) - nanos(t, spans["rank"].Start); took != 500_000 {
		t.Errorf("rank took %d ns", took)
	}
	if after := nanos(t, spans["rank"].Start) - nanos(t, spans["keyword"].Start); after != 1_000_000 {
		t.Errorf("rank began %d ns after keyword", after)
	}
	if status := spans["text-text"].Status; status == nil || status.Code != statusError || spans["keyword"].Status != nil {
		t.Errorf("the statuses are %v, %v", status, spans["keyword"].Status)
	}
	if failed := spans["_OTHER /"]; failed.Status == nil || failed.ParentID != "" {
		t.Errorf("the failed request is %+v", failed)
	}
}

func TestBatchesAreSentAgainUntilTheCollectorTakesThem(t *testing.T) {
	var tries atomic.Int32
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("X-Key") != "k" {
			t.Errorf("%s with %v", r.URL, r.Header)
		}
		got, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	record(t, ToCollector(Collector{Endpoint: server.URL + "/v1/traces", Headers: map[string]string{"X-Key": "k"}, Report: func(err error) { t.Error(err) }}))
	if _, spans := spansOf(t, got); tries.Load() != 2 || len(spans) < 5 {
		t.Errorf("%d tries, %d spans", tries.Load(), len(spans))
	}
}

func TestACollectorThatRefusesIsReportedOnce(t *testing.T) {
	tries := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tries++
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer server.Close()
	var reports []error
	exporter := ToCollector(Collector{Endpoint: server.URL, Report: func(err error) { reports = append(reports, err) }})
	record(t, exporter)
	record(t, exporter)
	if tries != 2 || len(reports) != 1 || !strings.Contains(reports[0].Error(), "400") {
		t.Errorf("%d tries, reports %v", tries, reports)
	}
}
