package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"vitrine/catalog"
	"vitrine/catalog/sample"
	"vitrine/ranker"
	"vitrine/ranker/behaviour"
	"vitrine/ranker/ctr"
	"vitrine/ranker/learning"
	"vitrine/ranker/simulation"
	"vitrine/retrieval"
)

// oracleDepth is how many candidates the oracle puts in order: as many as a ranker scores.
const oracleDepth = 200

type benchCTRCmd struct {
	Data     string         `required:"" placeholder:"DIR" type:"path" help:"Work folder with the sample shop, which is drawn and indexed where it lacks; its simulated events are replaced."`
	PerKind  int            `placeholder:"N" default:"14" help:"Products of each of the 74 kinds (default ${default}: the demo's shop)."`
	Visitors int            `placeholder:"N" default:"20000" help:"Simulated visitors; each makes some 3.5 searches (default ${default})."`
	Days     int            `placeholder:"N" default:"30" help:"Simulated days (default ${default})."`
	Returns  float64        `placeholder:"N" default:"1" help:"Mean number of visits of those who come back, beyond two (default ${default})."`
	Seed     uint64         `placeholder:"N" default:"1" help:"Seed of the shop and its visitors (default ${default})."`
	Mode     retrieval.Mode `placeholder:"M" enum:"hybrid,ranked" default:"ranked" help:"Order that the visitors see: hybrid (fusion) or ranked (the default)."`
	Bots     []string       `placeholder:"SHAPE" enum:"one,many,fresh" help:"Attackers, a tenth of the searches, who click one product wherever it is shown: one client, many (300), or fresh, a new one at every visit. The shop is simulated without them first, and then with each of the shapes, separated by commas."`
	Tasks    int            `placeholder:"N" default:"2000" help:"Searches of after the run that rankings are measured on (default ${default})."`
	Train    []string       `placeholder:"KIND/OBJECTIVE" default:"logistic/logloss,mlp/logloss,mlp/softmax" help:"Models that are trained on what was recorded, separated by commas; kinds and objectives are those of vitrine train ctr (default ${default})."`
	Reuse    bool           `help:"Train and measure on what the run before has recorded, with the same flags, instead of simulating again."`
	JSON     bool           `help:"Print JSON."`
}

// Help is printed below the flags' summary by vitrine bench ctr --help.
func (c *benchCTRCmd) Help() string {
	return `The visitors' true wishes and their clicks follow ranker/simulation/MODEL.md. NDCG@10 is by the true wishes. Of each model that was
trained it is also said what knowing the visitor adds, to single searches and, after one or two searches of the same visit, to the next.

  vitrine bench ctr --data work
  vitrine events export --data work events.jsonl
  vitrine bench ctr --data work --bots one,many,fresh`
}

// ctrReport is what bench ctr prints as JSON.
type ctrReport struct {
	ctrRun
	Attacks []ctrAttack `json:"attacks,omitempty"`
}

// ctrRun is one simulation and what was learnt from it.
type ctrRun struct {
	Seconds  float64             `json:"seconds"` // of the simulation, storing included
	Tally    simulation.Tally    `json:"tally"`
	Learning []ctrLearning       `json:"learning"`
	Figures  []simulation.Figure `json:"figures"`
	Knowing  []simulation.Figure `json:"knowing"` // the models that were trained, with knowing the visitor against without
	Later    []simulation.Figure `json:"later"`   // the same on searches that are not the first of their visit

	places map[string]simulation.Places // of the product that bots push, by contender
}

// ctrAttack is a simulation with bots, and what it changes.
type ctrAttack struct {
	ctrRun
	Shape  string    `json:"shape"`
	Target string    `json:"bot_target"`
	Pushed []ctrPush `json:"pushed"` // by contender
}

// ctrLearning is how one model came about.
type ctrLearning struct {
	Model   string           `json:"model"`
	Seconds float64          `json:"seconds"` // from reading the log to the report
	Report  *learning.Report `json:"report"`
}

// Validate is called when the command line was parsed.
func (c *benchCTRCmd) Validate() error {
	if c.PerKind < 1 || c.Tasks < 1 {
		return errors.New("--per-kind and --tasks must be at least 1")
	}
	if c.Reuse && len(c.Bots) > 0 {
		return errors.New("--reuse measures what one run recorded, --bots compares several: choose one of them")
	}
	return nil
}

