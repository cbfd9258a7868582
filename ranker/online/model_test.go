package online

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func newModel(t testing.TB, o Options) *Model {
	t.Helper()
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func learn(t testing.TB, m *Model, examples ...Example) {
	t.Helper()
	for _, e := range examples {
		if err := m.Learn(e); err != nil {
			t.Fatal(err)
		}
	}
}

// drawn are examples of independent numbers whose log odds are bias + weights · numbers.
func drawn(rows int, bias float64, weights []float64, seed uint64) []Example {
	random := rand.New(rand.NewPCG(seed, 1))
	examples := make([]Example, rows)
	for i := range examples {
		logit, dense := bias, make([]float64, len(weights))
		for j := range dense {
			dense[j] = random.NormFloat64()
			logit += weights[j] * dense[j]
		}
		examples[i] = Example{Dense: dense, Clicked: random.Float64() < sigmoid(logit)}
	}
	return examples
}

// batch is a logistic regression without penalty by Newton's method: bias, then the weights.
func batch(t testing.TB, examples []Example) []float64 {
	t.Helper()
	size := 1 + len(examples[0].Dense)
	weights := mat.NewVecDense(size, nil)
	for range 20 {
		gradient, hessian := mat.NewVecDense(size, nil), mat.NewSymDense(size, nil)
		for _, e := range examples {
			x := mat.NewVecDense(size, append([]float64{1}, e.Dense...))
			chance := sigmoid(mat.Dot(x, weights))
			label := 0.0
			if e.Clicked {
				label = 1
			}
			gradient.AddScaledVec(gradient, chance-label, x)
			hessian.SymRankOne(hessian, chance*(1-chance), x)
		}
		var step mat.VecDense
		if err := step.SolveVec(hessian, gradient); err != nil {
			t.Fatal(err)
		}
		weights.SubVec(weights, &step)
	}
	return weights.RawVector().Data
}

func logLoss(examples []Example, logit func(Example) float64) float64 {
	sum := 0.0
	for _, e := range examples {
		z := logit(e)
		if e.Clicked {
			z = -z
		}
		sum += max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
	}
	return sum / float64(len(examples))
}

func numbers(count int) []Feature {
	features := make([]Feature, count)
	for i := range features {
		features[i].Name = fmt.Sprint("x", i)
	}
	return features
}

func TestOnStationaryDataItComesToTheWeightsOfABatchRegression(t *testing.T) {
	examples := drawn(20_000, -1, []float64{1, -0.5, 0, 2}, 1)
	m := newModel(t, Options{Dense: numbers(4)})
	for range 5 {
		learn(t, m, examples...)
	}
	for i, want := range batch(t, examples) {
		got := m.weight(0)
		if i > 0 {
			got = m.weight(m.dense + i - 1)
		}
		if math.Abs(got-want) > 0.05 {
			t.Errorf("weight %d: got %v, a batch regression has %v", i, got, want)
		}
	}
}

// The taste turns around; 3,000 examples later the online model has followed, the batch model of all that
// was seen has not.
func TestItFollowsADrift(t *testing.T) {
	before, after := drawn(10_000, -1, []float64{1.5, -1}, 1), drawn(3_000, -1, []float64{-1.5, 1}, 2)
	fresh := drawn(5_000, -1, []float64{-1.5, 1}, 3)
	m := newModel(t, Options{Dense: numbers(2), Alpha: 0.5})
	learn(t, m, before...)
	learn(t, m, after...)
	all := batch(t, append(append([]Example{}, before...), after...))
	truth := logLoss(fresh, func(e Example) float64 { return -1 - 1.5*e.Dense[0] + e.Dense[1] })
	online := logLoss(fresh, m.Score)
	batched := logLoss(fresh, func(e Example) float64 { return all[0] + all[1]*e.Dense[0] + all[2]*e.Dense[1] })
	t.Logf("log loss: the truth %.4f, online %.4f, batch %.4f", truth, online, batched)
	if online > truth+0.05 || batched < truth+0.2 {
		t.Errorf("log loss: the truth %v, online %v, batch %v", truth, online, batched)
	}
}

func TestL1LeavesWeightsThatTellNothingAtExactlyZero(t *testing.T) {
	weights := make([]float64, 30)
	weights[0], weights[1] = 2, -2
	examples := drawn(5_000, 0, weights, 1)
	zeros := func(l1 float64) (count int) {
		m := newModel(t, Options{Dense: numbers(30), L1: l1})
		learn(t, m, examples...)
		for i := range 30 {
			if m.weight(m.dense+i) == 0 {
				count++
			}
		}
		if m.weight(m.dense) < 0.5 || m.weight(m.dense+1) > -0.5 {
			t.Errorf("l1 %v: the weights that tell are %v and %v", l1, m.weight(m.dense), m.weight(m.dense+1))
		}
		return count
	}
	if without, with := zeros(0), zeros(60); without != 0 || with < 25 {
		t.Errorf("%d weights of 30 are 0 without l1, %d with it", without, with)
	}
}

func TestAPriorIsWhereLearningStarts(t *testing.T) {
	examples := drawn(3_000, -5, []float64{0.5, 0.5}, 1)
	fresh := drawn(20_000, -5, []float64{0.5, 0.5}, 2)
	even, known := newModel(t, Options{Dense: numbers(2)}), newModel(t, Options{Dense: numbers(2), Prior: 0.01})
	if got, want := known.Score(Example{Dense: []float64{1, 1}}), math.Log(0.01/0.99); got != want {
		t.Errorf("before it has learnt it scores %v, not %v", got, want)
	}
	learn(t, even, examples...)
	learn(t, known, examples...)
	if e, k := logLoss(fresh, even.Score), logLoss(fresh, known.Score); k > e-0.005 {
		t.Errorf("log loss %v from even odds, %v from the prior", e, k)
	}
}

func TestL2ShrinksWeights(t *testing.T) {
	examples := drawn(5_000, 0, []float64{2}, 1)
	plain, shrunk := newModel(t, Options{Dense: numbers(1)}), newModel(t, Options{Dense: numbers(1), L2: 1000})
	learn(t, plain, examples...)
	learn(t, shrunk, examples...)
	if a, b := plain.weight(plain.dense), shrunk.weight(shrunk.dense); !(b > 0 && b < a/1.5) {
		t.Errorf("%v without, %v with the penalty", a, b)
	}
}

func TestPositionsAreLearntAndLeftOut(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	truth := func(good bool, position int) float64 {
		logit := -1.0
		if good {
			logit++
		}
		if position > 1 {
			logit -= 2 // seldom looked at
		}
		return logit
	}
	m := newModel(t, Options{Dense: numbers(1), Bands: []int{1}})
	for range 60_000 {
		good := random.Float64() < 0.5
		position := 1
		if random.Float64() < 0.8 == good { // the shop puts what is good low
			position = 2 + random.IntN(5)
		}
		x := 0.0
		if good {
			x = 1
		}
		learn(t, m, Example{Dense: []float64{x}, Position: position, Clicked: random.Float64() < sigmoid(truth(good, position))})
	}
	good, bad := m.Score(Example{Dense: []float64{1}, Position: 5}), m.Score(Example{Dense: []float64{0}})
	if math.Abs(good-0) > 0.15 || math.Abs(bad+1) > 0.15 || math.Abs(m.Band(3)+2) > 0.15 || m.Band(1) != 0 || m.Band(0) != 0 {
		t.Errorf("good %v, bad %v, the second position %v", good, bad, m.Band(3))
	}
}

func TestACrossLearnsWhatItsFieldsCannotApart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	draw := func(count int) []Example {
		examples := make([]Example, count)
		for i := range examples {
			query, product := random.IntN(20), random.IntN(20)
			chance := 0.1
			if (query*7+product)%5 == 0 {
				chance = 0.6
			}
			examples[i] = Example{Fields: []string{fmt.Sprint("q", query), fmt.Sprint("p", product)}, Clicked: random.Float64() < chance}
		}
		return examples
	}
	seen, fresh := draw(50_000), draw(10_000)
	apart := newModel(t, Options{Fields: []string{"query", "product"}, Crosses: []string{"query", "product"}})
	crossed := newModel(t, Options{Fields: []string{"query", "product"}, Crosses: []string{"query", "product", "query×product"}})
	learn(t, apart, seen...)
	learn(t, crossed, seen...)
	if a, c := logLoss(fresh, apart.Score), logLoss(fresh, crossed.Score); c > a-0.05 {
		t.Errorf("log loss %v apart, %v crossed", a, c)
	}
}

