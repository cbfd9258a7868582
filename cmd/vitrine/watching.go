package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
)

// watching says what a server tells those who run it, and where.
type watching struct {
	Log         string     `placeholder:"KIND" enum:"text,json" default:"text" help:"Form of the log on standard error: text or json, a line each (${default})."`
	LogLevel    slog.Level `placeholder:"LEVEL" default:"info" help:"Least level of what is logged: debug, info, warn or error (${default}); debug has a line for each request."`
	LogRequests bool       `help:"Log a line for each request at level info, too."`
	AdminAddr   string     `placeholder:"HOST:PORT" help:"Address for /metrics, /debug/pprof/ and health, such as 127.0.0.1:6060; a loopback address. /metrics is then there alone; empty = without profiles."`
	Trace       string     `placeholder:"WHERE" enum:"off,stdout,otlp" default:"off" help:"Traces of requests and of the stages of their searches, in OpenTelemetry's form: off, stdout (a line of JSON for each batch), or otlp (to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, by HTTP) (${default})."`
}

// logger writes to out what a server tells.
func (w *watching) logger(out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: w.LogLevel}
	if w.Log == "json" {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// terminal is t, whose notes go into the log where that is for programs.
func (w *watching) terminal(t *terminal) *terminal {
	if w.Log != "json" {
		return t
	}
	return &terminal{out: t.out, err: t.err, notes: w.logger(t.err)}
}

// listenAdmin listens on the address of those who run the server; nil = there is none.
func (w *watching) listenAdmin(ctx context.Context) (net.Listener, error) {
	if w.AdminAddr == "" {
		return nil, nil
	}
	switch loopback, err := loopbackAddress(w.AdminAddr); {
	case err != nil:
		return nil, fmt.Errorf("--admin-addr: %w", err)
	case !loopback:
		return nil, fmt.Errorf("--admin-addr: %q is not a loopback address: profiles are for this machine alone, so listen on 127.0.0.1 or [::1]", w.AdminAddr)
	}
	listener, err := listenOn(ctx, w.AdminAddr)
	if err != nil {
		return nil, fmt.Errorf("--admin-addr: %w", err)
	}
	return listener, nil
}
