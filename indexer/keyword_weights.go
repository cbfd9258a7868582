package indexer

import "math"

// fieldLengths are lengths in terms, by the number of the field among keywordFields.
type fieldLengths [fieldSetSize]int64

func (l *fieldLengths) add(other fieldLengths, sign int64) {
	for i := range l {
		l[i] += sign * other[i]
	}
}

// weights gives BM25 the average length of each field, and keeps the postings that were weighed with it.
type weights struct {
	average [fieldSetSize]float64
	cache   *postingsCache
}

// newWeights takes the lengths of the fields of so many products together.
func newWeights(lengths fieldLengths, products int) *weights {
	w := &weights{cache: newPostingsCache()}
	for i, length := range lengths {
		w.average[i] = float64(length) / float64(max(products, 1))
	}
	return w
}

// maxDrift is by how much of itself an average length may have changed before postings are weighed anew.
const maxDrift = 0.02

// follow returns weights for other lengths: the same ones while the averages are nearly the same, because all
// postings that are kept would have to be decoded again.
func (w *weights) follow(lengths fieldLengths, products int) *weights {
	next := newWeights(lengths, products)
	for i, average := range next.average {
		if math.Abs(average-w.average[i]) > maxDrift*w.average[i] {
			return next
		}
	}
	return w
}

// of is the weighted term frequency part of BM25 of a term that stands frequency times in a field of length terms.
func (w *weights) of(field int, frequency, length float64) float64 {
	f := keywordFields[field]
	norm := 1 - f.lengthNorm + f.lengthNorm*length/w.average[field]
	return f.weight * frequency * (saturation + 1) / (frequency + saturation*norm)
}