// Run simulates, and measures how well fusion, ranker and an oracle rank by what the visitors truly want.
func (c *benchCTRCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	bar := t.progress()
	defer bar.close()
	clean, err := c.world("", bar)
	if err != nil {
		return err
	}
	attacked := make([]*simulation.Shop, len(c.Bots))
	for i, shape := range c.Bots {
		if attacked[i], err = c.world(shape, bar); err != nil {
			return err
		}
	}
	if err := c.makeShop(ctx, t, library); err != nil {
		return err
	}
	store, err := catalog.Open(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	target := ""
	if len(attacked) > 0 {
		target = attacked[0].Target() // which is that of all, by the seed
	}
	var report ctrReport
	if report.ctrRun, err = c.run(ctx, clean, target, store, t, bar, library); err != nil {
		return err
	}
	for i, world := range attacked {
		a := ctrAttack{Shape: c.Bots[i], Target: target}
		if a.ctrRun, err = c.run(ctx, world, target, store, t, bar, library); err != nil {
			return err
		}
		a.Pushed = pushes(&report.ctrRun, &a.ctrRun)
		report.Attacks = append(report.Attacks, a)
	}
	bar.close()
	if c.JSON {
		return t.json(report)
	}
	return report.write(t.out)
}

// run simulates one world, learns from it and measures.
func (c *benchCTRCmd) run(ctx context.Context, world *simulation.Shop, target string, store *catalog.Store, t *terminal, bar *progress, library runtimeLibrary) (r ctrRun, err error) {
	files, err := openShopFiles(c.Data)
	if err != nil {
		return r, err
	}
	// What the visitors do changes what the next ones see, as it does in a server.
	state := behaviour.New(store, behaviour.Options{})
	live, err := openShopWith(ctx, c.Data, files, state, library, t)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, live.close()) }()
	live.ranker.Use(ranker.Prior())

	begun := time.Now()
	if c.Reuse {
		_, err = followBehaviour(ctx, store, state, t)
	} else {
		err = c.simulate(ctx, world, live, store, state, &r.Tally)
	}
	if err != nil {
		return r, err
	}
	r.Seconds = time.Since(begun).Seconds()
	if err := c.learn(ctx, store, state, bar, t, &r); err != nil {
		return r, err
	}
	bar.report("measuring rankings", 0, 0)
	return r, c.measure(ctx, world, live, state, target, &r)
}

// learn trains on what was stored, as `vitrine train ctr --data` does, each model for itself; none is made live.
func (c *benchCTRCmd) learn(ctx context.Context, store *catalog.Store, state *behaviour.State, bar *progress, t *terminal, r *ctrRun) error {
	for _, name := range c.Train {
		kind, objective, _ := strings.Cut(name, "/")
		trainer, err := learning.NewTrainer(kind, cmp.Or(objective, string(ctr.LogLoss)), c.Seed)
		if err != nil {
			return err
		}
		begun := time.Now()
		learnt, err := learning.Learn(ctx, learning.Job{
			Source: store, Ledger: store, Store: ranker.OpenStore(c.Data), Trainer: trainer, Seed: c.Seed, Now: begun,
			Window: learning.Window{Trust: state, Progress: func(stage string, done int) { bar.report("read "+stage, done, 0) }},
			Epoch:  func(e ctr.Epoch) { bar.report("epochs of "+name, e.Number, 0) },
		})
		if errors.Is(err, learning.ErrTooLittle) {
			t.notef("%s learns nothing: %v", name, err)
			continue
		}
		if err != nil {
			return err
		}
		r.Learning = append(r.Learning, ctrLearning{name, time.Since(begun).Seconds(), learnt})
	}
	return nil
}

// measure compares, on searches of after the run, the order of the fusion with what rankers make of it: the prior
// that knows no visitor and no click, the prior that does, and the models that were trained, with and without knowing who
// asks. It also looks where they put the product that bots push, if there is one.
func (c *benchCTRCmd) measure(ctx context.Context, world *simulation.Shop, live *shop, state *behaviour.State, target string, r *ctrRun) error {
	hybrid := searchIn(live, retrieval.ModeHybrid)
	ranked := func(m ranker.Model, state *behaviour.State) simulation.Search {
		return searchBy(live, ranker.New(m, ranker.Objective{}, state))
	}
	contenders := []simulation.Contender{
		simulation.Ranking("fusion", hybrid),
		simulation.Ranking("prior, nothing known", ranked(ranker.Prior(), nil)),
		simulation.Ranking("prior", ranked(ranker.Prior(), state)),
	}
	for _, l := range r.Learning {
		model, err := ranker.OpenStore(c.Data).Load(l.Report.Version)
		if err != nil {
			return err
		}
		search := ranked(model, state)
		known := simulation.Ranking(l.Model, search)
		contenders = append(contenders, known)
		knowing, err := world.Evaluate(ctx, world.Tasks(c.Tasks, c.Seed), []simulation.Contender{
			simulation.Ranking(l.Model+", visitor unknown", anonymously(search)), known,
		})
		if err != nil {
			return err
		}
		r.Knowing = append(r.Knowing, knowing...)
		later, err := c.measureLater(ctx, world, live, l.Model, model, state)
		if err != nil {
			return err
		}
		r.Later = append(r.Later, later...)
	}
	if target != "" {
		tasks, err := world.TasksOf(target, pushedTasks, c.Seed)
		if err != nil {
			return err
		}
		r.places = map[string]simulation.Places{}
		for _, contender := range contenders {
			if r.places[contender.Name], err = simulation.Place(ctx, tasks, contender, target); err != nil {
				return err
			}
		}
	}
	contenders = append(contenders, world.Oracle("oracle", hybrid, oracleDepth))
	figures, err := world.Evaluate(ctx, world.Tasks(c.Tasks, c.Seed), contenders)
	r.Figures = figures
	return err
}

