package online

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"sync"
	"sync/atomic"
)

// ErrExample is wrapped by every reason why an example cannot be learnt.
var ErrExample = errors.New("unusable example")

// Example is a product that was shown, and whether it was clicked.
type Example struct {
	Dense    []float64 // one a feature of Options.Dense
	Fields   []string  // one a name of Options.Fields; "" = not there, and neither are its crosses
	Offset   float64   // log odds that are known from elsewhere, which the model corrects; no weight is on it
	Position int       // from 1; 0 = unknown, taken for the first. For learning alone
	Clicked  bool      // for learning alone
	Weight   float64   // how much it counts, above 0; 0 = 1. For learning alone
}

// Model estimates how likely a product is clicked.
type Model struct {
	options Options // defaults filled in
	crosses []cross
	prior   float64 // log odds of Options.Prior

	// The bias, then the bands but the first, the numbers, the buckets.
	weights []atomic.Uint64 // bits of what z and n come to, for those who score
	dense   int             // index of the first number's weight
	hashed  int             // and of the first bucket's

	learning sync.Mutex
	z, n     []float64 // sums of gradients, less what the weights were worth; sums of their squares
	learnt   uint64    // examples
}

// New returns a model that gives everything the odds of Options.Prior. An error wraps ErrOptions.
func New(o Options) (*Model, error) {
	o = o.WithDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	crosses, err := o.crosses()
	if err != nil {
		return nil, err
	}
	m := &Model{options: o, crosses: crosses, prior: math.Log(o.Prior / (1 - o.Prior)), dense: 1 + len(o.Bands)}
	m.hashed = m.dense + len(o.Dense)
	size := m.hashed + o.Buckets
	m.weights, m.z, m.n = make([]atomic.Uint64, size), make([]float64, size), make([]float64, size)
	return m, nil
}

// Options returns what the model was made with, defaults filled in. Its slices belong to the model.
func (m *Model) Options() Options { return m.options }

// Learnt is how many examples the model has learnt.
func (m *Model) Learnt() uint64 {
	m.learning.Lock()
	defer m.learning.Unlock()
	return m.learnt
}

// Names names the parts of Contributions: the numbers, then the crosses. The slice belongs to the caller.
func (m *Model) Names() []string {
	names := make([]string, 0, len(m.options.Dense)+len(m.crosses))
	for _, f := range m.options.Dense {
		names = append(names, f.Name)
	}
	return append(names, m.options.Crosses...)
}

// Score returns the log odds of a click in the first position. It allocates nothing. The example must
// have as many numbers and fields as the options, or Score panics. Beside a Learn it may see some of the
// weights before and some after.
func (m *Model) Score(e Example) float64 {
	m.mustFit(e)
	logit := m.bias()
	for i := range e.Dense {
		logit += m.densePart(i, e)
	}
	fields := hashFields(e.Fields)
	for i := range m.crosses {
		logit += m.crossPart(&m.crosses[i], &fields)
	}
	return logit + e.Offset
}

// Contributions accounts for a score: the bias, then what each number and each cross adds, as Names has
// them. Added up in this order, and the example's Offset last, they are what Score returns, bit for bit.
// Other rules are those of Score.
func (m *Model) Contributions(e Example) (bias float64, parts []float64) {
	return m.bias(), m.AppendParts(nil, e)
}

// AppendParts appends the parts of Contributions, which takes no memory where parts has room for them.
func (m *Model) AppendParts(parts []float64, e Example) []float64 {
	m.mustFit(e)
	for i := range e.Dense {
		parts = append(parts, m.densePart(i, e))
	}
	fields := hashFields(e.Fields)
	for i := range m.crosses {
		parts = append(parts, m.crossPart(&m.crosses[i], &fields))
	}
	return parts
}

// densePart is converted, or a processor with fused multiply-add would sum something else than the parts.
func (m *Model) densePart(i int, e Example) float64 {
	return float64(m.weight(m.dense+i) * m.options.Dense[i].standard(e.Dense[i]))
}

func (m *Model) crossPart(c *cross, fields *hashes) float64 {
	bucket, sign, there := c.bucket(fields, m.options.Buckets)
	if !there {
		return 0
	}
	return sign * m.weight(m.hashed+bucket)
}

func (m *Model) bias() float64 { return m.prior + m.weight(0) }

