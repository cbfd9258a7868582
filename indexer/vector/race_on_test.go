//go:build race

package vector

// graphRows is less under the race detector, which makes the arithmetic ten times slower.
const graphRows = 2000
