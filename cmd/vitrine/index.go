package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
)

// shownRejections is how many rejected rows the summary prints; the file has all.
const shownRejections = 10

type indexCmd struct {
	Data   string            `required:"" placeholder:"DIR" type:"path" help:"Data directory; made if absent."`
	Feed   string            `placeholder:"FILE" type:"path" help:"Products as JSONL, CSV or TSV, also gzipped; empty = build the index anew from the catalogue."`
	Format string            `placeholder:"F" enum:"jsonl,csv,tsv," default:"" help:"jsonl, csv or tsv; empty = recognised."`
	Map    map[string]string `placeholder:"FIELD=COLUMN" mapsep:"none" help:"Where the feed's header has another name for a field; may be repeated."`
	Images string            `placeholder:"DIR" type:"path" help:"Folder of relative photo paths; empty = the feed's folder."`
	Model  string            `placeholder:"NAME|DIR" help:"Encoder model; empty = that of the live index, vitrine-mini for the first."`
	Full   bool              `help:"The feed is the whole catalogue: remove the products that it does not name."`
	JSON   bool              `help:"Print the summary as JSON."`

	// prepare is done ahead of the build, with everything open that it needs; nil = nothing.
	prepare func(*indexer.BuildOptions) error
}

func (c *indexCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) error {
	summary, err := c.index(ctx, t, library)
	if err != nil {
		if summary != nil {
			printRejections(t.err, summary)
		}
		return err
	}
	if c.JSON {
		return t.json(summary)
	}
	printSummary(t, summary)
	return nil
}

// index takes the data directory's lock, opens everything that a build needs and builds.
func (c *indexCmd) index(ctx context.Context, t *terminal, library runtimeLibrary) (summary *indexer.Summary, err error) {
	feed, err := c.openFeed()
	if err != nil {
		return nil, err
	}
	if feed != nil {
		defer func() { err = errors.Join(err, feed.Close()) }()
	}

	lock, err := catalog.LockDir(c.Data)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	store, err := catalog.Open(ctx, c.Data)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	cache, err := catalog.OpenEmbeddings(ctx, c.Data)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, cache.Close()) }()
	name, err := c.modelName()
	if err != nil {
		return nil, err
	}
	model, err := openModel(ctx, c.Data, name, library, t)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, model.Close()) }()

	bar := t.progress()
	defer bar.close()
	info := model.Info()
	opts := indexer.BuildOptions{
		DataDir:  c.Data,
		Store:    store,
		Cache:    cache,
		Encoder:  model,
		Model:    indexer.Model{Name: name, Fingerprint: info.Fingerprint, Dim: info.Dim},
		Feed:     feed,
		Full:     c.Full,
		Progress: bar.report,
	}
	if c.prepare != nil {
		if err := c.prepare(&opts); err != nil {
			return nil, err
		}
	}
	return indexer.Build(ctx, opts)
}

// modelName is the model to use, by the name that the generation will record: the one asked for, else that
// of the live generation, so that a reindex does not change models by the way.
func (c *indexCmd) modelName() (string, error) {
	if c.Model != "" {
		return recordedName(c.Data, c.Model)
	}
	live, err := indexer.LiveModel(c.Data)
	if errors.Is(err, indexer.ErrNoIndex) {
		return defaultModel, nil
	}
	if err != nil {
		return "", fmt.Errorf("which model the index was built with is unknown: name it with --model: %w", err)
	}
	return live.Name, nil
}

// openFeed returns nil when none is named and there is a catalogue to build from.
func (c *indexCmd) openFeed() (*catalog.Feed, error) {
	if c.Feed != "" {
		return catalog.OpenFeed(c.Feed, catalog.FeedOptions{Format: c.Format, Mapping: c.Map, Images: c.Images})
	}
	if c.Full {
		return nil, errors.New("--full says that a feed is the whole catalogue: name it with --feed")
	}
	if _, err := os.Stat(filepath.Join(c.Data, "catalog.db")); err != nil {
		return nil, fmt.Errorf("there is no catalogue in %s: name a feed with --feed", c.Data)
	}
	return nil, nil
}

func printSummary(t *terminal, s *indexer.Summary) {
	if s.UpToDate {
		fmt.Fprintf(t.out, "%s is up to date: %d products, nothing changed\n", s.Generation, s.Products)
		printRejections(t.out, s)
		return
	}
	fmt.Fprintf(t.out, "%s is live: %d products (%d new, %d changed, %d unchanged, %d removed)\n",
		s.Generation, s.Products, s.Added, s.Changed, s.Unchanged, s.Deleted)
	fmt.Fprintf(t.out, "embedded %d texts and %d photos, %d were known\n", s.TextsEmbedded, s.PhotosEmbedded, s.FromCache)
	fmt.Fprintf(t.out, "took %s: %.0f products a second, the encoder ran %.0f %% of the time\n",
		s.Elapsed.Round(10*time.Millisecond), float64(s.Products)/s.Elapsed.Seconds(), 100*s.Encoding.Seconds()/s.Elapsed.Seconds())
	for _, space := range []indexer.Space{indexer.SpaceText, indexer.SpacePhoto} {
		if recall, ok := s.Recall[string(space)]; ok {
			fmt.Fprintf(t.out, "recall@10 of the %s vectors against exact search: %.4f\n", space, recall)
		}
	}
	printRejections(t.out, s)
}

// printRejections lists the first rows and photos that could not be used, and where all of them are.
func printRejections(out io.Writer, s *indexer.Summary) {
	if len(s.Rejected) > 0 {
		fmt.Fprintf(out, "%d rows rejected:\n", len(s.Rejected))
	}
	for _, r := range s.Rejected[:min(shownRejections, len(s.Rejected))] {
		fmt.Fprintf(out, "  line %d: %s\n", r.Line, r.Reason)
	}
	if len(s.PhotoProblems) > 0 {
		fmt.Fprintf(out, "%d photos cannot be used (their products are found by words only):\n", len(s.PhotoProblems))
	}
	for _, p := range s.PhotoProblems[:min(shownRejections, len(s.PhotoProblems))] {
		fmt.Fprintf(out, "  %s: %s\n", p.ID, p.Reason)
	}
	if s.RejectedFile != "" {
		fmt.Fprintf(out, "all of them: %s\n", s.RejectedFile)
	}
	if s.NotDeleted != "" {
		fmt.Fprintf(out, "nothing was removed: %s\n", s.NotDeleted)
	}
}
