package simulation

import (
	"context"
	"fmt"
	"slices"
)

// pushedDepth is how deep an answer is searched for a product that bots push.
const pushedDepth = 100

// TasksOf draws n searches as Tasks does, all for things of a product's type, with pages that are deep enough to find it
// where nobody pushes it. A product that the shop has not is an error that wraps ErrOptions.
func (s *Shop) TasksOf(product string, n int, seed uint64) ([]Task, error) {
	at, found := s.byID[product]
	if !found {
		return nil, fmt.Errorf("%w: no product %s, whose searches were asked for", ErrOptions, product)
	}
	var tasks []Task
	for i := 0; len(tasks) < n; i++ {
		if t := s.task(i, seed); t.Intent.kind == s.items[at].kind {
			t.Query.Limit = pushedDepth
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

// Places is where a ranking puts one product: its rank, from 1, by the id of the task, of the tasks that find it.
type Places map[string]int

// Place asks a contender for all tasks and looks for a product in the answers.
func Place(ctx context.Context, tasks []Task, c Contender, product string) (Places, error) {
	run, err := rankAll(ctx, tasks, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	places := Places{}
	for id, ranked := range run {
		if at := slices.Index(ranked, product); at >= 0 {
			places[id] = at + 1
		}
	}
	return places, nil
}

// Lift compares where a product stands in two rankings of the same tasks, on average over those that find it in both.
type Lift struct {
	Tasks int
	From  float64 // its rank in the first, from 1
	Ranks float64 // that it stands higher in the second
}

// Lift compares p with a second ranking.
func (p Places) Lift(second Places) Lift {
	var l Lift
	for id, before := range p {
		if after, found := second[id]; found {
			l.From += float64(before)
			l.Ranks += float64(before - after)
			l.Tasks++
		}
	}
	n := float64(max(l.Tasks, 1))
	l.From, l.Ranks = l.From/n, l.Ranks/n
	return l
}
