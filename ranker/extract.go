package ranker

import (
	"time"

	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
)

// Matrix holds the features of many candidates, row by row.
type Matrix struct {
	Rows, Columns int       // candidates, features
	Values        []float64 // Rows · Columns, finite
}

// Row returns the features of candidate i, in the order of the schema. It shares Values.
func (m Matrix) Row(i int) []float64 {
	return m.Values[i*m.Columns : (i+1)*m.Columns : (i+1)*m.Columns]
}

// Extract computes the features of all candidates of q as they were at the given time and as far as the view knows its
// shopper and the products; the zero view knows nothing. Serving and training both call it. Ages are counted to the day
// of the search in UTC, so that the pages of one search agree. Candidates must have a product. Their order does not
// matter: a row depends on its candidate, the query and the set as a whole.
func Extract(q *retrieval.Query, candidates []retrieval.Candidate, at time.Time, view behaviour.View) Matrix {
	m := Matrix{Rows: len(candidates), Columns: len(features)}
	m.Values = make([]float64, m.Rows*m.Columns)
	r := newRequest(q, candidates, at)
	facts := view.Facts(candidates)
	for i := range candidates {
		r.turnTo(i, facts)
		row := m.Row(i)
		for j := range features {
			f := &features[j]
			row[j] = min(max(finite(f.of(r, &candidates[i])), f.Min), f.Max)
		}
	}
	return m
}