func (m *Model) weight(i int) float64 { return math.Float64frombits(m.weights[i].Load()) }

// standard is what the model sees of a value. The cut keeps one wild value from moving everything.
func (f *Feature) standard(value float64) float64 {
	const most = 100
	standard := (value - f.Mean) / f.Scale
	if math.IsNaN(standard) {
		return 0
	}
	return min(max(standard, -most), most)
}

// Learn takes a step towards the example. An error wraps ErrExample, and nothing was learnt.
func (m *Model) Learn(e Example) error {
	if err := m.check(e); err != nil {
		return err
	}
	label, weight := 0.0, e.Weight
	if e.Clicked {
		label = 1
	}
	if weight == 0 {
		weight = 1
	}
	m.learning.Lock()
	defer m.learning.Unlock()
	logit, band := m.Score(e), m.band(e.Position)
	if band > 0 {
		logit += m.weight(band)
	}
	gradient := weight * (sigmoid(logit) - label)
	m.step(0, gradient)
	if band > 0 {
		m.step(band, gradient)
	}
	for i, value := range e.Dense {
		m.step(m.dense+i, gradient*m.options.Dense[i].standard(value))
	}
	fields := hashFields(e.Fields)
	for i := range m.crosses {
		if bucket, sign, there := m.crosses[i].bucket(&fields, m.options.Buckets); there {
			m.step(m.hashed+bucket, gradient*sign)
		}
	}
	m.learnt++
	return nil
}

// step is the update of algorithm 1 of McMahan et al. 2013.
func (m *Model) step(i int, gradient float64) {
	if gradient == 0 {
		return
	}
	squares := m.n[i] + gradient*gradient
	m.z[i] += gradient - (math.Sqrt(squares)-math.Sqrt(m.n[i]))/m.options.Alpha*m.weight(i)
	m.n[i] = squares
	m.settle(i)
}

// settle makes a weight what its sums come to.
func (m *Model) settle(i int) {
	l1, l2 := m.options.L1, m.options.L2
	if i < m.dense {
		l1, l2 = 0, 0
	}
	weight := 0.0
	if z := m.z[i]; math.Abs(z) > l1 {
		weight = (math.Copysign(l1, z) - z) / ((m.options.Beta+math.Sqrt(m.n[i]))/m.options.Alpha + l2)
	}
	m.weights[i].Store(math.Float64bits(weight))
}

// Band returns the learnt log odds that a position has over the first one.
func (m *Model) Band(position int) float64 {
	if band := m.band(position); band > 0 {
		return m.weight(band)
	}
	return 0
}

// band returns the weight of a position. The first band has none: it is what the others are held against.
func (m *Model) band(position int) int {
	return sort.SearchInts(m.options.Bands, position) // weight 0 is the bias, so band 1 is weight 1
}

func (m *Model) mustFit(e Example) {
	if len(e.Dense) != len(m.options.Dense) || len(e.Fields) != len(m.options.Fields) {
		panic(m.misfit(e))
	}
}

func (m *Model) misfit(e Example) string {
	return fmt.Sprintf("%d numbers and %d fields, the model has %d and %d", len(e.Dense), len(e.Fields), len(m.options.Dense), len(m.options.Fields))
}

func (m *Model) check(e Example) error {
	switch {
	case len(e.Dense) != len(m.options.Dense) || len(e.Fields) != len(m.options.Fields):
		return fmt.Errorf("%w: %s", ErrExample, m.misfit(e))
	case !finite(e.Dense...) || !finite(e.Offset):
		return fmt.Errorf("%w: a number is not finite: leave the example out", ErrExample)
	case e.Position < 0:
		return fmt.Errorf("%w: position %d: positions count from 1, 0 is unknown", ErrExample, e.Position)
	case !(e.Weight >= 0 && e.Weight <= maxWeight):
		return fmt.Errorf("%w: weight %v: choose a number above 0, at most %d", ErrExample, e.Weight, maxWeight)
	}
	return nil
}

// maxWeight keeps sums finite.
const maxWeight = 1_000_000

// sigmoid is the chance of a logit, written so that no exponential overflows.
func sigmoid(logit float64) float64 {
	if logit >= 0 {
		return 1 / (1 + math.Exp(-logit))
	}
	e := math.Exp(logit)
	return e / (1 + e)
}
