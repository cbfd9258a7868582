package main

import (
	"fmt"
	"io"
)

// pushedTasks is how many searches for the type of the bots' product it is looked for in.
const pushedTasks = 500

// ctrPush is what bots change about one way of ranking. Ranks are means over the searches that find their product
// with bots and without.
type ctrPush struct {
	Contender string  `json:"contender"`
	Clean     float64 `json:"ndcg@10_without"`
	NDCG      float64 `json:"ndcg@10"`
	Change    float64 `json:"change"`   // of NDCG, as a share
	Searches  int     `json:"searches"` // that find their product in the first 100, with bots and without
	Rank      float64 `json:"rank_without"`
	Lift      float64 `json:"lift"` // ranks that it stands higher with bots
}

// pushes compares two runs, contender by contender, those that both have; the oracle ranks by the truth and is left out.
func pushes(clean, attacked *ctrRun) []ctrPush {
	var all []ctrPush
	after := attacked.overall()
	for _, before := range clean.Figures {
		places, placed := clean.places[before.Contender]
		ndcg, had := after[before.Contender]
		if !placed || !had || before.Group != "all" {
			continue
		}
		lift := places.Lift(attacked.places[before.Contender])
		all = append(all, ctrPush{
			Contender: before.Contender, Clean: before.NDCG, NDCG: ndcg, Change: ndcg/before.NDCG - 1,
			Searches: lift.Tasks, Rank: lift.From, Lift: lift.Ranks,
		})
	}
	return all
}

// overall is NDCG@10 over all searches, by contender.
func (r *ctrRun) overall() map[string]float64 {
	ndcg := map[string]float64{}
	for _, f := range r.Figures {
		if f.Group == "all" {
			ndcg[f.Contender] = f.NDCG
		}
	}
	return ndcg
}

// write prints what bots of one shape did.
func (a *ctrAttack) write(table io.Writer) {
	fmt.Fprintf(table, "\nsearches of bots\t%d\tfor %s\tof the shape %s\n", a.Tally.BotSearches, a.Target, a.Shape)
	a.writeLearning(table)
	fmt.Fprintln(table, "\nranking\tndcg@10 without bots\twith\tchange\trank of the bots' product\tlift\tsearches")
	for _, p := range a.Pushed {
		fmt.Fprintf(table, "%s\t%.4f\t%.4f\t%+.2f %%\t%.1f\t%+.1f\t%d\n", p.Contender, p.Clean, p.NDCG, 100*p.Change, p.Rank, p.Lift, p.Searches)
	}
}
