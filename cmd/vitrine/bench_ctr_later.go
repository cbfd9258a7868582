package main

import (
	"context"

	"vitrine/ranker"
	"vitrine/ranker/behaviour"
	"vitrine/ranker/simulation"
	"vitrine/retrieval"
)

// measureLater compares, on searches that are not the first of their visit, what a model ranks without knowing the
// visitor, with what is known from the visits before, and with what the visitor did minutes ago as well. The pages
// that came before in the visit are those of a visitor unknown, the same for all.
func (c *benchCTRCmd) measureLater(ctx context.Context, world *simulation.Shop, live *shop, name string, model ranker.Model, state *behaviour.State) ([]simulation.Figure, error) {
	before := searchBy(live, ranker.New(model, ranker.Objective{}, state))
	unknown := anonymously(before)
	tasks, err := world.LaterTasks(ctx, c.Tasks, c.Seed, unknown)
	if err != nil {
		return nil, err
	}
	now := func(ctx context.Context, t *simulation.Task) ([]string, error) {
		search := searchBy(live, ranker.New(model, ranker.Objective{}, visitSoFar{state, t.Earlier}))
		return simulation.Ranking(name, search).Rank(ctx, t)
	}
	return world.Evaluate(ctx, tasks, []simulation.Contender{
		simulation.Ranking(name+", visitor unknown", unknown),
		simulation.Ranking(name+", known from visits before", before),
		{Name: name, Rank: now},
	})
}

// visitSoFar is what a state would say of a visitor who did some things about earlier searches of the visit. The state
// does not change, so that tasks do not hear of each other.
type visitSoFar struct {
	state   *behaviour.State
	earlier []simulation.Answered
}

// For implements ranker.Behaviour.
func (v visitSoFar) For(q *retrieval.Query) behaviour.View {
	view := v.state.For(q)
	for _, a := range v.earlier {
		view = view.After(a.Query, a.Events)
	}
	return view
}