// anonymously searches without saying who asks.
func anonymously(search simulation.Search) simulation.Search {
	return func(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
		q.Shopper.Visitor, q.Shopper.User = "", ""
		return search(ctx, q)
	}
}

// searchBy searches in mode ranked with a ranker of its own.
func searchBy(s *shop, r *ranker.Ranker) simulation.Search {
	engine := retrieval.New(s.index, queryEncoder{s.model}, r, s.options)
	return engine.Search
}

// world makes the simulated side of the sample's catalogue, with bots of a shape; "" = none.
func (c *benchCTRCmd) world(shape string, bar *progress) (*simulation.Shop, error) {
	model := simulation.DefaultModel()
	model.MoreVisits = c.Returns
	options := simulation.Options{
		Seed: c.Seed, Visitors: c.Visitors, Days: c.Days, Chinese: sample.Chinese(), Model: &model,
		Progress: func(done, total int) { bar.report("simulated visits", done, total) },
	}
	if shape != "" {
		options.Bots = &simulation.Bots{Shape: simulation.BotShape(shape)}
	}
	return simulation.New(sample.Products(c.sample()), options)
}

// sample says what the shop sells.
func (c *benchCTRCmd) sample() sample.Options { return sample.Options{PerKind: c.PerKind} }

// makeShop draws and indexes the sample shop; what an earlier run has done is not done again.
func (c *benchCTRCmd) makeShop(ctx context.Context, t *terminal, library runtimeLibrary) error {
	drawn := filepath.Join(c.Data, "shop")
	if err := refuseForeign(c.Data, drawn); err != nil {
		return err
	}
	feed, err := drawSample(ctx, drawn, c.sample(), t)
	if err != nil {
		return err
	}
	index := indexCmd{Data: c.Data, Feed: feed, Full: true}
	_, err = index.index(ctx, t, library)
	return err
}

// searchIn searches in one mode. The order of the fusion depends on the words alone and is remembered.
func searchIn(s *shop, mode retrieval.Mode) simulation.Search {
	search := func(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
		q.Mode = mode
		return s.engine.Search(ctx, q)
	}
	if mode == retrieval.ModeHybrid {
		return simulation.Cached(search)
	}
	return search
}

// simulate runs the visits, counts them, tells the state what they did and stores it.
func (c *benchCTRCmd) simulate(ctx context.Context, world *simulation.Shop, live *shop, store *catalog.Store, state *behaviour.State, tally *simulation.Tally) error {
	if err := c.clear(ctx, store); err != nil {
		return err
	}
	recorder := &eventRecorder{Tally: tally, ctx: ctx, store: store, state: state}
	if err := world.Run(ctx, searchIn(live, c.Mode), recorder); err != nil {
		return err
	}
	return recorder.flush()
}

