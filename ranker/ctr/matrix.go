package ctr

import (
	"slices"
	"unsafe"
)

// The inner loops multiply matrices in tiles of tileRows × tileCols. Matrices are padded to whole tiles, so
// that a tile has no remainder; what is in the padding is computed along and never read.
const (
	tileRows = 4
	tileCols = 8
)

// matrix lies row by row, each row taking up stride numbers.
type matrix struct {
	rows, cols, stride int
	data               []float64
}

// reshape gives the matrix a size; it keeps its memory where that is enough. The values are then undefined.
func (m *matrix) reshape(rows, cols int) {
	m.rows, m.cols, m.stride = rows, cols, padded(cols, tileCols)
	size := padded(rows, tileRows) * m.stride
	m.data = slices.Grow(m.data[:0], size)[:size]
}

func (m *matrix) row(i int) []float64 { return m.data[i*m.stride:][:m.cols] }

// setRows copies rows that lie side by side.
func (m *matrix) setRows(values []float64) {
	for i := range m.rows {
		copy(m.row(i), values[i*m.cols:])
	}
}

// setColumns copies columns that lie side by side: the transpose of setRows.
func (m *matrix) setColumns(values []float64) {
	for j := range m.cols {
		for i, value := range values[j*m.rows : (j+1)*m.rows] {
			m.data[i*m.stride+j] = value
		}
	}
}

// addTo adds the values to rows that lie side by side.
func (m *matrix) addTo(values []float64) {
	for i := range m.rows {
		own := values[i*m.cols : (i+1)*m.cols]
		for j, value := range m.row(i) {
			own[j] += value
		}
	}
}

func padded(size, unit int) int { return (size + unit - 1) / unit * unit }

// addProduct adds a·b to c. Each element is summed in the order of a's columns, whatever stands beside it.
func addProduct(a, b, c *matrix) { multiply(c.rows, a.cols, a.data, a.stride, 1, b, c) }

// addTransposedProduct adds aᵀ·b to c.
func addTransposedProduct(a, b, c *matrix) { multiply(c.rows, a.rows, a.data, 1, a.stride, b, c) }

// multiply adds to rows of c: element (i, t) of the left factor, of that many terms, is a[i*rowStep+t*termStep].
func multiply(rows, terms int, a []float64, rowStep, termStep int, b, c *matrix) {
	if terms == 0 {
		return
	}
	for j := 0; j < c.cols; j += tileCols { // a strip of b stays in the cache
		for i := 0; i < rows; i += tileRows {
			addTile(terms, &a[i*rowStep], rowStep, termStep, &b.data[j], b.stride, &c.data[i*c.stride+j], c.stride)
		}
	}
}

// addTileGo is what addTile computes: to the tile at c, of tileRows rows that are cStep apart, it adds the sum
// over terms of a[row*rowStep + term*termStep] · b[term*bStep + column].
func addTileGo(terms int, a []float64, rowStep, termStep int, b []float64, bStep int, c []float64, cStep int) {
	for i := range tileRows {
		sums := c[i*cStep:][:tileCols]
		for t := range terms {
			factor := a[i*rowStep+t*termStep]
			for j, value := range b[t*bStep:][:tileCols] {
				sums[j] += factor * value
			}
		}
	}
}

// addTileAt is addTileGo by addresses.
func addTileAt(terms int, a *float64, rowStep, termStep int, b *float64, bStep int, c *float64, cStep int) {
	addTileGo(terms,
		unsafe.Slice(a, (tileRows-1)*rowStep+(terms-1)*termStep+1), rowStep, termStep,
		unsafe.Slice(b, (terms-1)*bStep+tileCols), bStep,
		unsafe.Slice(c, (tileRows-1)*cStep+tileCols), cStep)
}
