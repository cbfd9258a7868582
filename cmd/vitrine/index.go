package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
)

// shownRejections is how many rejected rows the summary prints; the file has all.
const shownRejections = 10

type indexCmd struct {
	Data string `required:"" placeholder:"DIR" type:"path" help:"Data directory; made if absent."`
	Feed string `placeholder:"FILE" type:"path" help:"Products as JSONL, CSV, TSV, Google Merchant (table or XML) or Shopify's product export, also gzipped; empty = build the index anew from the catalogue."`
	feedFlags
	Model string `placeholder:"NAME|DIR" help:"Encoder model: a name or a directory of ONNX files as Hugging Face exports them; empty = that of the live index, vitrine-mini for the first."`
	Full  bool   `help:"The feed is the whole catalogue: remove the products that it does not name."`
	Fold  bool   `help:"Build a new generation of the index even where the feed changes little. Without it, up to a twentieth of the products, or 1,000, are searched beside the live generation."`
	Retry bool   `name:"retry-images" help:"Without a feed: try the photos again that could not be had, also those that are not tried again by themselves."`
	JSON  bool   `help:"Print the summary as JSON."`

	Beside       bool `name:"beside" hidden:"" help:"For a server: without a feed too, get what changed products lack and leave them beside the live generation."`
	ProgressJSON bool `name:"progress-json" hidden:"" help:"For a server: print the progress as JSON lines in the place of the summary, and end when standard input ends."`

	// prepare is done ahead of the build, with everything open that it needs; nil = nothing.
	prepare func(*indexer.BuildOptions) error
}

func (c *indexCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) error {
	if c.ProgressJSON {
		_, err := c.indexReporting(leashed(ctx), t, library, newProgressLines(t.out).report)
		return err
	}
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

// index builds and shows the progress on the terminal.
func (c *indexCmd) index(ctx context.Context, t *terminal, library runtimeLibrary) (*indexer.Summary, error) {
	bar := t.progress()
	defer bar.close()
	return c.indexReporting(ctx, t, library, bar.report)
}

// indexReporting takes the data directory's lock, opens everything that a build needs, builds, and records the run.
func (c *indexCmd) indexReporting(ctx context.Context, t *terminal, library runtimeLibrary, report func(stage string, done, total int)) (summary *indexer.Summary, err error) {
	feed, err := c.openFeed()
	if err != nil {
		return nil, err
	}
	if feed != nil {
		defer func() {
			noteLeftOut(t, feed)
			err = errors.Join(err, feed.Close())
		}()
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

	info, started := model.Info(), time.Now()
	opts := indexer.BuildOptions{
		DataDir:  c.Data,
		Store:    store,
		Cache:    cache,
		Encoder:  model,
		Model:    indexer.Model{Name: name, Fingerprint: info.Fingerprint, Dim: info.Dim},
		Feed:     feed,
		Full:     c.Full,
		Live:     (feed != nil || c.Beside) && !c.Fold,
		Progress: report,

		RetryPhotos: c.Retry,
	}
	if c.prepare != nil {
		if err := c.prepare(&opts); err != nil {
			return nil, err
		}
	}
	summary, err = indexer.Build(ctx, opts)
	// Also of a run that was interrupted.
	if _, recordErr := store.RecordIndexRun(context.WithoutCancel(ctx), indexRun(started, summary, err)); recordErr != nil {
		t.notef("vitrine: %v", recordErr)
	}
	return summary, err
}

// noteLeftOut says what the feed has that is not indexed, and is no error.
func noteLeftOut(t *terminal, feed *catalog.Feed) {
	if n := feed.Unlisted(); n > 0 {
		t.notef("%d products of the feed are drafts, archived or not published: left out (--full removes them from the catalogue)", n)
	}
	if n := feed.Trimmed(); n > 0 {
		t.notef("%d products of the feed have more than %d photos: the first %d are used", n, catalog.MaxPhotos, catalog.MaxPhotos)
	}
}

// modelName is the model to use, by the name that the generation will record: the one asked for, else that
// of the live generation, so that a reindex does not change models by the way.
func (c *indexCmd) modelName() (string, error) {
	if c.Model != "" {
		return recordedName(c.Data, c.Model)
	}
	live, err := indexer.LiveManifest(c.Data)
	if errors.Is(err, indexer.ErrNoIndex) {
		return defaultModel, nil
	}
	if err != nil {
		return "", fmt.Errorf("which model the index was built with is unknown: name it with --model: %w", err)
	}
	return live.Model.Name, nil
}

// openFeed returns nil when none is named and there is a catalogue to build from.
func (c *indexCmd) openFeed() (*catalog.Feed, error) {
	if c.Feed != "" && c.Retry {
		return nil, errors.New("--retry-images tries photos of the catalogue again and takes no feed: leave out --feed, or index first and then try again")
	}
	if c.Feed != "" {
		return catalog.OpenFeed(c.Feed, c.options())
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
	if s.PhotosRetried > 0 {
		fmt.Fprintf(t.out, "%d photos were tried again, %d of them can be used now\n", s.PhotosRetried, s.PhotosRecovered)
	}
	if s.UpToDate {
		fmt.Fprintf(t.out, "%s is up to date: %d products, nothing changed\n", s.Generation, s.Products)
		printRejections(t.out, s)
		return
	}
	fmt.Fprintf(t.out, "%s is live: %d products (%d new, %d changed, %d unchanged, %d removed)\n",
		s.Generation, s.Products, s.Added, s.Changed, s.Unchanged, s.Deleted)
	fmt.Fprintf(t.out, "embedded %d texts and %d photos, %d were known\n", s.TextsEmbedded, s.PhotosEmbedded, s.FromCache)
	if s.Beside > 0 {
		fmt.Fprintf(t.out, "took %s: the generation is that of before, and the %d products that have changed since are searched beside it\n", s.Elapsed.Round(10*time.Millisecond), s.Beside)
		printRejections(t.out, s)
		return
	}
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
	printPhotoProblems(out, s.PhotoProblems)
	if s.RejectedFile != "" {
		fmt.Fprintf(out, "all of them: %s\n", s.RejectedFile)
	}
	if s.NotDeleted != "" {
		fmt.Fprintf(out, "nothing was removed: %s\n", s.NotDeleted)
	}
}

// printPhotoProblems lists the first photos that cannot be used, and apart from them those that may come.
func printPhotoProblems(out io.Writer, problems []indexer.PhotoProblem) {
	var unusable, pending []indexer.PhotoProblem
	for _, p := range problems {
		if p.NextTry.IsZero() {
			unusable = append(unusable, p)
		} else {
			pending = append(pending, p)
		}
	}
	list := func(problems []indexer.PhotoProblem) {
		for _, p := range problems[:min(shownRejections, len(problems))] {
			fmt.Fprintf(out, "  %s: %s\n", p.ID, p.Reason)
		}
	}
	if len(unusable) > 0 {
		fmt.Fprintf(out, "%d photos cannot be used (their products are found by words only; after mending them: vitrine index --retry-images):\n", len(unusable))
		list(unusable)
	}
	if len(pending) > 0 {
		next := slices.MinFunc(pending, func(a, b indexer.PhotoProblem) int { return a.NextTry.Compare(b.NextTry) }).NextTry
		fmt.Fprintf(out, "%d photos are pending (index runs from %s on try them again, and vitrine index --retry-images now):\n", len(pending), next.Local().Format("15:04 on 2 January"))
		list(pending)
	}
}