// Of n keys in b buckets, b·(1 − (1 − 1/b)ⁿ) buckets are taken when the hash spreads them evenly.
func TestFewCrossesShareABucket(t *testing.T) {
	const buckets, queries, products = 1 << 18, 200, 500
	c := cross{seed: hash("query×product"), fields: []int{0, 1}}
	taken, positive := make([]int, buckets), 0
	for q := range queries {
		for p := range products {
			fields := hashFields([]string{fmt.Sprint("query ", q), fmt.Sprint(p)})
			bucket, sign, there := c.bucket(&fields, buckets)
			if !there {
				t.Fatal("a cross is not there")
			}
			taken[bucket]++
			if sign > 0 {
				positive++
			}
		}
	}
	distinct, most := 0.0, 0
	for _, count := range taken {
		if count > 0 {
			distinct++
		}
		most = max(most, count)
	}
	want := buckets * (1 - math.Pow(1-1./buckets, queries*products))
	if math.Abs(distinct-want) > 0.01*want || most > 9 || math.Abs(float64(positive)/(queries*products)-0.5) > 0.01 {
		t.Errorf("%v buckets are taken, %v expected; at most %d share one; %d signs of %d are plus", distinct, want, most, positive, queries*products)
	}
}

func TestTheOrderOfFieldsMattersToACross(t *testing.T) {
	c := cross{seed: 1, fields: []int{0, 1}}
	ab, ba := hashFields([]string{"a", "b"}), hashFields([]string{"b", "a"})
	x, _, _ := c.bucket(&ab, 1<<18)
	y, _, _ := c.bucket(&ba, 1<<18)
	if x == y {
		t.Error("a×b and b×a share a bucket")
	}
}

