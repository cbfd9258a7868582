package trees

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/ranker/ctr"
)

// table is width numbers of chance a row, and labels that of makes of them.
func table(rows, width int, seed uint64, of func(x []float64, random *rand.Rand) float64) *ctr.Dataset {
	random := rand.New(rand.NewPCG(seed, 7))
	d := &ctr.Dataset{Label: "click"}
	for j := range width {
		d.Features = append(d.Features, fmt.Sprint("x", j))
	}
	for range rows {
		x := make([]float64, width)
		for j := range x {
			if x[j] = random.NormFloat64(); j%2 == 1 && random.Float64() < 0.6 {
				x[j] = 0 // as counts often are
			}
		}
		d.Values, d.Labels = append(d.Values, x...), append(d.Labels, of(x, random))
	}
	return d
}

// parted is clicked where one number is high or the other is low, but not both: no line parts it.
func parted(x []float64, random *rand.Rand) float64 {
	if (x[0] > 0.3) != (x[2] < -0.2) == (random.Float64() < 0.95) {
		return 1
	}
	return 0
}

// lists are queries of ten rows whose grades go by a curve of two numbers.
func lists(queries int, seed uint64) *ctr.Dataset {
	d := table(10*queries, 6, seed, func(x []float64, random *rand.Rand) float64 {
		return min(4, max(0, math.Round(2-x[0]*x[0]+x[2]+0.4*random.NormFloat64())))
	})
	for q := range queries {
		d.Groups = append(d.Groups, slices.Repeat([]string{fmt.Sprint(q)}, 10)...)
	}
	return d
}

func train(t testing.TB, training, validation *ctr.Dataset, o Options) (*Model, []Round) {
	t.Helper()
	var rounds []Round
	m, err := Train(t.Context(), training, validation, o, func(r Round) { rounds = append(rounds, r) })
	if err != nil {
		t.Fatal(err)
	}
	return m, rounds
}

func scores(m *Model, d *ctr.Dataset) []float64 {
	into := make([]float64, d.Rows())
	m.Scores(d.Values, into)
	return into
}

func TestTreesLearnWhatNoLineParts(t *testing.T) {
	m, _ := train(t, table(4000, 5, 1, parted), nil, Options{})
	fresh := table(2000, 5, 2, parted)
	figures, err := ctr.Measure(fresh, scores(m, fresh))
	if err != nil || figures.AUC < 0.93 || figures.LogLoss > 0.3 {
		t.Errorf("%+v, %v", figures, err)
	}
}

func TestLambdaRankOrdersLists(t *testing.T) {
	o := Options{Objective: LambdaRank}.WithDefaults()
	fresh := lists(200, 2)
	before := newTarget(fresh, o).figure(make([]float64, fresh.Rows()))
	m, _ := train(t, lists(300, 1), nil, o)
	if after := newTarget(fresh, o).figure(scores(m, fresh)); after < 0.9 || before > 0.6 {
		t.Errorf("NDCG@5 %v, %v before", after, before)
	}
}

func TestWithOneLeafMoreThereIsOneTreeOfKnownValues(t *testing.T) {
	d := &ctr.Dataset{Features: []string{"x"}, Label: "click", Values: []float64{1, 1, 1, 1, 5, 5, 5, 5}, Labels: []float64{0, 0, 0, 1, 1, 1, 1, 0}}
	m, _ := train(t, d, nil, Options{Trees: 1, Leaves: 2, Rate: 1, MinRows: 1})
	// From even odds each row has the Hessian 1/4, and 1 click of 4 the gradient 3·½ − ½ = 1: a step of ∓1.
	got := scores(m, &ctr.Dataset{Labels: make([]float64, 4), Values: []float64{-9, 3, 3.0001, 9}})
	if want := []float64{-1, -1, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("scores %v, want %v", got, want)
	}
}

func TestLeavesAreNoSmallerThanAsked(t *testing.T) {
	d := table(500, 4, 1, parted)
	for _, o := range []Options{{MinRows: 40}, {MinRows: 1, MinHessian: 8}, {Leaves: 5, MinRows: 3}} {
		m, _ := train(t, d, nil, o)
		o = o.WithDefaults()
		for _, tr := range m.trees {
			leaves := 0
			for at := range tr.nodes {
				if !tr.isLeaf(at) {
					continue
				}
				leaves++
				if tr.covers[at] < float64(o.MinRows) || (o.MinHessian > 1 && tr.covers[at] < 4*o.MinHessian) { // p(1−p) ≤ ¼
					t.Errorf("%+v: a leaf has %v rows", o, tr.covers[at])
				}
			}
			if leaves > o.Leaves {
				t.Errorf("%+v: %d leaves", o, leaves)
			}
		}
	}
}

