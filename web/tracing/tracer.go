package tracing

import (
	"context"
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"vitrine/retrieval"
)

// Tracer makes spans. Close it when nothing more comes.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// New returns a tracer that hands its spans to an exporter, in batches.
func New(to sdk.SpanExporter) *Tracer {
	// The environment names the service where it has a name; of a resource that is merged, the later attribute counts.
	named, err := resource.Merge(resource.NewSchemaless(attribute.String("service.name", "vitrine")), resource.Environment())
	if err != nil { // of schemas that differ; the attributes are merged all the same
		named = resource.NewSchemaless(attribute.String("service.name", "vitrine"))
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(to), sdk.WithResource(named))
	return &Tracer{provider, provider.Tracer("vitrine")}
}

// Close exports what waits.
func (t *Tracer) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// methods are those that a span tells; others are the asker's to choose.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch}

// Request begins the span of a request, below that which its traceparent names; end is called with the status of the answer.
func (t *Tracer) Request(r *http.Request, route, id string) (ctx context.Context, end func(status int)) {
	method := r.Method
	if !slices.Contains(methods, method) {
		method = "_OTHER"
	}
	ctx = propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := t.tracer.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", method), attribute.String("http.route", route), attribute.String("vitrine.request_id", id)))
	return ctx, func(status int) {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Search begins the span of a search; end is called with its answer, of which each stage becomes a span, or with its error.
func (t *Tracer) Search(ctx context.Context) (end func(*retrieval.Response, error)) {
	ctx, span := t.tracer.Start(ctx, "search")
	return func(response *retrieval.Response, err error) {
		defer span.End()
		switch {
		case err != nil:
			span.SetStatus(codes.Error, "")
		case span.IsRecording():
			span.SetAttributes(attribute.String("vitrine.search.mode", string(response.Mode)), attribute.Int("vitrine.search.total", response.Total),
				attribute.String("vitrine.generation", response.Generation))
			t.stages(ctx, response)
		}
	}
}

// stages makes a span of each stage of a search that has just ended.
func (t *Tracer) stages(ctx context.Context, response *retrieval.Response) {
	stages := response.Timings
	if len(stages) == 0 {
		return
	}
	whole := stages[len(stages)-1]
	began := time.Now().Add(-whole.Duration)
	for _, stage := range stages[:len(stages)-1] {
		start := began.Add(stage.Start)
		_, span := t.tracer.Start(ctx, stage.Stage, trace.WithTimestamp(start))
		for _, leg := range response.Legs {
			if leg.Leg == stage.Stage {
				span.SetAttributes(attribute.String("vitrine.leg.plan", leg.Plan), attribute.Int("vitrine.leg.found", leg.Found))
				if leg.Error != "" { // whose text may quote the query
					span.SetStatus(codes.Error, "")
				}
			}
		}
		span.End(trace.WithTimestamp(start.Add(stage.Duration)))
	}
}
