// Package tracing tells OpenTelemetry of requests and of the stages of their searches.
//
// Spans are made and batched by OpenTelemetry's SDK, which reads its own environment (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER
// and so on), and sent as OTLP in JSON: by HTTP to a collector, or as lines to a writer. They hold routes, modes, plans and
// counts, and not a word of an asker.
//
// Main types and functions:
//
//   - [Tracer]: what package web asks for; [New] makes one for an exporter. Safe for concurrent use.
//   - [ToCollector] and [ToWriter]: the exporters.
package tracing
