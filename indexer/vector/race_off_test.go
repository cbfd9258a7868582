//go:build !race

package vector

// graphRows is the size of the sets that the graph is tested on: enough for the planner to choose it by default.
const graphRows = 22_000