func mixed(t testing.TB) (*Model, []Example) {
	t.Helper()
	m := newModel(t, Options{
		Dense:   []Feature{{Name: "price", Mean: 20, Scale: 7}, {Name: "words"}, {Name: "look", Scale: 0.3}},
		Fields:  []string{"query", "product", "device"},
		Crosses: []string{"query×product", "device", "query×product×device"},
	})
	random := rand.New(rand.NewPCG(5, 1))
	examples := make([]Example, 400)
	for i := range examples {
		device := []string{"", "mobile", "desktop"}[random.IntN(3)]
		examples[i] = Example{
			Dense:    []float64{100 * random.Float64(), random.NormFloat64(), random.Float64()},
			Fields:   []string{fmt.Sprint("q", random.IntN(9)), fmt.Sprint("p", random.IntN(30)), device},
			Position: random.IntN(60),
			Clicked:  random.Float64() < 0.2,
			Weight:   float64(random.IntN(3)),
		}
	}
	return m, examples
}

func TestContributionsSumToTheScoreBitForBit(t *testing.T) {
	m, examples := mixed(t)
	for _, e := range examples {
		learn(t, m, e)
		sum, parts := m.Contributions(e)
		for _, part := range parts {
			sum += part
		}
		if sum != m.Score(e) || len(parts) != len(m.Names()) {
			t.Fatalf("%d parts of %d sum to %v, the score is %v", len(parts), len(m.Names()), sum, m.Score(e))
		}
	}
	if _, parts := m.Contributions(Example{Dense: []float64{1, 2, 3}, Fields: []string{"q1", "p1", ""}}); parts[4] != 0 || parts[5] != 0 || parts[3] == 0 {
		t.Errorf("without a device the parts are %v", parts)
	}
}

func TestAWeightOfTwoIsAStrongerStep(t *testing.T) {
	once, twice := newModel(t, Options{}), newModel(t, Options{})
	learn(t, once, Example{Clicked: true})
	learn(t, twice, Example{Clicked: true, Weight: 2})
	if a, b := once.Score(Example{}), twice.Score(Example{}); !(b > a && a > 0) {
		t.Errorf("%v, %v", a, b)
	}
}

func TestWildValuesAreCut(t *testing.T) {
	m := newModel(t, Options{Dense: numbers(1)})
	learn(t, m, Example{Dense: []float64{1e300}, Clicked: true})
	for value, same := range map[float64]float64{math.Inf(1): 100, 1e9: 100, math.NaN(): 0} {
		if got, want := m.Score(Example{Dense: []float64{value}}), m.Score(Example{Dense: []float64{same}}); got != want || !finite(got) {
			t.Errorf("%v scores %v, not %v", value, got, want)
		}
	}
}

func TestScoringDoesNotAllocate(t *testing.T) {
	m, examples := mixed(t)
	if allocations := testing.AllocsPerRun(100, func() { m.Score(examples[7]) }); allocations != 0 {
		t.Errorf("%v allocations a score", allocations)
	}
}

func TestScoresBesideLearning(t *testing.T) {
	m, examples := mixed(t)
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
					if !finite(m.Score(examples[i%len(examples)])) {
						t.Error("a score is not finite")
						return
					}
				}
			}
		})
	}
	var learners sync.WaitGroup
	for range 2 {
		learners.Go(func() { learn(t, m, examples...) })
	}
	learners.Wait()
	close(done)
	readers.Wait()
	if m.Learnt() != uint64(2*len(examples)) {
		t.Errorf("%d learnt", m.Learnt())
	}
}

