package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"vitrine/indexer"
	"vitrine/indexer/vector"
	"vitrine/indexer/vector/annbench"
)

// realSet names the sets that are not drawn.
const realSet = "real"

// benchCmd groups the verbs that measure speed and quality.
type benchCmd struct {
	Ann benchAnnCmd `cmd:"" help:"Measure nearest-neighbour search: recall against queries a second, for the vector index, exact scans, coder/hnsw and, from their files, other programs; and searches under filters against a scan of the rows that match."`

	Quality benchQualityCmd `cmd:"" help:"Measure how well each mode and each leg ranks, on judged queries made from the data kit."`

	Search benchSearchCmd `cmd:"" help:"Measure how fast whole queries are, on a made catalogue or on a data directory: latency, throughput, memory, and the time of each stage."`

	CTR benchCTRCmd `cmd:"" name:"ctr" help:"Simulate shoppers in the sample shop, store what they click, and measure rankings by what they truly want."`
}

type benchAnnCmd struct {
	Set       []string      `enum:"clustered,unclustered,real" default:"clustered,unclustered" placeholder:"S" help:"Sets of vectors: clustered and unclustered are drawn, real takes those of --data (default ${default})."`
	Data      string        `placeholder:"DIR" type:"existingdir" help:"Data directory whose live vectors are measured too: those of titles and those of photos."`
	Rows      []int         `placeholder:"N" default:"10000,100000" help:"Sizes of the drawn sets (default ${default})."`
	Dim       int           `placeholder:"N" default:"256" help:"Dimensions of the drawn sets (default ${default})."`
	Queries   int           `placeholder:"N" default:"1000" help:"Queries; of real vectors at most a tenth is held out (default ${default})."`
	Seed      uint64        `placeholder:"N" default:"1" help:"Seed of the drawn sets and of the graph (default ${default})."`
	Threads   []int         `placeholder:"N" default:"1,2" help:"Numbers of threads to build and search with; searches under filters take the first (default ${default})."`
	Ef        []int         `placeholder:"N" default:"10,12,16,24,32,48,64,96,128,192,256,384,512" help:"Sizes of the graph search's candidate list (default ${default})."`
	Window    time.Duration `placeholder:"TIME" default:"1s" help:"Length of a measurement (default ${default})."`
	Windows   int           `placeholder:"N" default:"3" help:"Measurements of each point, of which the fastest counts (default ${default})."`
	CoderRows int           `placeholder:"N" default:"20000" help:"Rows up to which coder/hnsw, slow to build, is measured; 0 leaves it out (default ${default})."`
	Keep      string        `placeholder:"DIR" type:"path" help:"Keep vectors, truth and results in a folder for each set; the results of ann_peers.py that lie there are shown beside ours."`
	Show      bool          `help:"Measure nothing and show what --keep holds."`
	JSON      bool          `help:"Print JSON."`
}

// Validate is called when the command line was parsed.
func (c *benchAnnCmd) Validate() error {
	least := slices.Min(slices.Concat(c.Rows, c.Threads, c.Ef, []int{c.Dim, c.Queries, c.Windows}))
	switch {
	case least < 1 || c.Window <= 0 || c.CoderRows < 0:
		return errors.New("rows, dimensions, queries, threads, ef and windows must be at least 1, and --window longer than nothing")
	case c.Show && c.Keep == "":
		return errors.New("--show shows what an earlier run has kept: name its folder with --keep")
	case slices.Contains(c.Set, realSet) && c.Data == "":
		return errors.New("the set real is that of a data directory: name it with --data")
	}
	return nil
}

// annReport is what bench ann prints as JSON.
type annReport struct {
	Sets []annSet `json:"sets"`
}

type annSet struct {
	*annbench.Results
	Ratios []annbench.Ratio `json:"ratios,omitempty"`
}

