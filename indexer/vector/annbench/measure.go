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

// measure is the fastest of several windows: what else the machine does only ever slows a search down.
func (r *runner) measure(ctx context.Context, m method, threads int) (Measurement, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	runtime.GC() // what was built before is not this method's to clear away
	var best window
	for range r.Windows {
		w, err := r.window(ctx, m, threads)
		if err != nil {
			return Measurement{}, err
		}
		if w.rate > best.rate {
			best = w
		}
	}
	slices.Sort(best.latencies)
	return Measurement{
		Method: m.name, Setting: m.setting, K: m.k, Threads: threads,
		Rate:         best.rate,
		P50:          stat.Quantile(0.5, stat.Empirical, best.latencies, nil),
		P99:          stat.Quantile(0.99, stat.Empirical, best.latencies, nil),
		BuildSeconds: m.buildSeconds[threads],
		Bytes:        m.bytes,
	}, nil
}

// window has each thread search for one query after the other until the time is over; each begins
// elsewhere among the queries.
func (r *runner) window(ctx context.Context, m method, threads int) (window, error) {
	rates, latencies := make([]float64, threads), make([][]float64, threads)
	group, ctx := errgroup.WithContext(ctx)
	for worker := range threads {
		group.Go(func() error {
			taken := make([]float64, 0, 1<<16)
			start := time.Now()
			last := start
			for i := worker * r.set.queries() / threads; last.Sub(start) < r.Window; i++ {
				if err := ctx.Err(); err != nil {
					return err
				}
				if _, err := m.search(ctx, r.set.query(i%r.set.queries())); err != nil {
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
