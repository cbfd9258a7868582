package learning

import (
	"math"
	"time"
)

// Log is what searches showed and what came of it: rows that were seen, those of a search together, searches in order
// of time. Columns are kept side by side in narrow types: a million rows of 40 features take 170 MB.
type Log struct {
	Features []string
	Searches []Search
	Tally    Tally

	values    []float32 // rows × features
	fused     []float32 // score of the fusion
	positions []int32   // in the whole list, from 1
	products  []uint32  // index into names
	actions   []action  // what the shopper did
	names     []string
}

// Search is one answered search.
type Search struct {
	Time      time.Time
	Device    string // desktop, mobile, tablet; "" = unknown
	Returning bool   // the visitor was seen half an hour before, or earlier
	Head      bool   // its words are among the most frequent, which make up half of the searches with words
	Words     bool   // it has words
	Photo     bool   // it has a photo

	begin, end int   // its rows
	words      int32 // what it was asked for, as a number; 0 without Words
}

// action is what a shopper did with a product that was shown, as bits.
type action uint8

const (
	seen action = 1 << iota
	clicked
	carted
	bought
	capped // seen, but beyond what one visitor may see in a day
)

func (a action) has(b action) bool { return a&b != 0 }

// Rows is how many rows there are.
func (l *Log) Rows() int { return len(l.actions) }

// row views the features of one row.
func (l *Log) row(i int) []float32 {
	width := len(l.Features)
	return l.values[i*width : (i+1)*width]
}

// Part is a run of searches of a log, end excluded.
type Part struct{ Begin, End int }

// rows are the rows of a part, end excluded.
func (l *Log) rows(p Part) (begin, end int) {
	if p.Begin == p.End {
		return 0, 0
	}
	return l.Searches[p.Begin].begin, l.Searches[p.End-1].end
}

// Parts of a log by time: the oldest train, the next choose the epoch and calibrate, the newest judge.
type Parts struct{ Training, Validation, Test Part }

// The shares of the searches.
const (
	trainingShare   = 0.70
	validationShare = 0.15
)

// Split parts a log by time, never within a search.
func (l *Log) Split() Parts {
	n := float64(len(l.Searches))
	first, second := int(math.Round(n*trainingShare)), int(math.Round(n*(trainingShare+validationShare)))
	return Parts{Part{0, first}, Part{first, second}, Part{second, len(l.Searches)}}
}

// matrix widens the features of rows.
func (l *Log) matrix(begin, end int) []float64 {
	width := len(l.Features)
	out := make([]float64, 0, (end-begin)*width)
	for _, value := range l.values[begin*width : end*width] {
		out = append(out, float64(value))
	}
	return out
}

// labels are 1 for the rows of which an action is known.
func (l *Log) labels(begin, end int, of action) []float64 {
	out := make([]float64, 0, end-begin)
	for _, a := range l.actions[begin:end] {
		label := 0.0
		if a.has(of) {
			label = 1
		}
		out = append(out, label)
	}
	return out
}

// count is how many rows have an action.
func (l *Log) count(begin, end int, of action) int {
	n := 0
	for _, a := range l.actions[begin:end] {
		if a.has(of) {
			n++
		}
	}
	return n
}
