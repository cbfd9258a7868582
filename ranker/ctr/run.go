package ctr

import (
	"math/rand/v2"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/floats"
)

// run is one training.
type run struct {
	network *network
	tower   *tower // or nil
	model   *Model
	loss    loss
	values  []float64 // all parameters, of which the network and the tower have views

	training, validation table
	units                []span // of training rows: those of a query, or each on its own
	options              Options
	report               func(Epoch)

	packed packed
	shards []shard
}

// table is rows ready for training.
type table struct {
	inputs []float64 // standardised
	examples
}

func newTable(d *Dataset, m *Model) table {
	t := table{m.standard.apply(d.Values), *examplesOf(d)}
	if m.tower != nil && d.Positions != nil {
		t.places = m.tower.places(d)
	}
	return t
}

// examplesOf views what a dataset knows besides the features and the positions.
func examplesOf(d *Dataset) *examples {
	e := &examples{labels: [][]float64{d.Labels}, weights: d.Weights, groups: d.groupSpans(), examined: d.Examined}
	for _, step := range d.Funnel {
		e.labels = append(e.labels, step.Labels)
	}
	return e
}

func newRun(m *Model, training, validation *Dataset, o Options, report func(Epoch)) *run {
	r := &run{
		network: m.network, tower: m.tower, model: m,
		loss:       o.loss(),
		training:   newTable(training, m),
		validation: newTable(validation, m),
		options:    o,
		report:     report,
	}
	r.units = rowSpans(training.Rows())
	if o.Objective.listwise() {
		r.units = training.tellingSpans()
	}
	r.values = m.network.values
	if m.tower != nil {
		r.values = append(r.values, m.tower.values...)
		size := len(m.network.values)
		m.network.move(r.values[:size:size])
		m.tower.values = r.values[size:]
	}
	return r
}

// batch returns how many units the next step takes of the order.
func (r *run) batch(order []int) int {
	rows := 0
	for i, unit := range order {
		rows += r.units[unit].end - r.units[unit].begin
		if rows >= r.options.Batch {
			return i + 1
		}
	}
	return len(order)
}

// A step is parted into shards that are worked on at once. Their number depends on the options alone, and
// their gradients are added in order, so that the sum is the same on any number of processors.
const (
	maxShards = 4
	shardRows = 128 // at least
)

// shard is a part of a step.
type shard struct {
	scratch
	examples
	random   *rand.Rand
	gradient []float64
	looks    []float64 // slopes of examples.look
}

// gradient returns the gradient of the mean loss of some units by all parameters, until the next call.
func (r *run) gradient(units []int, random *rand.Rand) []float64 {
	r.network.pack(&r.packed)
	share := max(shardRows, (r.options.Batch+maxShards-1)/maxShards)
	var wait sync.WaitGroup
	count := 0
	for rest := units; len(rest) > 0; count++ {
		size, rows := 0, 0
		for size < len(rest) && (rows < share || count == maxShards-1) {
			u := r.units[rest[size]]
			size, rows = size+1, rows+u.end-u.begin
		}
		own := rest[:size]
		rest = rest[size:]
		s := r.shard(count, random)
		if count == 0 && len(rest) == 0 {
			r.work(s, own, len(units))
		} else {
			wait.Go(func() { r.work(s, own, len(units)) })
		}
	}
	wait.Wait()
	sum := r.shards[0].gradient
	for i := 1; i < count; i++ {
		floats.Add(sum, r.shards[i].gradient)
	}
	if r.tower != nil {
		floats.AddScaled(sum[len(r.network.values):], r.options.PositionL2, r.tower.values)
	}
	return sum
}

// shard returns the i-th shard, which draws what it drops out from a stream of its own.
func (r *run) shard(i int, random *rand.Rand) *shard {
	if r.shards == nil {
		r.shards = make([]shard, maxShards)
	}
	s := &r.shards[i]
	if s.gradient == nil {
		s.gradient = make([]float64, len(r.values))
		s.labels = make([][]float64, len(r.training.labels))
	}
	if r.options.Dropout > 0 {
		s.random = rand.New(rand.NewPCG(random.Uint64(), random.Uint64()))
	}
	return s
}

