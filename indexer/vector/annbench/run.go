package annbench

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"time"

	"vitrine/indexer/vector"
)

// depths are the k that are searched for; the truth is as deep as the last.
var depths = []int{10, 100}

// Options are the choices of Run; the zero value is documented at each field.
type Options struct {
	Threads   []int         // goroutines that search, and that build; nil = 1. Searches under filters have the first
	Ef        []int         // sizes of the graph's candidate list; nil = 10 to 512
	Window    time.Duration // how long one measurement lasts; 0 = 1 s
	Windows   int           // measurements of each point, of which the fastest counts; 0 = 3
	CoderRows int           // rows up to which coder/hnsw is measured; 0 = leave it out
	Seed      uint64        // of the graph; any value is as good
	Folder    string        // an existing folder for the files that others measure by (files.go); empty = none

	Progress func(stage string, done, total int) // called by one goroutine at a time; nil = none
}

// WithDefaults returns a copy in which every zero is replaced by its default.
func (o Options) WithDefaults() Options {
	if o.Threads == nil {
		o.Threads = []int{1}
	}
	if o.Ef == nil {
		o.Ef = []int{16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512}
	}
	if o.Window == 0 {
		o.Window = time.Second
	}
	if o.Windows == 0 {
		o.Windows = 3
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	return o
}

// method is one way, with one setting, to find the k nearest rows.
type method struct {
	name, setting string
	k             int
	search        func(ctx context.Context, query []float32) ([]vector.Neighbour, error)

	buildSeconds map[int]float64 // by threads
	bytes        float64         // a vector, beside its floats
}

// runner is a run under way.
type runner struct {
	Options
	set   *Set
	flat  *vector.Index        // the set without a graph
	exact [][]vector.Neighbour // for each query, what a perfect search finds
	index *vector.Index        // the set with its graph, once that is built
}

// Run measures every method on the set: the graph of package vector with each Ef, its scan, a scan of the
// floats, and coder/hnsw; and then searches under filters. An error is ctx's when that ended.
func Run(ctx context.Context, set *Set, opts Options) (*Results, error) {
	r := &runner{Options: opts.WithDefaults(), set: set}
	results := newResults(set)
	if err := r.prepare(ctx, results); err != nil {
		return nil, fmt.Errorf("prepare %s: %w", set.Folder(), err)
	}
	for _, family := range []struct {
		name  string
		build func(context.Context) ([]method, error)
	}{{"graph", r.graph}, {"scans", r.scans}, {"coder/hnsw", r.coder}} {
		methods, err := family.build(ctx)
		if err != nil {
			return nil, fmt.Errorf("build %s of %s: %w", family.name, set.Folder(), err)
		}
		measured, err := r.measureAll(ctx, family.name, methods)
		if err != nil {
			return nil, fmt.Errorf("measure %s of %s: %w", family.name, set.Folder(), err)
		}
		results.Measurements = append(results.Measurements, measured...)
	}
	var err error
	if results.Filters, err = r.filters(ctx); err != nil {
		return nil, fmt.Errorf("measure filters on %s: %w", set.Folder(), err)
	}
	if r.Folder != "" {
		return results, results.write(filepath.Join(r.Folder, oursFile))
	}
	return results, nil
}

// prepare finds the truth and writes down what others need to measure the same.
func (r *runner) prepare(ctx context.Context, results *Results) (err error) {
	if r.flat, err = vector.Build(ctx, r.set.Base, r.set.Dim, vector.Options{GraphFrom: math.MaxInt}); err != nil {
		return err
	}
	if r.exact, err = r.truth(ctx); err != nil {
		return err
	}
	if r.Folder != "" {
		results.Vectors, err = r.writeFiles()
	}
	return err
}

func (r *runner) measureAll(ctx context.Context, family string, methods []method) ([]Measurement, error) {
	recalls, err := r.recalls(ctx, family, methods)
	if err != nil {
		return nil, err
	}
	var all []Measurement
	for i, m := range methods {
		for _, threads := range r.Threads {
			measured, err := r.measure(ctx, m, threads)
			if err != nil {
				return nil, err
			}
			measured.Recall10, measured.Recall100 = recalls[i][10], recalls[i][100]
			all = append(all, measured)
			r.report("measure "+family, len(all), len(methods)*len(r.Threads))
		}
	}
	return all, nil
}

func (r *runner) report(stage string, done, total int) {
	r.Progress(r.set.Folder()+": "+stage, done, total)
}

// timed runs build on as many threads and returns the seconds it took.
func timed(threads int, build func() error) (seconds float64, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	start := time.Now()
	err = build()
	return time.Since(start).Seconds(), err
}
