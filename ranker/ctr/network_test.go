package ctr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// everything returns rows of queries with all that a dataset may have.
func everything(rows int, seed uint64) *Dataset {
	random := rand.New(rand.NewPCG(seed, 2))
	d := &Dataset{Features: []string{"a", "b", "c"}, Label: "click", Funnel: []Step{{Name: "cart"}, {Name: "purchase"}}}
	for i := range rows {
		for range d.Features {
			d.Values = append(d.Values, random.NormFloat64())
		}
		click := float64(i % 2)
		cart := click * float64(i/2%2)
		d.Labels = append(d.Labels, click)
		d.Funnel[0].Labels = append(d.Funnel[0].Labels, cart)
		d.Funnel[1].Labels = append(d.Funnel[1].Labels, cart*float64(i/4%2))
		d.Groups = append(d.Groups, fmt.Sprint(i/6))
		d.Positions = append(d.Positions, i*5%43) // 0 is unknown
		d.Layouts = append(d.Layouts, []string{"phone", "desk"}[i/6%2])
		d.Weights = append(d.Weights, random.Float64()*2)
	}
	return d
}

// without leaves parts of the rows out.
func (d *Dataset) without(parts ...string) *Dataset {
	c := *d
	for _, part := range parts {
		switch part {
		case "funnel":
			c.Funnel = nil
		case "positions":
			c.Positions, c.Layouts = nil, nil
		case "weights":
			c.Weights = nil
		}
	}
	return &c
}

// randomRun returns a training whose parameters are chance numbers.
func randomRun(t *testing.T, d *Dataset, o Options) *run {
	t.Helper()
	o = o.WithDefaults()
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	m, err := begin(d, o)
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(m, d, none(d), o, nil)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range r.values {
		r.values[i] = random.NormFloat64()
	}
	return r
}

// TestGradientIsTheSlopeOfTheLoss holds the analytic gradient against central differences.
func TestGradientIsTheSlopeOfTheLoss(t *testing.T) {
	all := everything(24, 1)
	graded := all.without("funnel")
	graded.Labels = slices.Clone(all.Labels)
	for i := range graded.Labels {
		graded.Labels[i] = float64(i % 4)
	}
	for _, c := range []struct {
		name    string
		rows    *Dataset
		options Options
	}{
		{"logistic", all.without("funnel", "positions", "weights"), Options{}},
		{"logistic, clicks weighted", all.without("funnel", "positions", "weights"), Options{PositiveWeight: 5}},
		{"perceptron", all.without("funnel", "positions", "weights"), Options{Hidden: []int{4}}},
		{"two layers, rows weighted", all.without("funnel", "positions"), Options{Hidden: []int{5, 4}, PositiveWeight: 2.5}},
		{"dropout", all.without("funnel", "positions", "weights"), Options{Hidden: []int{8, 6}, Dropout: 0.4, PositiveWeight: 2.5}},
		{"positions", all.without("funnel"), Options{Hidden: []int{4}, PositionL2: 0.3}},
		{"funnel", all.without("positions"), Options{Hidden: []int{9}, PositiveWeight: 2}},
		{"funnel, positions", all, Options{Hidden: []int{5, 3}}},
		{"deepfm", all.without("funnel"), Options{Hidden: []int{5}, Factors: 4}},
		{"factorisation machine", all.without("funnel"), Options{Factors: 9}},
		{"softmax", graded, Options{Objective: Softmax, Hidden: []int{5}}},
		{"softmax of clicks", all.without("funnel", "positions"), Options{Objective: Softmax}},
		{"lambdarank", graded, Options{Objective: LambdaRank, NDCGAt: 3, Hidden: []int{5}}},
		{"lambdarank of a deepfm", graded, Options{Objective: LambdaRank, Hidden: []int{5}, Factors: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := randomRun(t, c.rows, c.options)
			units := make([]int, len(r.units))
			for i := range units {
				units[i] = len(units) - 1 - i
			}
			loss := func() float64 {
				r.gradient(units, rand.New(rand.NewPCG(3, 4))) // the same units dropped each time
				mean := r.loss.mean(&r.shards[0].examples, r.shards[0].logits)
				if r.tower != nil {
					mean += r.options.PositionL2 / 2 * floats.Dot(r.tower.values, r.tower.values)
				}
				return mean
			}
			gradient := slices.Clone(r.gradient(units, rand.New(rand.NewPCG(3, 4))))
			const h = 1e-6
			for i, value := range r.values {
				r.values[i] = value + h
				up := loss()
				r.values[i] = value - h
				down := loss()
				r.values[i] = value
				if want := (up - down) / (2 * h); math.Abs(gradient[i]-want) > 1e-7*(1+math.Abs(want)) {
					t.Errorf("parameter %d: gradient %v, slope %v", i, gradient[i], want)
				}
			}
		})
	}
}

// TestShardsAddUpToTheStep: a step in several shards has the gradient of the step in one.
func TestShardsAddUpToTheStep(t *testing.T) {
	d := everything(1200, 1)
	r := randomRun(t, d, Options{Hidden: []int{5}, Batch: 1200})
	units := rand.New(rand.NewPCG(1, 1)).Perm(1200)
	got := slices.Clone(r.gradient(units, nil))
	want := make([]float64, len(got))
	for begin := 0; begin < len(units); begin += 100 { // each in one shard, of mean losses
		floats.AddScaled(want, 1./12, r.gradient(units[begin:begin+100], nil))
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Fatalf("parameter %d: %v in shards, %v alone", i, got[i], want[i])
		}
	}
}

// logitsOf are those of standardised rows.
func logitsOf(n *network, inputs []float64) []float64 {
	var p packed
	n.pack(&p)
	return n.logits(&p, inputs)
}

func TestLogitsDoNotDependOnTheRowsBeside(t *testing.T) {
	n := newNetwork([]int{2, 3, 1}, 0)
	random := rand.New(rand.NewPCG(5, 6))
	for i := range n.values {
		n.values[i] = random.NormFloat64()
	}
	inputs := make([]float64, 2*(passRows+3)) // more than one pass
	for i := range inputs {
		inputs[i] = random.NormFloat64()
	}
	together := logitsOf(n, inputs)
	for _, i := range []int{0, 1, passRows - 1, passRows, passRows + 2} {
		if alone := logitsOf(n, inputs[2*i:2*i+2]); alone[0] != together[i] {
			t.Errorf("row %d: %v alone, %v among others", i, alone[0], together[i])
		}
	}
}

func TestDropOutKeepsTheExpectation(t *testing.T) {
	values := make([]float64, 100_000)
	for i := range values {
		values[i] = 1
	}
	dropOut(values, 0.3, rand.New(rand.NewPCG(1, 2)))
	var sum, zeros float64
	for _, value := range values {
		sum += value
		if value == 0 {
			zeros++
		}
	}
	if n := float64(len(values)); math.Abs(sum/n-1) > 0.01 || math.Abs(zeros/n-0.3) > 0.01 {
		t.Errorf("mean %v, share of zeros %v", sum/n, zeros/n)
	}
}

func TestAnUntrainedNetworkGivesTheBaseRate(t *testing.T) {
	for _, sizes := range [][]int{{2, 1}, {2, 5, 3, 1}} {
		n := newNetwork(sizes, 0)
		n.initialise([]float64{-1.5}, rand.New(rand.NewPCG(1, 2)))
		if got := logitsOf(n, []float64{3, -4, 0, 1}); got[0] != -1.5 || got[1] != -1.5 {
			t.Errorf("sizes %v: logits %v", sizes, got)
		}
	}
}
