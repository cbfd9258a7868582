//go:build !race

package vector

// graphRows is the size of the sets that the graph is tested on.
const graphRows = 10_000
