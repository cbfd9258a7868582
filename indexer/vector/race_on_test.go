//go:build race

package vector

// graphRows is less under the race detector, which makes the tests ten times slower.
const graphRows = 6000
