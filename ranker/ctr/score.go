package ctr

import "sync"

// passRows bounds the memory of one forward pass; it is small enough for the rows to stay in the cache.
const passRows = 64

// scratches are the memory of forward passes.
var scratches = sync.Pool{New: func() any { return new(scratch) }}

// Scores sets into to the log odds of a click for each row, as they are used: positions neutral, calibrated.
// It returns into, or a new slice where that has too little room. rows lie one behind another, each with the
// features of the model in its order, finite; another length is a panic. A score does not depend on the
// rows beside it. Nothing is allocated where into has room.
func (m *Model) Scores(rows, into []float64) []float64 {
	return m.score(rows, into, 1)
}

// TaskScores is Scores of every task, rows × tasks: the log odds of the label, and of each step of the
// funnel in rows that came to the one before. The chance of coming as far as a step is the product of the
// chances up to it.
func (m *Model) TaskScores(rows, into []float64) []float64 {
	return m.score(rows, into, m.network.tasks())
}

// score sets into to the first so many logits of each row.
func (m *Model) score(rows, into []float64, wanted int) []float64 {
	width, tasks := len(m.features), m.network.tasks()
	if len(rows)%width != 0 {
		panic("ctr: the values are no whole rows of the model's features")
	}
	into = resized(into, len(rows)/width*wanted)
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	for rest := into; len(rows) > 0; {
		size := min(passRows, len(rows)/width)
		s.inputs.reshape(size, width)
		for i := range size {
			m.standard.applyTo(rows[i*width:(i+1)*width], s.inputs.row(i))
		}
		m.network.forward(&m.packed, s, nil)
		for i := range size {
			copy(rest[i*wanted:(i+1)*wanted], s.logits[i*tasks:])
			rest[i*wanted] = m.served(rest[i*wanted])
		}
		rows, rest = rows[size*width:], rest[size*wanted:]
	}
	return into
}

// served is the logit of a click as it is used.
func (m *Model) served(logit float64) float64 {
	if m.tower != nil {
		logit += m.tower.mean
	}
	return m.slope*logit + m.intercept
}
