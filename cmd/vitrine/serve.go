package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"vitrine/web"
)

// refreshInterval is how often a server looks whether a new generation is live.
const refreshInterval = 2 * time.Second

type serveCmd struct {
	Data string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Addr string `placeholder:"HOST:PORT" default:"127.0.0.1:8080" help:"Address to listen on; a loopback address (${default})."`
}

func (c *serveCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	listener, err := listenLoopback(ctx, c.Addr)
	if err != nil {
		return err
	}
	shop, err := openShop(ctx, c.Data, library, t)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, shop.close()) }()
	return shop.serve(ctx, listener, t)
}

// serve answers requests until ctx ends; it shows each new generation as soon as it is live.
func (s *shop) serve(ctx context.Context, listener net.Listener, t *terminal) error {
	t.notef("serving %s on http://%s/ (Ctrl-C ends it)", s.engine.Generation(), listener.Addr())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return web.Serve(ctx, listener, web.New(s.engine, web.Options{})) })
	group.Go(func() error { return s.follow(ctx, t) })
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// follow opens new generations. One that another model built cannot be searched with the model at
// hand, so it ends the server with a message instead of giving wrong results.
func (s *shop) follow(ctx context.Context, t *terminal) error {
	ticker := time.NewTicker(refreshInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		changed, err := s.index.Refresh(ctx)
		if err != nil {
			t.notef("vitrine: the new generation cannot be opened, the old one goes on: %v", err)
			continue
		}
		if changed {
			t.notef("serving %s", s.engine.Generation())
		}
	}
}

// listenLoopback listens on a loopback address. Others are refused as long as there are no keys.
func listenLoopback(ctx context.Context, addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("address %q: write HOST:PORT, such as 127.0.0.1:8080: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("address %q is not a loopback address: without keys the server listens on 127.0.0.1 or [::1] only; put a reverse proxy with authentication before it", addr)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w: choose another port with --addr", err)
	}
	return listener, nil
}