// clear deletes the events of an earlier simulation, and no others: a file says that those which are stored are of one.
func (c *benchCTRCmd) clear(ctx context.Context, store *catalog.Store) error {
	mark := filepath.Join(c.Data, "simulated-events")
	stats, err := store.EventStats(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Stat(mark); err != nil && stats.Events+stats.Queries > 0 {
		return fmt.Errorf("%s holds the events of real visitors, which the simulation would replace: choose another folder with --data", c.Data)
	}
	if err := os.WriteFile(mark, nil, 0o644); err != nil {
		return err
	}
	_, err = store.PruneEvents(ctx, time.Now().AddDate(100, 0, 0))
	return err
}

// eventRecorder is a simulation.Sink that tells a state what it counts, and stores it in batches.
type eventRecorder struct {
	*simulation.Tally
	ctx   context.Context // of the run that it is made for
	store *catalog.Store
	state *behaviour.State
	batch catalog.EventBatch
}

// Page stores a query and what its ranker saw.
func (r *eventRecorder) Page(p *simulation.Page) error {
	r.state.Observe(p.Query)
	r.batch.Queries = append(r.batch.Queries, p.Query)
	if served := p.Response.Served(&p.Query); len(served.Rows) > 0 {
		r.batch.Served = append(r.batch.Served, served)
	}
	return errors.Join(r.Tally.Page(p), r.full())
}

// Event stores an event.
func (r *eventRecorder) Event(e *simulation.Event) error {
	r.state.Apply(e.Event)
	r.batch.Events = append(r.batch.Events, e.Event)
	return errors.Join(r.Tally.Event(e), r.full())
}

func (r *eventRecorder) full() error {
	if r.batch.Len() < eventsAtOnce {
		return nil
	}
	return r.flush()
}

func (r *eventRecorder) flush() error {
	_, err := r.store.RecordEvents(r.ctx, r.batch)
	r.batch = catalog.EventBatch{}
	return err
}

// write prints the figures for people to read.
func (r *ctrReport) write(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if r.Tally.Visits > 0 { // else the log is of an earlier run
		r.writeTally(table)
	}
	r.writeLearning(table)
	writeFigures(table, "searches", "over fusion", r.Figures)
	writeFigures(table, "searches", "by knowing the visitor", r.Knowing)
	writeFigures(table, "second and third searches of a visit", "by knowing the visitor", r.Later)
	for i := range r.Attacks {
		r.Attacks[i].write(table)
	}
	return table.Flush()
}

// writeFigures prints figures of some searches, and the gain over the first contender of each group.
func writeFigures(table io.Writer, searches, gain string, figures []simulation.Figure) {
	fmt.Fprintf(table, "\n%s\tranking\tnumber\ttrue ndcg@10\t%s\tdifference\n", searches, gain)
	for _, f := range figures {
		fmt.Fprintf(table, "%s\t%s\t%d\t%.4f [%.4f, %.4f]", f.Group, f.Contender, f.Queries, f.NDCG, f.Interval.Low, f.Interval.High)
		if a := f.Against; a != nil {
			fmt.Fprintf(table, "\t%+.1f %%\t%+.4f [%+.4f, %+.4f]", 100*a.Gain, a.Difference, a.Interval.Low, a.Interval.High)
		}
		fmt.Fprintln(table)
	}
}

// writeLearning prints how the models came about.
func (r *ctrRun) writeLearning(table io.Writer) {
	fmt.Fprintln(table, "\nlearnt\tseconds\tepochs\tlog loss\tAUC\tNDCG@10 by replay\tof the prior")
	for _, l := range r.Learning {
		own, present := l.Report.Judgement.Figures[0], l.Report.Judgement.Figures[1]
		fmt.Fprintf(table, "%s\t%.0f\t%d\t%.5f\t%.4f\t%.4f\t%.4f\n", l.Model, l.Seconds, len(l.Report.Epochs), own.LogLoss, own.AUC, own.NDCG.Mean, present.NDCG.Mean)
	}
}

// writeTally prints what the visitors did.
func (r *ctrRun) writeTally(table io.Writer) {
	n := r.Tally.Actions
	fmt.Fprintf(table, "visits\t%d\n", r.Tally.Visits)
	fmt.Fprintf(table, "searches\t%d\t%.0f s\n", r.Tally.Searches, r.Seconds)
	fmt.Fprintf(table, "impressions\t%d\n", n[catalog.ActionImpression])
	fmt.Fprintf(table, "clicks\t%d\t%.2f a search\n", n[catalog.ActionClick], share(n[catalog.ActionClick], r.Tally.Searches))
	fmt.Fprintf(table, "carts\t%d\t%.1f %% of the visits\n", n[catalog.ActionAddToCart], 100*share(n[catalog.ActionAddToCart], r.Tally.Visits))
	fmt.Fprintf(table, "purchases\t%d\t%.1f %% of the visits\n", n[catalog.ActionPurchase], 100*share(n[catalog.ActionPurchase], r.Tally.Visits))
	fmt.Fprintln(table, "\nposition\timpressions\tclick-through")
	for i, shown := range r.Tally.Shown {
		fmt.Fprintf(table, "%d\t%d\t%.2f %%\n", i+1, shown, 100*share(r.Tally.Clicked[i], shown))
	}
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