// The histograms of siblings are parted by subtraction; a tree must be what direct counts make.
func TestChildrenAndLeavesAddUp(t *testing.T) {
	d := table(800, 5, 3, parted)
	m, _ := train(t, d, nil, Options{Trees: 5})
	for _, tr := range m.trees {
		counted := make([]float64, len(tr.nodes))
		for i := range d.Rows() {
			counted[tr.leaf(d.Values[i*5:(i+1)*5])]++
		}
		for at := len(tr.nodes) - 1; at >= 0; at-- {
			if low := int(tr.nodes[at].child); low != at {
				counted[at] = counted[low] + counted[low+1]
			}
		}
		if !slices.Equal(counted, tr.covers) {
			t.Errorf("rows by node: counted %v, kept %v", counted, tr.covers)
		}
	}
}

func TestTheSameSeedGivesTheSameModelOnAnyNumberOfThreads(t *testing.T) {
	d := lists(300, 1)
	o := Options{Objective: LambdaRank, FeatureShare: 0.5, RowShare: 0.7, Trees: 20, Seed: 3}
	one, _ := train(t, d, nil, o)
	for _, threads := range []int{1, 2, 3} {
		o.Threads = threads
		if again, _ := train(t, d, nil, o); !slices.Equal(written(t, again), written(t, one)) {
			t.Errorf("with %d threads it is another model", threads)
		}
	}
	o.Seed = 4
	if other, _ := train(t, d, nil, o); slices.Equal(written(t, other), written(t, one)) {
		t.Error("another seed gives the same model")
	}
}

func TestValidationChoosesHowManyTreesAreKept(t *testing.T) {
	noise := func(_ []float64, random *rand.Rand) float64 { return float64(random.IntN(2)) }
	m, rounds := train(t, table(300, 5, 1, noise), table(300, 5, 2, noise), Options{Patience: 5, Trees: 200})
	best := 0
	for i, r := range rounds {
		if r.Best {
			best = i + 1
		}
	}
	if len(rounds) != best+5 || m.Trees() != best || best > 40 {
		t.Errorf("%d trees of %d rounds, the best is %d", m.Trees(), len(rounds), best)
	}
}

func TestAWeightIsThatManyRows(t *testing.T) {
	d := table(300, 3, 1, parted)
	many := &ctr.Dataset{Features: d.Features, Label: d.Label}
	for i := range d.Rows() {
		d.Weights = append(d.Weights, float64(1+i%2))
		for range 1 + i%2 {
			many.Values, many.Labels = append(many.Values, d.Values[3*i:3*i+3]...), append(many.Labels, d.Labels[i])
		}
	}
	o := Options{Trees: 1, Leaves: 3, MinRows: 1, MinHessian: 15, Bins: 16}
	weighted, _ := train(t, d, nil, o)
	repeated, _ := train(t, many, nil, o)
	if math.Abs(weighted.base-repeated.base) > 1e-12 {
		t.Errorf("base %v, %v", weighted.base, repeated.base)
	}
	a, _ := ctr.Measure(d, scores(weighted, d))
	b, _ := ctr.Measure(d, scores(repeated, d))
	if math.Abs(a.LogLoss-b.LogLoss) > 0.02 {
		t.Errorf("log loss %v, %v", a.LogLoss, b.LogLoss)
	}
}

