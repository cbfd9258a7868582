package simulation

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
)

// Task is a search of after the run, with a visitor and an intent that the run did not have together. Those of
// Shop.LaterTasks have others before them in the same visit.
type Task struct {
	ID        string
	Visitor   *Visitor
	Intent    *Intent
	Kind      QueryKind
	Returning bool // the visitor took part in the run
	Query     retrieval.Query
	Earlier   []Answered // the searches before it in the same visit; nil where it is the first
}

// Tasks draws n searches of the week after the run: every other one by a visitor who came more than once during it,
// the others by visitors who never came. Another seed gives other intents and other new visitors.
func (s *Shop) Tasks(n int, seed uint64) []Task {
	tasks := make([]Task, n)
	for i := range tasks {
		tasks[i] = s.task(i, seed)
	}
	return tasks
}

func (s *Shop) task(i int, seed uint64) Task {
	rng := source(s.opts.Seed^mix(seed), forTasks, i)
	t := Task{ID: fmt.Sprintf("t%06d", i)}
	number := s.opts.Visitors + rng.IntN(1<<40)
	if t.Returning = i%2 == 0 && s.returner > 0; t.Returning {
		number = rng.IntN(s.returner)
	}
	t.Visitor = s.Visitor(number)
	t.Intent = s.intent(rng, t.Visitor)
	var text string
	text, t.Kind = s.say(rng, t.Visitor, t.Intent, rng.IntN(2))
	end := s.opts.Start.AddDate(0, 0, s.opts.Days)
	t.Query = retrieval.Query{Text: text, Limit: s.opts.Limit, Shopper: retrieval.Shopper{
		Visitor: t.Visitor.ID, Device: t.Visitor.Device,
		At: end.Add(seconds(7 * 24 * 3600 * rng.Float64()).Truncate(time.Millisecond)),
	}}
	return t
}

// Contender is a way of ranking that is measured. Rank is called by several goroutines at once.
type Contender struct {
	Name string
	Rank func(ctx context.Context, t *Task) ([]string, error) // product ids, best first
}

// Ranking has a search rank.
func Ranking(name string, search Search) Contender {
	return Contender{name, func(ctx context.Context, t *Task) ([]string, error) { return found(ctx, search, t.Query) }}
}

// Oracle puts the first products that a search finds, depth of them, in the true order: the most that any ranking of
// the same candidates can reach.
func (s *Shop) Oracle(name string, search Search, depth int) Contender {
	return Contender{name, func(ctx context.Context, t *Task) ([]string, error) {
		q := t.Query
		q.Limit = depth
		ids, err := found(ctx, search, q)
		slices.SortStableFunc(ids, func(a, b string) int {
			return cmp.Compare(s.Truth(t.Visitor, t.Intent, b).Probability, s.Truth(t.Visitor, t.Intent, a).Probability)
		})
		return ids, err
	}}
}

func found(ctx context.Context, search Search, q retrieval.Query) ([]string, error) {
	response, err := search(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("evaluate the search %q: %w", q.Text, err)
	}
	ids := make([]string, len(response.Hits))
	for i, hit := range response.Hits {
		ids[i] = hit.Product.ID
	}
	return ids, nil
}

// evaluatedK is the depth of NDCG.
const evaluatedK = 10

// Figure is the true NDCG@10 of one contender in one group of tasks.
type Figure struct {
	Group     string              `json:"group"` // as groups names them
	Contender string              `json:"contender"`
	Queries   int                 `json:"queries"` // those for which the shop has something relevant
	NDCG      float64             `json:"ndcg@10"`
	Interval  evaluation.Interval `json:"interval"` // 95 %, bootstrap
	// Against the first contender, which has none.
	Against *Against `json:"against,omitempty"`
}

// Against says how much better a contender is than the first one, on the same tasks.
type Against struct {
	Gain       float64             `json:"gain"`       // of the difference over the first one's NDCG
	Difference float64             `json:"difference"` // of NDCG@10
	Interval   evaluation.Interval `json:"interval"`   // of the difference, 95 %, paired bootstrap
	P          evaluation.PValue   `json:"p"`          // paired randomisation test
}

// Evaluate measures contenders on tasks, overall and in groups; groups without a task are left out.
func (s *Shop) Evaluate(ctx context.Context, tasks []Task, contenders []Contender) ([]Figure, error) {
	runs := make([]evaluation.Run, len(contenders))
	for i, c := range contenders {
		var err error
		if runs[i], err = rankAll(ctx, tasks, c); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	qrels := evaluation.Qrels{}
	for i := range tasks {
		qrels[tasks[i].ID] = s.Truths(tasks[i].Visitor, tasks[i].Intent)
	}
	var figures []Figure
	for _, g := range groups() {
		wanted, ranked := qrels, runs
		if g.apart != nil {
			wanted, ranked = g.setApart(tasks, qrels, runs)
		}
		var queries []evaluation.Query
		for i := range tasks {
			if t := &tasks[i]; g.has(t) && len(wanted[t.ID]) > 0 {
				queries = append(queries, evaluation.Query{ID: t.ID, Text: t.Query.Text})
			}
		}
		if len(queries) == 0 {
			continue
		}
		some, err := compare(ctx, g.name, queries, wanted, contenders, ranked)
		if err != nil {
			return nil, err
		}
		figures = append(figures, some...)
	}
	return figures, nil
}

// rankAll asks for all tasks, on all cores.
func rankAll(ctx context.Context, tasks []Task, c Contender) (evaluation.Run, error) {
	ranked := make([][]string, len(tasks))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range tasks {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			ranked[i], err = c.Rank(ctx, &tasks[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	run := evaluation.Run{}
	for i := range tasks {
		run[tasks[i].ID] = ranked[i]
	}
	return run, nil
}

// compare measures what the contenders answered in one group.
func compare(ctx context.Context, group string, queries []evaluation.Query, qrels evaluation.Qrels, contenders []Contender, runs []evaluation.Run) ([]Figure, error) {
	modes := make([]evaluation.ModeReport, len(contenders))
	figures := make([]Figure, len(contenders))
	for i, c := range contenders {
		answers := func(_ context.Context, q evaluation.Query) ([]string, error) { return runs[i][q.ID], nil }
		report, _, err := evaluation.Evaluate(ctx, queries, qrels, evaluatedK, answers)
		if err != nil {
			return nil, err
		}
		report.Mode = c.Name
		modes[i] = report
		ndcg := report.Metrics[0]
		figures[i] = Figure{Group: group, Contender: c.Name, Queries: report.Queries, NDCG: ndcg.Mean, Interval: ndcg.Interval}
	}
	against, err := evaluation.Compare(modes, contenders[0].Name)
	if err != nil {
		return nil, err
	}
	for i, c := range against {
		a := &Against{Difference: c.Difference, Interval: c.Interval, P: c.P}
		if base := figures[0].NDCG; base > 0 {
			a.Gain = c.Difference / base
		}
		figures[i+1].Against = a
	}
	return figures, nil
}