func TestUnusableExamplesTeachNothing(t *testing.T) {
	m := newModel(t, Options{Dense: numbers(1), Fields: []string{"query"}})
	for _, c := range []struct {
		name string
		e    Example
		want string
	}{
		{"too few numbers", Example{Fields: []string{""}}, "0 numbers and 1 fields, the model has 1 and 1"},
		{"not finite", Example{Dense: []float64{math.NaN()}, Fields: []string{""}}, "not finite"},
		{"position below 0", Example{Dense: []float64{1}, Fields: []string{""}, Position: -1}, "position -1"},
		{"weight below 0", Example{Dense: []float64{1}, Fields: []string{""}, Weight: -1}, "weight -1"},
		{"no weight", Example{Dense: []float64{1}, Fields: []string{""}, Weight: math.NaN()}, "weight NaN"},
	} {
		if err := m.Learn(c.e); !errors.Is(err, ErrExample) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if m.Learnt() != 0 {
		t.Errorf("%d learnt", m.Learnt())
	}
}

func TestUnusableOptionsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"a cross of no field", Options{Fields: []string{"query"}, Crosses: []string{"query×brand"}}, `the cross "query×brand" names "brand"`},
		{"a field with itself", Options{Fields: []string{"query"}, Crosses: []string{"query×query"}}, "there twice"},
		{"a cross twice", Options{Fields: []string{"query"}, Crosses: []string{"query", "query"}}, "is there twice"},
		{"a field twice", Options{Fields: []string{"query", "query"}}, "names are unique"},
		{"a number twice", Options{Dense: []Feature{{Name: "a"}, {Name: "a"}}}, `two numbers are called "a"`},
		{"a number without a name", Options{Dense: []Feature{{}}}, "a name has"},
		{"a scale below 0", Options{Dense: []Feature{{Name: "a", Scale: -1}}}, "the scale -1"},
		{"buckets", Options{Buckets: 1000}, "1000 buckets: choose a power of two"},
		{"bands", Options{Bands: []int{3, 2}}, "rising positions"},
		{"no bands", Options{Bands: []int{}}, "rising positions"},
		{"prior", Options{Prior: 1}, "a prior of 1"},
		{"alpha", Options{Alpha: -1}, "alpha -1"},
		{"l1", Options{L1: math.NaN()}, "l1 NaN"},
		{"too many fields", Options{Fields: strings.Split(strings.Repeat("a,", 17), ",")}, "at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := New(c.o); !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAnOffsetIsKnownAndNotLearnt(t *testing.T) {
	weights := []float64{1, -0.5}
	examples := drawn(20_000, -1, weights, 3)
	m, plain := newModel(t, Options{Dense: numbers(2)}), newModel(t, Options{Dense: numbers(2)})
	for i, e := range examples {
		learn(t, plain, e)
		examples[i].Offset = -1 + weights[0]*e.Dense[0] + weights[1]*e.Dense[1]
		learn(t, m, examples[i])
	}
	bias, parts := m.Contributions(examples[0])
	if score := m.Score(examples[0]); score != bias+parts[0]+parts[1]+examples[0].Offset {
		t.Errorf("the score %v is not the sum of %v, %v and the offset %v", score, bias, parts, examples[0].Offset)
	}
	one := Example{Dense: []float64{1, 1}}
	bias, parts = m.Contributions(one)
	if known, learnt := math.Abs(bias)+math.Abs(parts[0])+math.Abs(parts[1]), plain.Score(one); known > 0.2 || math.Abs(learnt+0.5) > 0.2 {
		t.Errorf("all is known, and %v is learnt beside it; without the offset %v, want about -0.5", known, learnt)
	}
	if err := m.Learn(Example{Dense: []float64{0, 0}, Offset: math.Inf(1)}); !errors.Is(err, ErrExample) {
		t.Errorf("an infinite offset is learnt: %v", err)
	}
}

func TestPartsNeedNoMemoryWhereThereIsRoom(t *testing.T) {
	m := newModel(t, Options{Fields: []string{"query", "product"}, Crosses: []string{"product", "query×product"}})
	e := Example{Fields: []string{"red shoes", "p1"}, Clicked: true}
	learn(t, m, e)
	parts := make([]float64, 0, 2)
	if n := testing.AllocsPerRun(100, func() { parts = m.AppendParts(parts[:0], e) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if _, want := m.Contributions(e); !slices.Equal(parts, want) {
		t.Errorf("the parts are %v, want %v", parts, want)
	}
}
