package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"vitrine/catalog"
	"vitrine/catalog/sample"
	"vitrine/catalog/sample/crowd"
	"vitrine/indexer"
	"vitrine/retrieval"
)

// What whole queries are to cost; the figures are printed beside what is measured.
const (
	targetTextP50     = 4 * time.Millisecond
	targetTextP99     = 15 * time.Millisecond
	targetPhotoRatio  = 1.3
	targetTextsPerSec = 400
)

// Of the made catalogue's pictures.
const (
	crowdPerKind   = 6
	crowdPhotoSize = 160
)

type benchSearchCmd struct {
	Data     string         `placeholder:"DIR" type:"existingdir" help:"Data directory to search in; empty = a made catalogue."`
	Products int            `placeholder:"N" default:"100000" help:"Products of the made catalogue (default ${default})."`
	Work     string         `placeholder:"DIR" type:"path" help:"Keep the made catalogue and its index here and use them again (remove the folder when indexing itself was changed); empty = make them anew."`
	Mode     retrieval.Mode `placeholder:"M" enum:"keyword,vector,hybrid,ranked" default:"ranked" help:"keyword, vector, hybrid or ranked (the default)."`
	Seconds  float64        `placeholder:"S" default:"10" help:"Length of each of the three measurements (default ${default})."`
	Workers  int            `placeholder:"N" help:"Searches at once under full load; 0 = the number of cores that Go uses."`
	Seed     uint64         `placeholder:"N" default:"1" help:"Seed of the catalogue and of the queries (default ${default})."`
	Profile  string         `placeholder:"DIR" type:"path" help:"Write the profiles cpu.pprof and allocs.pprof of the text queries here."`
	JSON     bool           `help:"Print JSON."`
}

// Validate is called when the command line was parsed.
func (c *benchSearchCmd) Validate() error {
	if c.Products < 1 || c.Seconds <= 0 || c.Workers < 0 {
		return errors.New("--products must be at least 1, --seconds longer than nothing, and --workers not negative")
	}
	return nil
}

// searchFigures is what bench search prints as JSON. Durations are nanoseconds.
type searchFigures struct {
	Products   int            `json:"products"`
	Generation string         `json:"generation"`
	Mode       retrieval.Mode `json:"mode"`
	Text       textFigures    `json:"text"`
	Load       loadFigures    `json:"load"`
	Photo      *photoFigures  `json:"photo,omitempty"` // nil: no product has a photo that can be read, or the mode takes none
}

// textFigures are of text queries one after the other.
type textFigures struct {
	Queries        int           `json:"queries"`
	P50            time.Duration `json:"p50_ns"`
	P99            time.Duration `json:"p99_ns"`
	AllocsPerQuery uint64        `json:"allocs_per_query"`
	BytesPerQuery  uint64        `json:"bytes_per_query"`
	Stages         []stageFigure `json:"stages"` // in the order of the path
}

type stageFigure struct {
	Stage string        `json:"stage"`
	P50   time.Duration `json:"p50_ns"`
	P99   time.Duration `json:"p99_ns"`
}

// loadFigures are of text queries by several workers at once.
type loadFigures struct {
	Workers   int     `json:"workers"`
	Queries   int     `json:"queries"`
	PerSecond float64 `json:"queries_per_second"`
}

// photoFigures are of photo queries, and of the encoder alone on the same photos in turn with them.
type photoFigures struct {
	Queries int           `json:"queries"`
	P50     time.Duration `json:"p50_ns"`
	Encoder time.Duration `json:"encoder_p50_ns"`
	Ratio   float64       `json:"ratio"`
}

// Run makes the catalogue unless there is one, and measures.
func (c *benchSearchCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	dataDir := c.Data
	if dataDir == "" {
		work := c.Work
		if work == "" {
			if work, err = os.MkdirTemp("", "vitrine-search-"); err != nil {
				return fmt.Errorf("make a work folder: %w", err)
			}
			defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
		}
		if dataDir, err = c.makeShop(ctx, work, t, library); err != nil {
			return err
		}
	}
	shop, err := openShop(ctx, dataDir, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.close()) }()
	figures, err := c.measure(ctx, shop, t)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(figures)
	}
	return figures.write(t.out)
}

