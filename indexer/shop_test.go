package indexer_test

import (
	"context"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// shop is a data directory with a folder of feeds and photos.
type shop struct {
	t       testing.TB
	dir     string
	files   string
	encoder indexer.Encoder
	fake    *indexertest.Encoder // counts, when it is encoder
}

func newShop(t testing.TB) *shop {
	fake := &indexertest.Encoder{}
	return &shop{t: t, dir: t.TempDir(), files: t.TempDir(), encoder: fake, fake: fake}
}

// photo puts a file beside the feed.
func (s *shop) photo(name string, data []byte) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.files, name), data, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// index runs Build on a feed of the given JSON lines; none = on the catalogue alone.
func (s *shop) index(ctx context.Context, change func(*indexer.BuildOptions), lines ...string) (*indexer.Summary, error) {
	s.t.Helper()
	opts := indexer.BuildOptions{DataDir: s.dir, Encoder: s.encoder, Model: indexertest.Model}
	if len(lines) > 0 {
		path := filepath.Join(s.files, "feed.jsonl")
		s.photo("feed.jsonl", []byte(strings.Join(lines, "\n")+"\n"))
		feed, err := catalog.OpenFeed(path, catalog.FeedOptions{})
		if err != nil {
			s.t.Fatal(err)
		}
		defer feed.Close()
		opts.Feed = feed
	}
	lock, err := catalog.LockDir(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	defer lock.Unlock()
	if opts.Store, err = catalog.Open(ctx, s.dir); err != nil {
		s.t.Fatal(err)
	}
	defer opts.Store.Close()
	if opts.Cache, err = catalog.OpenEmbeddings(ctx, s.dir); err != nil {
		s.t.Fatal(err)
	}
	defer opts.Cache.Close()
	if change != nil {
		change(&opts)
	}
	return indexer.Build(ctx, opts)
}

// mustIndex is index without an error.
func (s *shop) mustIndex(lines ...string) *indexer.Summary {
	s.t.Helper()
	summary, err := s.index(context.Background(), nil, lines...)
	if err != nil {
		s.t.Fatal(err)
	}
	return summary
}

// open opens the live generation for as long as the test runs.
func (s *shop) open() *indexer.Snapshot {
	s.t.Helper()
	index, err := indexer.Open(context.Background(), s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	snapshot := index.Acquire()
	if err := index.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(snapshot.Release)
	return snapshot
}

// sound fails the test when Check finds anything.
func (s *shop) sound() {
	s.t.Helper()
	report, err := indexer.Check(context.Background(), s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, problem := range report.Problems {
		s.t.Errorf("check: %v", problem)
	}
}

// found returns the ids that a keyword search gives, best first.
func found(t testing.TB, s *indexer.Snapshot, terms string) []string {
	t.Helper()
	hits, err := s.Keyword(context.Background(), indexer.KeywordQuery{Terms: terms, K: 10})
	if err != nil {
		t.Fatal(err)
	}
	return ids(t, s, hits)
}

func ids(t testing.TB, s *indexer.Snapshot, hits []indexer.Hit) []string {
	t.Helper()
	docs := make([]uint32, len(hits))
	for i, hit := range hits {
		docs[i] = hit.Doc
	}
	products, err := s.Products(context.Background(), docs)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(products))
	for i, p := range products {
		names[i] = p.ID
	}
	return names
}

var (
	red  = color.RGBA{220, 30, 30, 255}
	blue = color.RGBA{30, 30, 220, 255}
)

// numbered returns n lines of a feed of products with ids from p000000.
func numbered(n int) []string {
	colours := []string{"red", "blue", "green", "black", "white"}
	things := []string{"shoe", "dress", "lamp", "chair", "mug", "bag", "watch"}
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"id":"p%06d","title":"%s %s number%d","colour":"%s","category":["Things","%s"],"price_cents":%d,"in_stock":%t}`,
			i, colours[i%5], things[i%7], i, colours[i%5], things[i%7], 100+i, i%3 > 0)
	}
	return lines
}
