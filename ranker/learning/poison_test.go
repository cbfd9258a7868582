package learning

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/catalog/sample"
	"vitrine/ranker"
	"vitrine/ranker/behaviour"
	"vitrine/ranker/calibration"
	"vitrine/ranker/ctr"
	"vitrine/ranker/simulation"
	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
)

// poisonVisitors come in a month of the sample shop: enough that bots at a tenth of the traffic make most of what is
// known of their product.
const poisonVisitors = 2000

// poisonTasks are measured.
const poisonTasks = 700

// counter is a shop without index and encoders: what has most words of the query, ranked by a model.
type counter struct {
	products []catalog.Product
	texts    []string

	mu    sync.Mutex
	known map[string][]retrieval.Candidate
}

func newCounter() *counter {
	c := &counter{products: sample.Products(sample.Options{}), known: map[string][]retrieval.Candidate{}}
	slices.SortFunc(c.products, func(a, b catalog.Product) int { return cmp.Compare(a.ID, b.ID) })
	for _, p := range c.products {
		c.texts = append(c.texts, strings.ToLower(strings.Join(append([]string{p.Title}, p.Category...), " ")))
	}
	return c
}

// Product implements behaviour.Products.
func (c *counter) Product(_ context.Context, id string) (catalog.Product, error) {
	at, found := slices.BinarySearchFunc(c.products, id, func(p catalog.Product, id string) int { return cmp.Compare(p.ID, id) })
	if !found {
		return catalog.Product{}, fmt.Errorf("no product %s", id)
	}
	return c.products[at], nil
}

// candidates are up to 100 products that have the most words of a text.
func (c *counter) candidates(text string) []retrieval.Candidate {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, known := c.known[text]
	if known {
		return found
	}
	words := strings.Fields(strings.ToLower(text))
	for i := range c.products {
		score := 0
		for _, word := range words {
			if strings.Contains(c.texts[i], word) {
				score++
			}
		}
		if score > 0 {
			found = append(found, retrieval.Candidate{Product: &c.products[i], Fused: float64(score) / float64(len(words))})
		}
	}
	slices.SortStableFunc(found, func(a, b retrieval.Candidate) int { return cmp.Compare(b.Fused, a.Fused) })
	found = found[:min(len(found), 100)]
	for i := range found {
		found[i].FusedRank = i + 1
	}
	c.known[text] = found
	return found
}

// search ranks the candidates by a model that reads a state; or leaves them in their order, as their first visitors see
// them, and only notes what the model saw: then what honest visitors do does not depend on what others did.
func (c *counter) search(m ranker.Model, state *behaviour.State, ordered bool) simulation.Search {
	r := ranker.New(m, ranker.Objective{}, state)
	return func(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
		candidates := c.candidates(q.Text)
		response := &retrieval.Response{Query: q.Text}
		if len(candidates) == 0 {
			return response, nil
		}
		ranked, err := r.Rank(ctx, &q, candidates)
		if err != nil {
			return nil, err
		}
		response.Ranker = &retrieval.RankerReport{Model: ranked.Model, Schema: ranked.Schema}
		order := make([]int, len(candidates))
		for i := range order {
			order[i] = i
		}
		if ordered {
			slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ranked.Scores[b], ranked.Scores[a]) })
		}
		width := len(ranked.Values) / len(candidates)
		for place, i := range order[:min(len(order), q.Limit)] {
			response.Hits = append(response.Hits, retrieval.Hit{
				Rank: place + 1, Score: ranked.Scores[i], Fused: candidates[i].Fused, Features: ranked.Values[i*width : (i+1)*width],
				Product: catalog.Product{ID: candidates[i].Product.ID},
			})
		}
		return response, nil
	}
}

// diary is a sink that tells a state what happens, and a log to learn from.
type diary struct {
	state   *behaviour.State
	served  []catalog.Served
	queries []catalog.ShopperQuery
	events  []catalog.Event
}

func (d *diary) Page(p *simulation.Page) error {
	d.state.Observe(p.Query)
	d.queries = append(d.queries, p.Query)
	if served := p.Response.Served(&p.Query); len(served.Rows) > 0 {
		d.served = append(d.served, served)
	}
	return nil
}

func (d *diary) Event(e *simulation.Event) error {
	d.state.Apply(e.Event)
	d.events = append(d.events, e.Event)
	return nil
}

func (d *diary) Served(_ context.Context, from time.Time) iter.Seq2[catalog.Served, error] {
	return since(d.served, func(s catalog.Served) time.Time { return s.Time }, from)
}

func (d *diary) Queries(_ context.Context, from time.Time) iter.Seq2[catalog.ShopperQuery, error] {
	return since(d.queries, func(q catalog.ShopperQuery) time.Time { return q.Time }, from)
}

func (d *diary) Events(_ context.Context, from time.Time) iter.Seq2[catalog.Event, error] {
	return since(d.events, func(e catalog.Event) time.Time { return e.Time }, from)
}