func TestAnInterruptedTrainingKeepsWhatItHas(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	m, err := Train(ctx, table(300, 3, 1, parted), nil, Options{}, func(r Round) {
		if r.Tree == 3 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || m == nil || m.Trees() != 3 {
		t.Errorf("%v, %v", m, err)
	}
	if m, err = Train(ctx, table(300, 3, 1, parted), nil, Options{}, func(Round) {}); m != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", m, err)
	}
}

func TestBinsHoldAboutAsManyRowsAndKeepTheOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, most := range []int{2, 16, 255, 256} {
		values := make([]float64, 5000)
		for i := range values {
			if values[i] = random.ExpFloat64(); i%2 == 0 {
				values[i] = 0
			}
		}
		b := binRows(values, 1, most, 1)
		counts := make([]int, len(b.bounds[0])+1)
		for i, bin := range b.column(0) {
			counts[bin]++
			if (int(bin) < len(b.bounds[0]) && values[i] > b.bounds[0][bin]) || (bin > 0 && values[i] <= b.bounds[0][bin-1]) {
				t.Fatalf("%v is in bin %d", values[i], bin)
			}
		}
		if len(counts) > most || len(counts) < most*9/10 || counts[0] != 2500 || slices.Max(counts[1:]) > 2*5000/most+minBin {
			t.Errorf("at most %d bins: %v", most, counts)
		}
	}
}

func TestUnusableRowsAndOptionsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(d *ctr.Dataset, o *Options)
		err  error
		want string
	}{
		{"one label", func(d *ctr.Dataset, _ *Options) { clear(d.Labels) }, ErrData, "all 40 labels are 0"},
		{"a grade of clicks", func(d *ctr.Dataset, _ *Options) { d.Labels[3] = 2 }, ErrData, "row 4 has the label 2"},
		{"not finite", func(d *ctr.Dataset, _ *Options) { d.Values[7] = math.NaN() }, ErrData, "row 4 has a value"},
		{"no queries", func(_ *ctr.Dataset, o *Options) { o.Objective = LambdaRank }, ErrData, "needs the query"},
		{"a query cut in two", func(d *ctr.Dataset, o *Options) {
			o.Objective, d.Groups = LambdaRank, slices.Repeat([]string{"a", "b"}, 20)
		}, ErrData, `row 3: the query "a"`},
		{"a weight of 0", func(d *ctr.Dataset, _ *Options) { d.Weights = make([]float64, 40) }, ErrData, "the weight 0"},
		{"too few values", func(d *ctr.Dataset, _ *Options) { d.Values = d.Values[1:] }, ErrData, "79 values"},
		{"an objective", func(_ *ctr.Dataset, o *Options) { o.Objective = "mse" }, ErrOptions, `objective "mse"`},
		{"one leaf", func(_ *ctr.Dataset, o *Options) { o.Leaves = 1 }, ErrOptions, "1 leaves"},
		{"a rate", func(_ *ctr.Dataset, o *Options) { o.Rate = -1 }, ErrOptions, "rate -1"},
		{"a share", func(_ *ctr.Dataset, o *Options) { o.RowShare = 1.5 }, ErrOptions, "1.5 of the rows"},
		{"bins", func(_ *ctr.Dataset, o *Options) { o.Bins = 300 }, ErrOptions, "300 bins"},
		{"trees", func(_ *ctr.Dataset, o *Options) { o.Trees = -1 }, ErrOptions, "-1 trees"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, o := table(40, 2, 1, func(x []float64, _ *rand.Rand) float64 {
				if x[0] > 0 {
					return 1
				}
				return 0
			}), Options{}
			c.edit(d, &o)
			m, err := Train(t.Context(), d, nil, o, func(Round) {})
			if m != nil || !errors.Is(err, c.err) || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestTreesLearnTheClickOnceARowIsLookedAt(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	d := &ctr.Dataset{Features: []string{"quality", "glamour"}, Label: "click"}
	var truth []float64
	for range 40_000 {
		quality, glamour := random.Float64(), random.Float64()
		examined := 0.1 + 0.9*glamour // what is glamorous was shown at the top
		chance := 0.1 + 0.5*quality
		click := 0.0
		if random.Float64() < examined*chance {
			click = 1
		}
		d.Values, d.Labels, d.Examined = append(d.Values, quality, glamour), append(d.Labels, click), append(d.Examined, examined)
		truth = append(truth, chance)
	}
	for _, known := range []bool{true, false} {
		if !known {
			d.Examined = nil
		}
		m, err := Train(t.Context(), d, nil, Options{Trees: 60, Leaves: 8, MinRows: 200}, func(Round) {})
		if err != nil {
			t.Fatal(err)
		}
		scores := make([]float64, d.Rows())
		m.Scores(d.Values, scores)
		off := 0.0
		for i, score := range scores {
			off += math.Abs(sigmoid(score)-truth[i]) / float64(len(scores))
		}
		if known != (off < 0.04) {
			t.Errorf("with the looks known %t, chances are off by %.3f", known, off)
		}
	}
}
