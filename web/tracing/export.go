package tracing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// Collector says where spans are sent.
type Collector struct {
	Endpoint string            // address of the traces, such as http://localhost:4318/v1/traces
	Headers  map[string]string // of each request
	Timeout  time.Duration     // longest time for a batch with its retries; 0 = 10 s
	Report   func(error)       // is told once when batches begin to be lost; nil = nobody is
}

// ToCollector returns an exporter that posts batches as OTLP in JSON. One that is not taken within the timeout is lost.
func ToCollector(c Collector) sdk.SpanExporter {
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	return &collector{Collector: c}
}

type collector struct {
	Collector
	losing bool // batches; the SDK exports one at a time
}

// ExportSpans implements the SDK's SpanExporter. It tells its own failures.
func (c *collector) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	body, err := encode(spans)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	_, err = backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, c.post(ctx, body) })
	if err != nil && !c.losing {
		c.Report(fmt.Errorf("traces are lost: %w", err))
	}
	c.losing = err != nil
	return nil
}

// post sends a batch once; an error that another try would not mend is permanent.
func (c *collector) post(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Endpoint, bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(err)
	}
	for name, value := range c.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20)) // so that the connection can be used again
	switch code := response.StatusCode; {
	case code < 300:
		return nil
	case code == http.StatusTooManyRequests || code == http.StatusBadGateway || code == http.StatusServiceUnavailable || code == http.StatusGatewayTimeout:
		return fmt.Errorf("the collector answers %s", response.Status)
	default:
		return backoff.Permanent(fmt.Errorf("the collector answers %s", response.Status))
	}
}

// Shutdown implements the SDK's SpanExporter.
func (c *collector) Shutdown(context.Context) error { return nil }

// ToWriter returns an exporter that writes each batch as a line of OTLP in JSON.
func ToWriter(w io.Writer) sdk.SpanExporter { return &writer{w: w} }

type writer struct {
	mu sync.Mutex
	w  io.Writer
}

// ExportSpans implements the SDK's SpanExporter.
func (w *writer) ExportSpans(_ context.Context, spans []sdk.ReadOnlySpan) error {
	line, err := encode(spans)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err = w.w.Write(append(line, '\n'))
	return err
}

// Shutdown implements the SDK's SpanExporter.
func (w *writer) Shutdown(context.Context) error { return nil }