// outcome is what one month led to, by contender: the true NDCG@10, and where the bots' product stands.
type outcome struct {
	ndcg   []float64
	places []simulation.Places
	tally  Tally
}

var poisonContenders = []string{"prior", "logistic"}

// month simulates a month of the shop, learns from it and measures on searches of the week after.
func month(t *testing.T, c *counter, bots *simulation.Bots, target string) outcome {
	t.Helper()
	world, err := simulation.New(c.products, simulation.Options{Visitors: poisonVisitors, Bots: bots})
	if err != nil {
		t.Fatal(err)
	}
	state := behaviour.New(c, behaviour.Options{})
	log := &diary{state: state}
	if err := world.Run(t.Context(), c.search(ranker.Prior(), state, false), log); err != nil {
		t.Fatal(err)
	}
	trained, tally := learned(t, log, state)
	tasks, err := world.TasksOf(target, 200, 1)
	if err != nil {
		t.Fatal(err)
	}
	var contenders []simulation.Contender
	o := outcome{tally: tally}
	for i, m := range []ranker.Model{ranker.Prior(), trained} {
		contender := simulation.Ranking(poisonContenders[i], c.search(m, state, true))
		places, err := simulation.Place(t.Context(), tasks, contender, target)
		if err != nil {
			t.Fatal(err)
		}
		contenders, o.places = append(contenders, contender), append(o.places, places)
	}
	for _, contender := range contenders {
		o.ndcg = append(o.ndcg, trueNDCG(t, world, world.Tasks(poisonTasks, 1), contender))
	}
	return o
}

// trueNDCG is the mean NDCG@10 by what the visitors of tasks truly want.
func trueNDCG(t *testing.T, world *simulation.Shop, tasks []simulation.Task, c simulation.Contender) float64 {
	t.Helper()
	sum, judged := 0.0, 0
	for i := range tasks {
		grades := world.Truths(tasks[i].Visitor, tasks[i].Intent)
		if len(grades) == 0 {
			continue
		}
		ranked, err := c.Rank(t.Context(), &tasks[i])
		if err != nil {
			t.Fatal(err)
		}
		sum += evaluation.NDCG(ranked, grades, 10)
		judged++
	}
	return sum / float64(judged)
}

// learned trains a logistic regression on a log, until it has settled: so that what parts two models is what parts their
// logs, and not the epoch at which they stopped.
func learned(t *testing.T, from Source, trust Trust) (ranker.Model, Tally) {
	t.Helper()
	log, err := Assemble(t.Context(), from, Window{Trust: trust})
	if err != nil {
		t.Fatal(err)
	}
	all := Part{0, len(log.Searches)}
	o := ctr.Options{Rate: 0.005, Epochs: 20, Batch: 1024, L2: 1e-4, Seed: 1}
	e := log.estimateExamination(all)
	scorer, err := ctr.Train(t.Context(), log.dataset(all, e, false), log.dataset(Part{}, e, false), o, func(ctr.Epoch) {})
	if err != nil {
		t.Fatal(err)
	}
	m := ranker.Manifest{Version: "logistic", Kind: "logistic", Schema: ranker.Features().Hash(), Calibration: calibration.Platt{Slope: 1}}
	model, err := ranker.NewTrained(m, scorer)
	if err != nil {
		t.Fatal(err)
	}
	return model, log.Tally
}

func TestBotsAtATenthOfTheTrafficHardlyChangeTheOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("months of traffic")
	}
	c := newCounter()
	attacked, err := simulation.New(c.products, simulation.Options{Bots: &simulation.Bots{}})
	if err != nil {
		t.Fatal(err)
	}
	target := attacked.Target()
	clean := month(t, c, nil, target)
	if len(clean.tally.LeftOut) > 0 {
		t.Errorf("of honest visitors is left out %v", clean.tally.LeftOut)
	}
	for _, shape := range []simulation.BotShape{simulation.BotsOne, simulation.BotsMany, simulation.BotsFresh} {
		t.Run(string(shape), func(t *testing.T) {
			poisoned := month(t, c, &simulation.Bots{Shape: shape}, target)
			for i, contender := range poisonContenders {
				change := poisoned.ndcg[i]/clean.ndcg[i] - 1
				lift := clean.places[i].Lift(poisoned.places[i])
				t.Logf("%s: NDCG@10 %.4f, %+.2f %%; from rank %.1f by %+.2f in %d searches; left out %v", contender, clean.ndcg[i], 100*change, lift.From, lift.Ranks, lift.Tasks, poisoned.tally.LeftOut)
				if change <= -0.01 || change >= 0.01 {
					t.Errorf("%s: NDCG@10 changes by %+.2f %%", contender, 100*change)
				}
				if lift.Ranks >= 3 || lift.Tasks < 100 {
					t.Errorf("%s: the bots' product rises by %.2f ranks in %d searches", contender, lift.Ranks, lift.Tasks)
				}
			}
		})
	}
}