// work sets the shard's gradient to that of its units' losses over the number of all units of the step.
func (r *run) work(s *shard, own []int, all int) {
	r.gather(s, own)
	r.network.forward(&r.packed, &s.scratch, s.random)
	tasks := r.network.tasks()
	if r.tower != nil {
		r.tower.add(s.places, tasks, s.logits)
	}
	s.looks = resized(s.looks, len(s.examined))
	s.look(tasks, r.options.Objective.listwise(), s.logits, s.looks)
	s.slopes = resized(s.slopes, len(s.logits))
	r.loss.slopes(&s.examples, s.logits, s.slopes)
	for i, look := range s.looks {
		s.slopes[i*tasks] *= look
	}
	for i := range s.slopes {
		s.slopes[i] /= float64(all)
	}
	size := len(r.network.values)
	r.network.backward(&r.packed, &s.scratch, s.random != nil, r.network.split(s.gradient[:size]))
	if r.tower != nil {
		r.tower.gradient(s.places, tasks, s.slopes, s.gradient[size:])
	}
}

// gather copies the rows of some units.
func (r *run) gather(s *shard, units []int) {
	t, rows := &r.training, 0
	for t := range s.labels {
		s.labels[t] = s.labels[t][:0]
	}
	s.weights, s.groups, s.places, s.examined = s.weights[:0], s.groups[:0], s.places[:0], s.examined[:0]
	for _, unit := range units {
		u := r.units[unit]
		for k, labels := range t.labels {
			s.labels[k] = append(s.labels[k], labels[u.begin:u.end]...)
		}
		if t.weights != nil {
			s.weights = append(s.weights, t.weights[u.begin:u.end]...)
		}
		if t.places != nil {
			s.places = append(s.places, t.places[u.begin:u.end]...)
		}
		if t.examined != nil {
			s.examined = append(s.examined, t.examined[u.begin:u.end]...)
		}
		s.groups = append(s.groups, span{rows, rows + u.end - u.begin})
		rows += u.end - u.begin
	}
	width := r.network.sizes[0]
	s.inputs.reshape(rows, width)
	at := 0
	for _, unit := range units {
		for i := r.units[unit].begin; i < r.units[unit].end; i++ {
			copy(s.inputs.row(at), t.inputs[i*width:(i+1)*width])
			at++
		}
	}
}

// measure returns the figures of a table, and its scores.
func (r *run) measure(t *table) (Metrics, []float64) {
	logits := r.network.logits(&r.packed, t.inputs)
	if r.tower != nil {
		r.tower.add(t.places, r.network.tasks(), logits)
	}
	t.look(r.network.tasks(), r.options.Objective.listwise(), logits, make([]float64, len(t.examined)))
	m := measure(&t.examples, logits, r.loss)
	r.model.nameSteps(m)
	return m, logits
}

// logits returns the logits of standardised rows, on all processors.
func (n *network) logits(p *packed, inputs []float64) []float64 {
	width, tasks := n.sizes[0], n.tasks()
	rows := len(inputs) / width
	out := make([]float64, rows*tasks)
	share := padded((rows+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0), passRows)
	var wait sync.WaitGroup
	for begin := 0; begin < rows; begin += share {
		wait.Go(func() {
			s := scratches.Get().(*scratch)
			defer scratches.Put(s)
			for at := begin; at < min(begin+share, rows); at += passRows {
				end := min(at+passRows, rows)
				s.inputs.reshape(end-at, width)
				s.inputs.setRows(inputs[at*width : end*width])
				n.forward(p, s, nil)
				copy(out[at*tasks:], s.logits)
			}
		})
	}
	wait.Wait()
	return out
}

// move keeps the parameters elsewhere.
func (n *network) move(values []float64) {
	n.values, n.parts = values, n.split(values)
}

// frozenWeights is how many of the first weights training leaves as they are.
func (n *network) frozenWeights() int {
	count := 0
	for _, l := range n.layers[:n.frozen] {
		count += len(l.weights)
	}
	return count
}
