package adapter

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// shelf is products that are searched exactly.
type shelf [][]float32

func (s shelf) Vector(product uint32) ([]float32, bool) {
	if int(product) >= len(s) || s[product] == nil {
		return nil, false
	}
	return s[product], true
}

func (s shelf) Nearest(ctx context.Context, query []float32, k int) ([]uint32, error) {
	found, scores := make([]uint32, len(s)), make([]float64, len(s))
	for i, vector := range s {
		found[i] = uint32(i)
		for d := range vector {
			scores[i] += float64(vector[d]) * float64(query[d])
		}
	}
	slices.SortFunc(found, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
	return found[:min(k, len(found))], ctx.Err()
}

func randomUnit(random *rand.Rand, dim int) []float32 {
	vector, length := make([]float32, dim), 0.0
	for i := range vector {
		x := random.NormFloat64()
		vector[i] = float32(x)
		length += x * x
	}
	for i := range vector {
		vector[i] /= float32(math.Sqrt(length))
	}
	return vector
}

// turnedData is a shop whose queries are their products' vectors with three planes turned by 100 degrees and some
// noise: a rank of 6 undoes it. With right = false the pairs are chance.
func turnedData(right bool) Data {
	const dim, products = 24, 400
	random := rand.New(rand.NewPCG(7, 7))
	data := Data{Dim: dim}
	var all shelf
	sin, cos := math.Sincos(100 * math.Pi / 180)
	for i := range products {
		vector := randomUnit(random, dim)
		all = append(all, vector)
		query := slices.Clone(vector)
		for _, plane := range [][2]int{{0, 1}, {2, 3}, {4, 5}} {
			x, y := float64(vector[plane[0]]), float64(vector[plane[1]])
			query[plane[0]], query[plane[1]] = float32(cos*x-sin*y), float32(sin*x+cos*y)
		}
		for d := range query {
			query[d] += float32(0.1 * random.NormFloat64())
		}
		data.Queries = append(data.Queries, query...)
		pair := Pair{Query: i, Product: uint32(i), Weight: 1}
		if !right {
			pair.Product = uint32(random.IntN(products))
		}
		if i%4 == 0 {
			data.Validation = append(data.Validation, pair)
		} else {
			data.Training = append(data.Training, pair)
		}
	}
	data.Products = all
	return data
}

func TestTheGradientIsThatOfTheLoss(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	const dim, rank, n, m = 7, 3, 5, 9
	l := newLearner(dim, rank, random)
	for i := range l.values {
		l.values[i] = 0.5 * random.NormFloat64()
	}
	in := &batch{queries: matrix(make([]float64, n*dim), n, dim), candidates: matrix(make([]float64, m*dim), m, dim), hidden: make([]bool, n*m)}
	for i := range n {
		widen(row(in.queries, i), randomUnit(random, dim))
		in.weights = append(in.weights, 0.5+random.Float64())
		in.hidden[i*m+(i+2)%m] = true
		for range rank {
			in.kept = append(in.kept, float64(random.IntN(2))*2)
		}
	}
	for j := range m {
		widen(row(in.candidates, j), randomUnit(random, dim))
	}
	anchors := matrix(make([]float64, 4*dim), 4, dim)
	for i := range anchors.Rows {
		widen(row(anchors, i), randomUnit(random, dim))
	}
	loss := func() float64 { return l.loss(in, 0.2) + l.hold(anchors, 0.7) }
	loss()
	gradients := slices.Clone(l.gradients)
	const step = 1e-5
	for i, value := range l.values {
		l.values[i] = value + step
		above := loss()
		l.values[i] = value - step
		below := loss()
		l.values[i] = value
		if want := (above - below) / (2 * step); math.Abs(gradients[i]-want) > 1e-6*max(1, math.Abs(want)) {
			t.Errorf("parameter %d: gradient %v, by differences %v", i, gradients[i], want)
		}
	}
}

func TestTrainingStartsAtTheIdentity(t *testing.T) {
	p := newLearner(10, 4, rand.New(rand.NewPCG(1, 1))).projection()
	if !p.IsIdentity() {
		t.Error("it is not the identity")
	}
	vector := randomUnit(rand.New(rand.NewPCG(2, 2)), 10)
	for i, x := range p.Apply(vector) {
		if math.Abs(float64(x-vector[i])) > 1e-6 {
			t.Fatalf("%v became %v", vector, p.Apply(vector))
		}
	}
}

func TestALowRankTurnIsLearnt(t *testing.T) {
	data := turnedData(true)
	var epochs []Epoch
	train := func(seed uint64) *Projection {
		epochs = nil
		p, err := Train(t.Context(), data, Options{Rank: 8, Epochs: 12, Batch: 32, Rate: 0.01, Seed: seed}, func(e Epoch) { epochs = append(epochs, e) })
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := train(1)
	best := slices.MaxFunc(epochs, func(a, b Epoch) int { return cmp.Compare(a.MRR, b.MRR) })
	t.Logf("held-out MRR %.3f before and %.3f after %d epochs", epochs[0].MRR, best.MRR, best.Number)
	if best.MRR < epochs[0].MRR+0.15 || first.IsIdentity() {
		t.Error("the turn was not learnt")
	}
	if again := train(1); !slices.Equal(again.A, first.A) || !slices.Equal(again.B, first.B) {
		t.Error("the same seed gives another projection")
	}
	if other := train(2); slices.Equal(other.B, first.B) {
		t.Error("another seed gives the same projection")
	}
}

// What is learnt of queries in some directions moves anchors in others less when they are held.
func TestAnchorsAreHeld(t *testing.T) {
	data, random := turnedData(true), rand.New(rand.NewPCG(9, 9))
	for range 200 {
		data.Anchors = append(data.Anchors, randomUnit(random, data.Dim)...)
	}
	moved := func(hold float64) float64 {
		p, err := Train(t.Context(), data, Options{Rank: 8, Epochs: 5, Batch: 64, Rate: 0.005, Hold: hold}, func(Epoch) {})
		if err != nil || p.IsIdentity() {
			t.Fatalf("%v, %v", p, err)
		}
		sum := 0.0
		for i := 0; i < len(data.Anchors); i += data.Dim {
			anchor := data.Anchors[i : i+data.Dim]
			for d, x := range p.Apply(anchor) {
				sum += float64((x - anchor[d]) * (x - anchor[d]))
			}
		}
		return sum
	}
	if free, held := moved(-1), moved(5); held > free/2 {
		t.Errorf("the anchors moved by %.2f without holding and by %.2f held", free, held)
	}
}

func TestPairsOfChanceTeachNothingMuch(t *testing.T) {
	var epochs []Epoch
	_, err := Train(t.Context(), turnedData(false), Options{Rank: 8, Epochs: 8, Batch: 64, Rate: 0.005}, func(e Epoch) { epochs = append(epochs, e) })
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range epochs {
		if e.MRR > 0.05 {
			t.Errorf("epoch %d: held-out MRR %.3f", e.Number, e.MRR)
		}
	}
}

func TestAnInterruptedTrainingGivesTheBestSoFar(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	p, err := Train(ctx, turnedData(true), Options{Rank: 8, Rate: 0.005, Epochs: 1000, Patience: 1000}, func(e Epoch) {
		if e.Number == 3 {
			interrupt()
		}
	})
	if !errors.Is(err, context.Canceled) || p == nil || p.IsIdentity() {
		t.Errorf("%v, %v", p, err)
	}
	p, err = Train(ctx, turnedData(true), Options{}, func(Epoch) {})
	if !errors.Is(err, context.Canceled) || p != nil {
		t.Errorf("before the first epoch: %v, %v", p, err)
	}
}

func TestWhatCannotBeLearntFromIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Data, *Options){
		"no validation":           func(d *Data, _ *Options) { d.Validation = nil },
		"a product without":       func(d *Data, _ *Options) { d.Products.(shelf)[1] = nil },
		"a product of no shop":    func(d *Data, _ *Options) { d.Training[0].Product = 400 },
		"a query on both sides":   func(d *Data, _ *Options) { d.Validation[0].Query = d.Training[0].Query },
		"a query that is not":     func(d *Data, _ *Options) { d.Training[0].Query = 400 },
		"a weight of nothing":     func(d *Data, _ *Options) { d.Training[0].Weight = 0 },
		"half a query":            func(d *Data, _ *Options) { d.Queries = d.Queries[:25] },
		"a number that is none":   func(d *Data, _ *Options) { d.Queries[0] = float32(math.NaN()) },
		"a rank below 1":          func(_ *Data, o *Options) { o.Rank = -1 },
		"a temperature below 0":   func(_ *Data, o *Options) { o.Temperature = -1 },
		"a dropout of everything": func(_ *Data, o *Options) { o.Dropout = 1 },
		"a batch of one":          func(_ *Data, o *Options) { o.Batch = 1 },
	} {
		data, options := turnedData(true), Options{}
		change(&data, &options)
		if _, err := Train(t.Context(), data, options, func(Epoch) {}); !errors.Is(err, ErrData) && !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
