package trees

import "slices"

// minBin is how many rows a bin has at least, but for the last (LightGBM's min_data_in_bin).
const minBin = 3

// binned is a table of which each value is known by its bin.
type binned struct {
	rows   int
	bins   []uint8     // feature by feature, a row after the other
	bounds [][]float64 // of each feature: bin b has the values above bounds[b-1] and up to bounds[b]; the last has the rest
	starts []int       // of each feature's cells in a histogram, and the end
}

// binRows cuts the features of a table, row by row, into at most so many bins of about equal count.
func binRows(values []float64, width, most, threads int) *binned {
	b := &binned{rows: len(values) / width, bounds: make([][]float64, width), starts: make([]int, width+1)}
	b.bins = make([]uint8, len(values))
	inParallel(threads, width, func(begin, end int) {
		column := make([]float64, b.rows)
		for f := begin; f < end; f++ {
			for i := range column {
				column[i] = values[i*width+f]
			}
			sorted := slices.Clone(column)
			slices.Sort(sorted)
			b.bounds[f] = cut(sorted, most)
			bins := b.column(f)
			for i, value := range column {
				bin, _ := slices.BinarySearch(b.bounds[f], value)
				bins[i] = uint8(bin)
			}
		}
	})
	for f, bounds := range b.bounds {
		b.starts[f+1] = b.starts[f] + len(bounds) + 1
	}
	return b
}

func (b *binned) column(f int) []uint8 { return b.bins[f*b.rows : (f+1)*b.rows] }

// cut returns the bounds between bins of sorted values, each in the middle between two values.
func cut(sorted []float64, most int) []float64 {
	var bounds []float64
	begin := 0 // of the bin that is filled
	for end := 1; end < len(sorted) && len(bounds) < most-1; end++ {
		if sorted[end] == sorted[end-1] {
			continue
		}
		fair := max(minBin, (len(sorted)-begin)/(most-len(bounds)))
		next := end
		for next < len(sorted) && next-end < fair && sorted[next] == sorted[end] {
			next++
		}
		// A value that fills a bin of its own, as 0 often does, is not mixed with those before it.
		if end-begin >= fair || (next-end >= fair && end-begin >= minBin) {
			bounds = append(bounds, sorted[end-1]/2+sorted[end]/2)
			begin = end
		}
	}
	return bounds
}