// makeShop makes and indexes a catalogue in work, unless an earlier run has, and returns its data directory.
func (c *benchSearchCmd) makeShop(ctx context.Context, work string, t *terminal, library runtimeLibrary) (string, error) {
	name := fmt.Sprintf("%d-%d", c.Products, c.Seed)
	dataDir := filepath.Join(work, "shop-"+name)
	if _, err := indexer.LiveModel(dataDir); err == nil {
		return dataDir, nil
	}
	drawn := filepath.Join(work, "drawn")
	models, err := drawSample(ctx, drawn, sample.Options{PerKind: crowdPerKind, Size: crowdPhotoSize}, t)
	if err != nil {
		return "", err
	}
	feed := filepath.Join(work, "feed-"+name+".jsonl")
	if err := writeCrowd(models, feed, c.Products, c.Seed); err != nil {
		return "", fmt.Errorf("make a catalogue: %w", err)
	}
	index := indexCmd{Data: dataDir, Feed: feed, feedFlags: feedFlags{Images: drawn}, Model: defaultModel, Full: true}
	if _, err := index.index(ctx, t, library); err != nil {
		return "", err
	}
	return dataDir, nil
}

// writeCrowd writes a feed of n products after those of another feed.
func writeCrowd(modelFeed, path string, n int, seed uint64) (err error) {
	source, err := catalog.OpenFeed(modelFeed, catalog.FeedOptions{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	var models []catalog.Product
	for row := range source.Rows() {
		if row.Err != nil {
			return row.Err
		}
		for i := range row.Product.Photos {
			row.Product.Photos[i].Root = "" // a feed's photos are relative to its folder
		}
		models = append(models, row.Product)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffered := bufio.NewWriter(file)
	lines := json.NewEncoder(buffered)
	for p := range crowd.Products(models, n, seed) {
		if err := lines.Encode(&p); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func (c *benchSearchCmd) measure(ctx context.Context, s *shop, t *terminal) (*searchFigures, error) {
	asked, err := draftQueries(ctx, s.engine, c.Seed)
	if err != nil {
		return nil, err
	}
	b := &searchBench{shop: s, mode: c.Mode, length: time.Duration(c.Seconds * float64(time.Second)), queries: asked}
	figures := &searchFigures{Products: asked.products, Generation: s.engine.Generation(), Mode: c.Mode}
	bar := t.progress()
	defer bar.close()
	for i, text := range asked.texts[:min(50, len(asked.texts))] { // what is made at first use
		if _, err := b.search(ctx, retrieval.Query{Text: text}); err != nil {
			return nil, err
		}
		bar.report("warming up", i+1, 50)
	}

	bar.report("text queries", 0, 0)
	stop, err := profile(c.Profile)
	if err != nil {
		return nil, err
	}
	figures.Text, err = b.texts(ctx)
	if err := errors.Join(err, stop()); err != nil {
		return nil, err
	}
	bar.report("full load", 0, 0)
	workers := c.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if figures.Load, err = b.load(ctx, workers); err != nil {
		return nil, err
	}
	if len(asked.photos) > 0 && c.Mode != retrieval.ModeKeyword {
		bar.report("photo queries", 0, 0)
		if figures.Photo, err = b.photos(ctx); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// searchBench measures one shop for one length of time after the other.
type searchBench struct {
	*shop
	mode    retrieval.Mode
	length  time.Duration
	queries *benchQueries
}

func (b *searchBench) search(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
	q.Mode = b.mode
	return b.engine.Search(ctx, q)
}

// texts asks one text query after the other.
func (b *searchBench) texts(ctx context.Context) (textFigures, error) {
	var took []time.Duration
	stages := make(map[string][]time.Duration)
	var order []string
	before := allocated()
	for begun := time.Now(); time.Since(begun) < b.length; {
		start := time.Now()
		response, err := b.search(ctx, retrieval.Query{Text: b.queries.text(len(took))})
		if err != nil {
			return textFigures{}, err
		}
		took = append(took, time.Since(start))
		for i, timing := range response.Timings {
			if !slices.Contains(order, timing.Stage) {
				order = slices.Insert(order, min(i, len(order)), timing.Stage)
			}
			stages[timing.Stage] = append(stages[timing.Stage], timing.Duration)
		}
	}
	after := allocated()
	n := uint64(len(took))
	figures := textFigures{
		Queries: len(took), P50: percentile(took, 50), P99: percentile(took, 99),
		AllocsPerQuery: (after.Mallocs - before.Mallocs) / n, BytesPerQuery: (after.TotalAlloc - before.TotalAlloc) / n,
	}
	for _, stage := range order {
		figures.Stages = append(figures.Stages, stageFigure{stage, percentile(stages[stage], 50), percentile(stages[stage], 99)})
	}
	return figures, nil
}

// load asks text queries as fast as so many workers can.
func (b *searchBench) load(ctx context.Context, workers int) (loadFigures, error) {
	counts := make([]int, workers)
	group, ctx := errgroup.WithContext(ctx)
	begun := time.Now()
	for w := range workers {
		group.Go(func() error {
			for time.Since(begun) < b.length {
				if _, err := b.search(ctx, retrieval.Query{Text: b.queries.text(w + workers*counts[w])}); err != nil {
					return err
				}
				counts[w]++
			}
			return nil
		})
	}
	err := group.Wait()
	figures := loadFigures{Workers: workers}
	for _, n := range counts {
		figures.Queries += n
	}
	figures.PerSecond = float64(figures.Queries) / time.Since(begun).Seconds()
	return figures, err
}

// photos asks by a photo and has the same photo embedded alone in turn, so that both meet the same machine.
func (b *searchBench) photos(ctx context.Context) (*photoFigures, error) {
	var whole, bare []time.Duration
	for begun := time.Now(); time.Since(begun) < b.length; {
		photo := b.queries.photos[len(whole)%len(b.queries.photos)]
		start := time.Now()
		if _, err := b.model.EmbedPhoto(ctx, photo, image.Rectangle{}); err != nil {
			return nil, err
		}
		bare = append(bare, time.Since(start))
		start = time.Now()
		if _, err := b.search(ctx, retrieval.Query{Photos: []retrieval.PhotoQuery{{Data: photo}}}); err != nil {
			return nil, err
		}
		whole = append(whole, time.Since(start))
	}
	figures := &photoFigures{Queries: len(whole), P50: percentile(whole, 50), Encoder: percentile(bare, 50)}
	figures.Ratio = float64(figures.P50) / float64(figures.Encoder)
	return figures, nil
}

// percentile of durations, which it sorts.
func percentile(took []time.Duration, p int) time.Duration {
	slices.Sort(took)
	return took[min(len(took)*p/100, len(took)-1)]
}

func allocated() runtime.MemStats {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats
}

// profile begins to profile into a folder, empty = not at all; stop writes the files.
func profile(dir string) (stop func() error, err error) {
	if dir == "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("write profiles: %w", err)
	}
	cpu, err := os.Create(filepath.Join(dir, "cpu.pprof"))
	if err != nil {
		return nil, fmt.Errorf("write profiles: %w", err)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, errors.Join(err, cpu.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		allocs, err := os.Create(filepath.Join(dir, "allocs.pprof"))
		if err != nil {
			return errors.Join(err, cpu.Close())
		}
		return errors.Join(pprof.Lookup("allocs").WriteTo(allocs, 0), allocs.Close(), cpu.Close())
	}, nil
}

func (f *searchFigures) write(out io.Writer) error {
	fmt.Fprintf(out, "%d products, %s, mode %s\n", f.Products, f.Generation, f.Mode)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "figure\tmeasured\ttarget")
	fmt.Fprintf(table, "text p50\t%s\t≤ %s\n", milliseconds(f.Text.P50), milliseconds(targetTextP50))
	fmt.Fprintf(table, "text p99\t%s\t≤ %s\n", milliseconds(f.Text.P99), milliseconds(targetTextP99))
	fmt.Fprintf(table, "text queries/s, %d at once\t%.0f\t≥ %d\n", f.Load.Workers, f.Load.PerSecond, targetTextsPerSec)
	if f.Photo != nil {
		fmt.Fprintf(table, "photo p50\t%s\t\n", milliseconds(f.Photo.P50))
		fmt.Fprintf(table, "photo p50 / bare encoder %s\t%.2f\t≤ %.1f\n", milliseconds(f.Photo.Encoder), f.Photo.Ratio, targetPhotoRatio)
	}
	fmt.Fprintf(table, "allocations a text query\t%d\t\n", f.Text.AllocsPerQuery)
	fmt.Fprintf(table, "kB allocated a text query\t%.0f\t\n", float64(f.Text.BytesPerQuery)/1e3)
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	fmt.Fprintln(table, "stage of a text query\tp50\tp99")
	for _, s := range f.Text.Stages {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Stage, milliseconds(s.P50), milliseconds(s.P99))
	}
	return table.Flush()
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d.Nanoseconds())/1e6)
}
