package trees

import "slices"

// minBin is how many rows a bin has at least, but for the last (LightGBM's min_data_in_bin).
const minBin = 3

// binned is a table of which each value is known by its bin.
type binned struct {
	rows   int
	bins   []uint8     // feature by feature, a row after the other
	common []int       // of each feature: the cell of the bin that most rows have, as 0 often is
	blocks []rowBlock  // the rest, row by row, for counting
	bounds [][]float64 // of each feature: bin b has the values above bounds[b-1] and up to bounds[b]; the last has the rest
	starts []int       // of each feature's cells in a histogram, and the end
}

// rowBlock has the cells that the rows have in some features, but for the common ones. Counting goes row by
// row through it: the cells of a row differ, so that no sum waits for the one before, and a table that is
// mostly 0 is mostly skipped.
type rowBlock struct {
	begin, end int      // features
	cells      []uint32 // row by row
	starts     []int32  // of each row's cells, and the end
}

// blockCount is into how many blocks the features are parted, so that threads can share them.
const blockCount = 8

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
	b.common, b.blocks = make([]int, width), make([]rowBlock, blockCount)
	inParallel(threads, blockCount, func(begin, end int) {
		for k := begin; k < end; k++ {
			b.blocks[k] = b.block(k*width/blockCount, (k+1)*width/blockCount)
		}
	})
	return b
}

// block lists the cells of some features and sets their common ones.
func (b *binned) block(begin, end int) rowBlock {
	block := rowBlock{begin: begin, end: end, starts: make([]int32, 1, b.rows+1)}
	for f := begin; f < end; f++ {
		var counts [maxBins]int
		for _, bin := range b.column(f) {
			counts[bin]++
		}
		common := 0
		for bin, count := range counts {
			if count > counts[common] {
				common = bin
			}
		}
		b.common[f] = b.starts[f] + common
	}
	for row := range b.rows {
		for f := begin; f < end; f++ {
			if at := b.starts[f] + int(b.bins[f*b.rows+row]); at != b.common[f] {
				block.cells = append(block.cells, uint32(at))
			}
		}
		block.starts = append(block.starts, int32(len(block.cells)))
	}
	return block
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
