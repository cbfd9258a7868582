package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"vitrine/web/tracing"
)

// traceGrace is how long a server waits at its end for the last traces to be taken.
const traceGrace = 5 * time.Second

// tracer returns what the traces of a server go to; nil = nothing.
func (w *watching) tracer(t *terminal) (*tracing.Tracer, error) {
	switch w.Trace {
	case "stdout":
		return tracing.New(tracing.ToWriter(t.out)), nil
	case "otlp":
		to, err := collector()
		if err != nil {
			return nil, err
		}
		to.Report = func(err error) { t.notef("vitrine: %v", err) }
		t.notef("traces go to %s", to.Endpoint)
		return tracing.New(tracing.ToCollector(to)), nil
	}
	return nil, nil
}

// collector reads the environment of OpenTelemetry's exporters (opentelemetry.io/docs/specs/otel/protocol/exporter): the
// variable of traces, else that of all signals.
func collector() (c tracing.Collector, err error) {
	read := func(name string) (value, from string) {
		from = "OTEL_EXPORTER_OTLP_TRACES_" + name
		if os.Getenv(from) == "" {
			from = "OTEL_EXPORTER_OTLP_" + name
		}
		return os.Getenv(from), from
	}
	endpoint, from := read("ENDPOINT")
	c.Endpoint = endpoint
	if !strings.Contains(from, "TRACES") {
		c.Endpoint = strings.TrimSuffix(cmp.Or(endpoint, "http://localhost:4318"), "/") + "/v1/traces"
	}
	if at, err := url.Parse(c.Endpoint); err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return c, fmt.Errorf("%s=%q is no address: write http://HOST:4318", from, endpoint)
	}
	headers, from := read("HEADERS")
	c.Headers = map[string]string{}
	for pair := range strings.SplitSeq(headers, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		plain, err := url.PathUnescape(value)
		switch {
		case name == "" && !ok:
		case !ok || err != nil:
			return c, fmt.Errorf("%s: write name=value, several with commas between them, and %%2C for a comma in a value", from)
		default:
			c.Headers[strings.TrimSpace(name)] = strings.TrimSpace(plain)
		}
	}
	if timeout, from := read("TIMEOUT"); timeout != "" {
		ms, err := strconv.Atoi(timeout)
		if err != nil || ms <= 0 {
			return c, fmt.Errorf("%s=%q is no number of milliseconds", from, timeout)
		}
		c.Timeout = time.Duration(ms) * time.Millisecond
	}
	return c, nil
}

// closeTracer has the last traces taken. Those that are lost were reported, and are no failure of the server.
func closeTracer(ctx context.Context, tracer *tracing.Tracer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), traceGrace)
	defer cancel()
	_ = tracer.Close(ctx)
}
