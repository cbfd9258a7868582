package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"vitrine/encoders/photo"
	"vitrine/web"
	"vitrine/web/tasks"
)

type serveCmd struct {
	Data string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Addr string `placeholder:"HOST:PORT" default:"127.0.0.1:8080" help:"Address to listen on; one that other machines reach needs a key (${default})."`
	collecting
	reach
	Images  string   `placeholder:"DIR" type:"existingdir" help:"Folder of the relative photo paths of products that are sent to the API; empty = only URLs are taken."`
	Retrain schedule `placeholder:"WHEN" default:"off" help:"Train the ranker on what shoppers did, and serve the model if it wins: off, hourly, daily (at 04:00) or a time of day, HH:MM (${default})."`
	watching
}

func (c *serveCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	t = c.watching.terminal(t)
	listener, err := c.listen(ctx, c.Data, c.Addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreClosed(listener.Close())) }()
	admin, err := c.listenAdmin(ctx)
	if err != nil {
		return err
	}
	if admin != nil {
		defer func() { err = errors.Join(err, ignoreClosed(admin.Close())) }()
	}
	live, err := openLiveShop(ctx, c.Data, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, live.close()) }()
	return live.serve(ctx, listener, serving{collecting: c.collecting, reach: c.reach, watching: c.watching, images: c.Images, train: c.Retrain, admin: admin})
}

// collecting says how a server takes what shoppers do.
type collecting struct {
	TrustEvents bool `help:"Events come from the shop's own server alone: they count without impression tokens."`
	Anonymous   bool `help:"The shop asks before it remembers anybody: pages set no cookies, and each view is a visitor of its own."`
	Online      bool `default:"true" negatable:"" help:"Correct the order within seconds by what shoppers look at and click, while that is seen to help (default)."`
}

// serving says how a server runs.
type serving struct {
	collecting
	reach
	watching
	images string       // folder of the relative photo paths of products that are sent; empty = none
	train  schedule     // of the ranker
	admin  net.Listener // of those who run the server; nil = none
}

// serve answers requests until ctx ends; it shows each new generation as soon as it is live, and on the
// terminal what failed.
func (l *liveShop) serve(ctx context.Context, listener net.Listener, how serving) (err error) {
	group, ctx := errgroup.WithContext(ctx)
	tracer, err := how.tracer(l.terminal)
	if err != nil {
		return err
	}
	options := web.Options{PhotoSize: photo.Size, TrustEvents: how.TrustEvents, Anonymous: how.Anonymous, Faults: liveHealth{shop: l}}
	if tracer != nil {
		defer closeTracer(ctx, tracer)
		options.Tracer = tracer
	}
	how.limit(&options)
	address, isTCP := listener.Addr().(*net.TCPAddr)
	public := isTCP && !address.IP.IsLoopback()
	if log, openErr := openShopperLog(ctx, l.dataDir, l.state, l.correction, l.terminal); openErr != nil && (public || how.Private) {
		return errors.Join(openErr, listener.Close()) // nothing could tell a key from what is none
	} else if openErr != nil {
		l.terminal.notef("vitrine: %v (searches are answered, events and changes of products are not taken)", openErr)
	} else {
		changes, openErr := openLiveCatalogue(ctx, l, log.Store)
		if openErr != nil {
			return errors.Join(openErr, log.close())
		}
		defer func() { err = errors.Join(err, changes.close(), log.close()) }()
		options.Events, options.Searches, options.TokenKey = log, log, log.tokenKey
		options.Faults = liveHealth{l, log}
		health := newRankerHealth(log, l.state, l.rankerModel)
		group.Go(func() error { return health.follow(ctx, l.terminal) })
		options.Ranker, options.Shoppers = health, l
		keys := newKeyring(log.Store)
		group.Go(func() error { return keys.note(ctx, l.terminal) })
		options.Keys = keys
		if how.Online {
			l.correctModels(ctx, log.Store)
		}
		jobs := tasks.New(ctx)
		group.Go(func() error { jobs.Wait(); return nil })
		group.Go(func() error { return changes.upkeep(ctx, jobs) })
		options.Catalogue, options.PhotoFolder = changes, how.images
		options.Tasks, options.Reindex = jobs, changes.reindex
		options.Status = &liveStatus{shop: l, store: log.Store, tasks: jobs, started: time.Now()}
	}
	options.Logger, options.LogRequests = how.logger(l.terminal.err), how.LogRequests
	var handler, admin http.Handler
	if how.admin == nil {
		handler = web.New(l, options)
	} else {
		handler, admin = web.NewApart(l, options)
		group.Go(func() error { return web.Serve(ctx, how.admin, admin, web.Reach{}) })
		l.terminal.notef("metrics and profiles on http://%s/", how.admin.Addr())
	}
	l.terminal.notef("serving %s on http://%s/ (Ctrl-C ends it)", l.Generation(), listener.Addr())
	group.Go(func() error {
		return web.Serve(ctx, listener, handler, web.Reach{Public: public, Hosts: how.Host})
	})
	group.Go(func() error { return l.follow(ctx) })
	group.Go(func() error { return l.retrain(ctx, how.train) })
	return group.Wait()
}