// Run measures each set and prints all figures at the end.
func (c *benchAnnCmd) Run(ctx context.Context, t *terminal) error {
	measured, err := c.results(ctx, t)
	if err != nil {
		return err
	}
	if !c.JSON {
		return annbench.WriteTable(t.out, measured)
	}
	var report annReport
	for _, r := range measured {
		report.Sets = append(report.Sets, annSet{r, r.Ratios()})
	}
	return t.json(report)
}

// results measures the sets, or reads what an earlier run has kept of them.
func (c *benchAnnCmd) results(ctx context.Context, t *terminal) ([]*annbench.Results, error) {
	if c.Show {
		return c.kept(t)
	}
	bar := t.progress()
	defer bar.close()
	var all []*annbench.Results
	var small error // what was wrong with a set that cannot be measured
	for set, err := range c.sets() {
		if errors.Is(err, annbench.ErrSet) {
			t.notef("left out: %v", err)
			small = err
			continue
		}
		if err != nil {
			return nil, err
		}
		results, err := c.measure(ctx, t, set, bar)
		if err != nil {
			return nil, err
		}
		all = append(all, results)
	}
	if len(all) == 0 {
		return nil, small
	}
	return all, nil
}

// sets makes one set after the other, so that only one is in memory; first those that may be missing.
func (c *benchAnnCmd) sets() iter.Seq2[*annbench.Set, error] {
	return func(yield func(*annbench.Set, error) bool) {
		for _, space := range []indexer.Space{indexer.SpaceText, indexer.SpacePhoto} {
			if c.Data != "" && !yield(c.liveSet(space)) {
				return
			}
		}
		for _, name := range c.Set {
			for _, rows := range c.Rows {
				if name != realSet && !yield(annbench.Synthetic(name, rows, c.Queries, c.Dim, c.Seed)) {
					return
				}
			}
		}
	}
}

// liveSet copies the vectors of the live generation: "real-text", "real-photo".
func (c *benchAnnCmd) liveSet(space indexer.Space) (_ *annbench.Set, err error) {
	path, err := indexer.VectorFile(c.Data, space)
	if err != nil {
		return nil, err
	}
	index, err := vector.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	return annbench.HoldOut(realSet+"-"+string(space), index, c.Queries, c.Seed)
}

// measure measures one set and adds what its folder knows of other programs.
func (c *benchAnnCmd) measure(ctx context.Context, t *terminal, set *annbench.Set, bar *progress) (*annbench.Results, error) {
	opts := annbench.Options{
		Threads: c.Threads, Ef: c.Ef, Window: c.Window, Windows: c.Windows, CoderRows: c.CoderRows, Seed: c.Seed,
		Progress: bar.report,
	}
	if c.Keep == "" {
		return annbench.Run(ctx, set, opts)
	}
	opts.Folder = filepath.Join(c.Keep, set.Folder())
	if err := os.MkdirAll(opts.Folder, 0o755); err != nil {
		return nil, fmt.Errorf("keep results: %w", err)
	}
	results, err := annbench.Run(ctx, set, opts)
	if err != nil {
		return nil, err
	}
	return results, addPeers(t, results, opts.Folder)
}

// kept reads what earlier runs have left.
func (c *benchAnnCmd) kept(t *terminal) ([]*annbench.Results, error) {
	entries, err := os.ReadDir(c.Keep)
	if err != nil {
		return nil, fmt.Errorf("show results: %w", err)
	}
	var all []*annbench.Results
	for _, entry := range entries {
		folder := filepath.Join(c.Keep, entry.Name())
		results, err := annbench.Load(folder)
		if err != nil {
			t.notef("left out: %v", err)
			continue
		}
		if err := addPeers(t, results, folder); err != nil {
			return nil, err
		}
		all = append(all, results)
	}
	return all, nil
}

// addPeers leaves results about other vectors out, and says so.
func addPeers(t *terminal, results *annbench.Results, folder string) error {
	err := results.AddPeers(folder)
	if errors.Is(err, annbench.ErrOtherVectors) {
		t.notef("left out: %v", err)
		return nil
	}
	return err
}
