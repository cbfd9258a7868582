package ctr

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// ErrData is wrapped by every reason why rows cannot be used.
var ErrData = errors.New("unusable training data")

// Dataset is a table of features and labels. What is optional is nil where it is not known.
type Dataset struct {
	Features []string  // names of the columns of Values
	Label    string    // name of Labels
	Values   []float64 // row by row, one value a feature, finite
	Labels   []float64 // of each row, 0 or 1; for a listwise objective a grade, 0 to 4

	Funnel []Step // what may follow the label, in order; optional

	// These are optional, and of each row.
	Groups    []string  // id of the query that the row answered; rows of one query stand together
	Positions []int     // place in the list that was shown, from 1; 0 = unknown
	Layouts   []string  // what the effect of the position depends on, such as the device; needs Positions
	Times     []int64   // Unix milliseconds
	Weights   []float64 // how often the row counts, 0 or more

	// Examined is the chance that each row was looked at, in (0, 1], where that is known; the model then learns how likely
	// the label is once it is looked at. It takes the place of Positions.
	Examined []float64
}

// Step is a further label: of each row 1 where it came to it, as only rows can for which the step before, or
// the label of the dataset, is 1.
type Step struct {
	Name   string
	Labels []float64
}

// maxGrade is the highest label: perfect, of the five grades of LETOR and of web search.
const maxGrade = 4

// Rows is how many rows there are.
func (d *Dataset) Rows() int { return len(d.Labels) }

// Positives is how many rows have a label above 0.
func (d *Dataset) Positives() int {
	positives := 0
	for _, label := range d.Labels {
		if label > 0 {
			positives++
		}
	}
	return positives
}

// Split parts the rows: share of them, rounded, in [0, 1), are the validation rows. Where Times are known
// these are the latest, otherwise they are drawn by chance. A query is never cut in two: where Groups are
// known, queries are counted in the place of rows, each at the time of its last row. Both parts are copies.
// An error wraps ErrData where one part would be empty though it should not be.
func (d *Dataset) Split(share float64, seed uint64) (training, validation *Dataset, err error) {
	if !(share >= 0 && share < 1) {
		return nil, nil, fmt.Errorf("%w: a validation share of %v: choose 0 or more and less than 1", ErrData, share)
	}
	units, noun := rowSpans(d.Rows()), "rows"
	if d.Groups != nil {
		units, noun = d.groupSpans(), "queries"
	}
	held := int(math.Round(share * float64(len(units))))
	if held == len(units) || (held == 0 && share > 0) {
		return nil, nil, fmt.Errorf("%w: of %d %s, %v leave none to train on or none to validate on: choose another share, or bring more rows", ErrData, len(units), noun, share)
	}
	order := newRandom(seed, streamSplit).Perm(len(units))
	if d.Times != nil {
		latest := make([]int64, len(units))
		for i, u := range units {
			order[i], latest[i] = i, slices.Max(d.Times[u.begin:u.end])
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(latest[b], latest[a]) })
	}
	return d.pick(units, order[held:]), d.pick(units, order[:held]), nil
}

// span is a run of rows, end excluded.
type span struct{ begin, end int }

// rowSpans returns each row on its own.
func rowSpans(rows int) []span {
	spans := make([]span, rows)
	for i := range spans {
		spans[i] = span{i, i + 1}
	}
	return spans
}

// groupSpans returns the rows of each query.
func (d *Dataset) groupSpans() []span {
	var spans []span
	for begin := 0; begin < len(d.Groups); {
		end := begin + 1
		for end < len(d.Groups) && d.Groups[end] == d.Groups[begin] {
			end++
		}
		spans = append(spans, span{begin, end})
		begin = end
	}
	return spans
}

// pick copies some of the units in the order given.
func (d *Dataset) pick(units []span, order []int) *Dataset {
	p := &Dataset{
		Features:  d.Features,
		Label:     d.Label,
		Values:    pickRows(d.Values, len(d.Features), units, order),
		Labels:    pickRows(d.Labels, 1, units, order),
		Groups:    pickRows(d.Groups, 1, units, order),
		Positions: pickRows(d.Positions, 1, units, order),
		Layouts:   pickRows(d.Layouts, 1, units, order),
		Times:     pickRows(d.Times, 1, units, order),
		Weights:   pickRows(d.Weights, 1, units, order),
		Examined:  pickRows(d.Examined, 1, units, order),
	}
	for _, step := range d.Funnel {
		p.Funnel = append(p.Funnel, Step{step.Name, pickRows(step.Labels, 1, units, order)})
	}
	return p
}

