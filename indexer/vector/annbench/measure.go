package annbench

import (
	"context"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// window is what one stretch of time has shown.
type window struct {
	rate      float64   // queries a second, of all threads together
	latencies []float64 // µs, of each query
}

// Latency is the time that a query takes, in µs.
type Latency struct {
	Mean float64 `json:"mean_us"`
	P50  float64 `json:"p50_us"`
	P99  float64 `json:"p99_us"`
}

func (w window) latency() Latency {
	sorted := slices.Sorted(slices.Values(w.latencies))
	return Latency{
		Mean: stat.Mean(sorted, nil),
		P50:  stat.Quantile(0.5, stat.Empirical, sorted, nil),
		P99:  stat.Quantile(0.99, stat.Empirical, sorted, nil),
	}
}

// search answers the query of that number.
type search func(ctx context.Context, query int) error

func (r *runner) measure(ctx context.Context, m method, threads int) (Measurement, error) {
	best, err := r.fastest(ctx, threads, r.set.queries(), func(ctx context.Context, query int) error {
		_, err := m.search(ctx, r.set.query(query))
		return err
	})
	if err != nil {
		return Measurement{}, err
	}
	latency := best[0].latency()
	return Measurement{
		Method: m.name, Setting: m.setting, K: m.k, Threads: threads,
		Rate: best[0].rate, P50: latency.P50, P99: latency.P99,
		BuildSeconds: m.buildSeconds[threads],
		Bytes:        m.bytes,
	}, nil
}

// fastest is for each of the searches the fastest of its windows: what else the machine does only ever slows a
// search down. They take turns, so that it meets one as often as the other.
func (r *runner) fastest(ctx context.Context, threads, queries int, searches ...search) ([]window, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	runtime.GC() // what was built before is not theirs to clear away
	best := make([]window, len(searches))
	for range r.Windows {
		for i, search := range searches {
			w, err := r.window(ctx, threads, queries, search)
			if err != nil {
				return nil, err
			}
			if w.rate > best[i].rate {
				best[i] = w
			}
		}
	}
	return best, nil
}

// window has each thread search for one query after the other, of the first so many, until the time is over; each
// begins elsewhere among them.
func (r *runner) window(ctx context.Context, threads, queries int, search search) (window, error) {
	rates, latencies := make([]float64, threads), make([][]float64, threads)
	group, ctx := errgroup.WithContext(ctx)
	for worker := range threads {
		group.Go(func() error {
			taken := make([]float64, 0, 1<<16)
			start := time.Now()
			last := start
			for i := worker * queries / threads; last.Sub(start) < r.Window; i++ {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := search(ctx, i%queries); err != nil {
					return err
				}
				now := time.Now()
				taken = append(taken, float64(now.Sub(last))/float64(time.Microsecond))
				last = now
			}
			rates[worker] = float64(len(taken)) / last.Sub(start).Seconds()
			latencies[worker] = taken
			return nil
		})
	}
	err := group.Wait()
	return window{rate: floats.Sum(rates), latencies: slices.Concat(latencies...)}, err
}
