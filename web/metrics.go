package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// metrics are what /metrics shows. Labels take their values from the program (routes, stages, legs),
// never from a request, so that their number is bounded and nobody's words are stored.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	stages   *prometheus.HistogramVec
	searches *prometheus.CounterVec
	degraded *prometheus.CounterVec
	events   *prometheus.CounterVec
	doubted  *prometheus.CounterVec
	recorded *prometheus.CounterVec
	changes  *prometheus.CounterVec
	refusals *prometheus.CounterVec
}

func newMetrics(s Searcher, opts Options) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "vitrine_http_request_duration_seconds", Help: "Time from a request's header to the end of its answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}, []string{"route", "code"}),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "vitrine_search_stage_duration_seconds", Help: "Wall time of each stage of a search.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 15),
		}, []string{"stage"}),
		searches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vitrine_searches_total", Help: "Searches answered, by mode.",
		}, []string{"mode"}),
		degraded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vitrine_search_legs_degraded_total", Help: "Legs that failed or ran out of time and were left out of a search.",
		}, []string{"leg"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vitrine_events_total", Help: "Behaviour events and queries received: stored, stored before, or rejected.",
		}, []string{"result"}),
		doubted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vitrine_events_doubted_total", Help: "Behaviour events received that do not count for learning, by the reason.",
		}, []string{"reason"}),
		recorded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vitrine_searches_recorded_total", Help: "Answers to known visitors: kept to learn from, or dropped because too many waited to be written.",
		}, []string{"result"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vitrine_product_changes_total", Help: "Products received by HTTP: added, changed, unchanged, deleted, or rejected.",
		}, []string{"result"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vitrine_http_refused_total", Help: "Requests that were refused before they were looked at, by the code of the problem: keys, rate limits, other sites.",
		}, []string{"reason"}),
	}
	m.registry.MustRegister(m.requests, m.stages, m.searches, m.degraded, m.events, m.doubted, m.recorded, m.changes, m.refusals, generationInfo{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if opts.Ranker != nil {
		m.registry.MustRegister(rankerHealth{opts.Ranker})
	}
	if opts.Shoppers != nil {
		m.registry.MustRegister(shopperHealth{opts.Shoppers})
	}
	if opts.Status != nil {
		m.registry.MustRegister(statusMetrics{opts.Status})
	}
	return m
}

// searched records one answered search.
func (m *metrics) searched(response *retrieval.Response) {
	m.searches.WithLabelValues(string(response.Mode)).Inc()
	for _, t := range response.Timings {
		m.stages.WithLabelValues(t.Stage).Observe(t.Duration.Seconds())
	}
	for _, leg := range response.Legs {
		if leg.Error != "" {
			m.degraded.WithLabelValues(leg.Leg).Inc()
		}
	}
}

// eventsRecorded counts a batch of events.
func (m *metrics) eventsRecorded(done catalog.Recorded, rejected int) {
	m.events.WithLabelValues("stored").Add(float64(done.Events + done.Queries))
	m.events.WithLabelValues("known").Add(float64(done.Known))
	m.events.WithLabelValues("rejected").Add(float64(rejected))
}

// eventDoubted counts an event by its Doubt, which is a text of this program.
func (m *metrics) eventDoubted(reason string) { m.doubted.WithLabelValues(reason).Inc() }

func (m *metrics) searchRecorded(kept bool) {
	result := "kept"
	if !kept {
		result = "dropped"
	}
	m.recorded.WithLabelValues(result).Inc()
}

// productsChanged counts what became of a batch of products.
func (m *metrics) productsChanged(done catalog.Applied, rejected int) {
	m.changes.WithLabelValues("added").Add(float64(done.Added))
	m.changes.WithLabelValues("changed").Add(float64(done.Changed))
	m.changes.WithLabelValues("unchanged").Add(float64(done.Unchanged))
	m.changes.WithLabelValues("rejected").Add(float64(rejected))
}

func (m *metrics) productDeleted() { m.changes.WithLabelValues("deleted").Inc() }

// refused counts a request by the code of the problem, which is a text of this program.
func (m *metrics) refused(code string) { m.refusals.WithLabelValues(code).Inc() }

func (m *metrics) requested(route string, code int, elapsed time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(code)).Observe(elapsed.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// generationInfo asks for the open generation at every scrape, since it changes under a running server.
type generationInfo struct{ searcher Searcher }

var generationDesc = prometheus.NewDesc("vitrine_generation_info", "The index generation that is being searched; always 1.", []string{"generation"}, nil)

func (g generationInfo) Describe(into chan<- *prometheus.Desc) { into <- generationDesc }

func (g generationInfo) Collect(into chan<- prometheus.Metric) {
	if name := g.searcher.Generation(); name != "" {
		into <- prometheus.MustNewConstMetric(generationDesc, prometheus.GaugeValue, 1, name)
	}
}