// pickRows copies some of the units of a column, or of several side by side. What is not known stays so.
func pickRows[T any](column []T, width int, units []span, order []int) []T {
	if column == nil {
		return nil
	}
	picked := make([]T, 0, len(column)/max(len(units), 1)*len(order))
	for _, i := range order {
		picked = append(picked, column[units[i].begin*width:units[i].end*width]...)
	}
	return picked
}

// check says what does not fit together.
func (d *Dataset) check() error {
	rows := d.Rows()
	if len(d.Values) != rows*len(d.Features) {
		return fmt.Errorf("%d values for %d rows of %d features", len(d.Values), rows, len(d.Features))
	}
	for _, part := range []struct {
		name string
		size int
	}{
		{"groups", len(d.Groups)}, {"positions", len(d.Positions)}, {"layouts", len(d.Layouts)}, {"times", len(d.Times)}, {"weights", len(d.Weights)}, {"chances of a look", len(d.Examined)},
	} {
		if part.size != 0 && part.size != rows {
			return fmt.Errorf("%d %s for %d rows: give one for each row, or none", part.size, part.name, rows)
		}
	}
	if d.Layouts != nil && d.Positions == nil {
		return errors.New("there are layouts without positions: give both, or leave the layouts out")
	}
	for i, position := range d.Positions {
		if position < 0 {
			return fmt.Errorf("row %d has the position %d: positions count from 1, and 0 is unknown", i+1, position)
		}
	}
	if d.Examined != nil && d.Positions != nil {
		return errors.New("there are positions and chances of a look: give one of them")
	}
	for i, examined := range d.Examined {
		if !(examined > 0 && examined <= 1) {
			return fmt.Errorf("row %d is looked at with the chance %v: give one above 0, and at most 1", i+1, examined)
		}
	}
	for i, weight := range d.Weights {
		if !(weight >= 0) || !finite(weight) {
			return fmt.Errorf("row %d has the weight %v: a weight is finite, and 0 or more", i+1, weight)
		}
	}
	if err := d.checkFunnel(); err != nil {
		return err
	}
	return d.checkGroups()
}

// checkFunnel checks that rows come to a step by the steps before it.
func (d *Dataset) checkFunnel() error {
	if len(d.Funnel) > maxSteps {
		return fmt.Errorf("a funnel of %d steps: at most %d may follow the label", len(d.Funnel), maxSteps)
	}
	before := Step{d.Label, d.Labels}
	for _, step := range d.Funnel {
		if len(step.Labels) != len(before.Labels) {
			return fmt.Errorf("%d labels %q for %d rows", len(step.Labels), step.Name, d.Rows())
		}
		for i, label := range step.Labels {
			if label != 0 && label != 1 || label > before.Labels[i] {
				return fmt.Errorf("row %d has %s = %v and %s = %v: both are 0 or 1, and the second is 0 where the first is", i+1, before.Name, before.Labels[i], step.Name, label)
			}
		}
		before = step
	}
	return nil
}

// checkGroups checks that the rows of a query stand together.
func (d *Dataset) checkGroups() error {
	seen := map[string]bool{}
	for _, g := range d.groupSpans() {
		id := d.Groups[g.begin]
		if seen[id] {
			return fmt.Errorf("row %d is of the query %.40q, which ended before: rows of one query must stand together, so sort by the query", g.begin+1, id)
		}
		seen[id] = true
		if g.end-g.begin > maxGroup {
			return fmt.Errorf("the query %.40q has %d rows: keep at most the first %d", id, g.end-g.begin, maxGroup)
		}
	}
	return nil
}

// Limits of a dataset's optional parts.
const (
	maxSteps = 7       // of a funnel
	maxGroup = 1 << 14 // rows of a query
)

// Streams of one seed, so that the split does not depend on the model that is trained after it.
const (
	streamSplit = iota + 1
	streamWeights
	streamTraining
)

func newRandom(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

func finite(values ...float64) bool {
	return !slices.ContainsFunc(values, func(value float64) bool { return math.IsNaN(value) || math.IsInf(value, 0) })
}
