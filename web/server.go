package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// The limits of one connection. A slow sender is cut off before it can hold one for long.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second // counts from the end of the header, so it covers reading too
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	shutdownGrace     = 10 * time.Second
)

// ErrPublicAddress is returned by Serve for a listener that other machines can reach and should not.
var ErrPublicAddress = errors.New("without keys the server listens on this machine only")

// Reach says who may reach a server.
type Reach struct {
	Public bool     // other machines may: the shop has keys
	Hosts  []string // names of the server besides localhost
}

// Serve answers requests on listener until ctx ends, then lets those under way finish for up to
// 10 s, and returns nil. It closes the listener.
//
// Unless reach is public, the listener must be bound to a loopback address or a Unix socket, else the error wraps
// ErrPublicAddress. On a loopback address, and wherever hosts are named, requests have to name a loopback host or one of
// these in their Host header: a page elsewhere whose name was made to point at this machine (DNS rebinding) gets 421.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, reach Reach) error {
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		local := address.IP.IsLoopback()
		if !local && !reach.Public {
			return errors.Join(fmt.Errorf("%w: use 127.0.0.1 instead of %s, or make a key with vitrine keys create", ErrPublicAddress, address.IP), listener.Close())
		}
		if local || len(reach.Hosts) > 0 {
			handler = identified(onlyHosts(handler, reach.Hosts))
		}
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(io.Discard, "", 0), // broken connections; the handler reports its own failures
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	err := server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-served
	return err
}
