package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"vitrine/catalog/sample"
	"vitrine/retrieval"
)

// defaultDemoAddr is taken where no --addr is given; when it is in use, any free port is.
const defaultDemoAddr = "127.0.0.1:8080"

type demoCmd struct {
	Data string `placeholder:"DIR" type:"path" help:"Data directory, of the demo alone; empty = a folder in the user's cache directory."`
	Addr string `placeholder:"HOST:PORT" help:"Address to listen on; empty = 127.0.0.1:8080 or, when that is in use, a free port."`
}

// Run draws the sample shop, indexes it, shows on the terminal what can be found, and serves it.
// What an earlier run has done is not done again.
func (c *demoCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	dataDir, err := c.dataDir()
	if err != nil {
		return err
	}
	drawn := filepath.Join(dataDir, "shop")
	if err := refuseForeign(dataDir, drawn); err != nil {
		return err
	}
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreClosed(listener.Close())) }()

	feed, err := drawSample(ctx, drawn, sample.Options{}, t)
	if err != nil {
		return err
	}
	index := indexCmd{Data: dataDir, Feed: feed, Full: true}
	summary, err := index.index(ctx, t, library)
	if err != nil {
		return err
	}
	printSummary(t, summary)

	live, err := openLiveShop(ctx, dataDir, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, live.close()) }()
	if err := live.tryOut(ctx, filepath.Dir(feed)); err != nil {
		return err
	}
	return live.serve(ctx, listener, serving{collecting: collecting{Online: true}, images: filepath.Dir(feed)})
}

func (c *demoCmd) dataDir() (string, error) {
	if c.Data != "" {
		return c.Data, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a place for the demo's data: %w: name one with --data", err)
	}
	return filepath.Join(cache, "vitrine", "demo"), nil
}

// refuseForeign keeps the demo, whose feed replaces a catalogue whole, from a data directory that is not
// the demo's own: there the sample is drawn before anything is indexed.
func refuseForeign(dataDir, drawn string) error {
	if _, err := os.Stat(drawn); err == nil {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dataDir, "catalog.db")); err == nil {
		return fmt.Errorf("%s holds the catalogue of another shop, which the demo would replace: choose another folder with --data", dataDir)
	}
	return nil
}

func (c *demoCmd) listen(ctx context.Context) (net.Listener, error) {
	if c.Addr != "" {
		loopback, err := loopbackAddress(c.Addr)
		if err == nil && !loopback {
			err = fmt.Errorf("address %q is not a loopback address: the demo listens on 127.0.0.1 or [::1] only", c.Addr)
		}
		if err != nil {
			return nil, err
		}
		return listenOn(ctx, c.Addr)
	}
	listener, err := listenOn(ctx, defaultDemoAddr)
	if err != nil {
		return listenOn(ctx, "127.0.0.1:0")
	}
	return listener, nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// tryOut prints the first results of a search by words, one in Chinese and one by a photo.
func (l *liveShop) tryOut(ctx context.Context, folder string) error {
	out := l.terminal.out
	product, err := l.Product(ctx, "s-sneaker-003")
	if err != nil {
		return err
	}
	photo, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(product.Photos[0].Ref)))
	if err != nil {
		return err
	}
	for _, try := range []struct {
		title string
		query retrieval.Query
	}{
		{"words: gift for a child", retrieval.Query{Text: "gift for a child"}},
		{"words: 蓝色台灯 (blue table lamp)", retrieval.Query{Text: "蓝色台灯"}},
		{"photo: " + product.Title, retrieval.Query{Photos: []retrieval.PhotoQuery{{Data: photo}}}},
	} {
		try.query.Limit = 3
		response, err := l.Search(ctx, try.query)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\nsearch by %s\n", try.title)
		for _, hit := range response.Hits {
			p := hit.Product
			fmt.Fprintf(out, "  %d. %s%s\n", hit.Rank, p.Title, priceNote(p.PriceCents, p.Currency, p.InStock))
		}
	}
	fmt.Fprintln(out)
	return nil
}
