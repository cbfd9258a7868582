package simulation

import (
	"context"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"vitrine/catalog"
)

// Answered is a search that a visitor made, and what the visitor did about the page.
type Answered struct {
	Query  catalog.ShopperQuery
	Events []catalog.Event
}

// LaterTasks draws searches that are not the first of their visit, up to n: the visitors and intents are those of Tasks,
// and before the search of the task they made another one, or two as often as the model goes on. Those were answered by
// search, which is called by several goroutines at once; Task.Earlier says what the visitors did about them. A visit
// that ended with a purchase gives no task.
func (s *Shop) LaterTasks(ctx context.Context, n int, seed uint64, search Search) ([]Task, error) {
	tasks := make([]*Task, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range tasks {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			tasks[i], err = s.laterTask(ctx, i, seed, search)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var made []Task
	for _, t := range tasks {
		if t != nil {
			made = append(made, *t)
		}
	}
	return made, nil
}

// laterTask is nil when the visit ends before.
func (s *Shop) laterTask(ctx context.Context, i int, seed uint64, search Search) (*Task, error) {
	t := s.task(i, seed)
	v := &visit{
		number: -1 - i, // those of the run count from 0
		at:     t.Query.Shopper.At.Sub(s.opts.Start), visitor: t.Visitor, intent: t.Intent,
		rng: source(s.opts.Seed^mix(seed), forLaterTasks, i),
	}
	before := 1
	if v.rng.Float64() < s.model.Onwards {
		before = 2
	}
	for v.searches < before {
		page, err := s.ask(ctx, v, search)
		if err != nil {
			return nil, err
		}
		events, _ := s.react(v, page)
		a := Answered{Query: page.Query}
		for _, e := range events {
			a.Events = append(a.Events, e.Event)
		}
		if slices.ContainsFunc(a.Events, func(e catalog.Event) bool { return e.Action == catalog.ActionPurchase }) {
			return nil, nil
		}
		t.Earlier = append(t.Earlier, a)
	}
	t.Query.Text, t.Kind = s.say(v.rng, v.visitor, v.intent, v.searches)
	t.Query.Shopper.At = s.opts.Start.Add(v.at).Truncate(time.Millisecond)
	return &t, nil
}

// clicked are the ids of the products that the visitor clicked earlier in the visit.
func (t *Task) clicked() (products []string) {
	for _, a := range t.Earlier {
		for _, e := range a.Events {
			if e.Action == catalog.ActionClick {
				products = append(products, string(e.Attributes.Object.ID))
			}
		}
	}
	return products
}

func (t *Task) afterClick() bool { return len(t.clicked()) > 0 }
