// Package vector is the vector index below the indexer: it finds the rows of a matrix of unit vectors
// that lie nearest to a query by cosine.
//
// It knows rows, numbered from 0, and nothing of products, photos or generations: the indexer keeps
// that mapping. It does not change an index after it was built: what is new is searched beside it
// until the next build. It is the only place that knows coder/hnsw.
//
// Main types:
//
//   - [Index]: float vectors, their codes of eight bits and of one, and, for large sets, a graph over the codes. Made by
//     [Build] or [Open]. All its methods but Close are safe for concurrent use.
//   - [SearchParams]: what a search may be told: effort, allowed rows, groups of rows, scans.
//   - [Neighbour]: a row and its exact cosine.
//
// A search goes top-down through search.go: plan.go chooses between the graph (greedy.go) and exact
// scans: of signs (signs.go, scan_signs.go), of codes and of floats (scan.go). The graph and the scans of codes glance at their upper
// halves (codes.go); whatever they find is scored again with the whole codes and then with the floats. estimates.go says how
// sure a coarse score is of a finer one. A build goes through build.go: copies.go sets aside rows that
// equal another, seed.go lets coder/hnsw link some of the others, refine.go and prune.go bring in the rest and
// prune the links, reach.go sees to it that every row can be reached. The file is described in FORMAT.md.
//
// Building is deterministic: the same vectors and seed give the same bytes, on any processor and with
// any number of cores. Build keeps the vectors it is given and they must not change afterwards;
// [Index.Vector] returns a view that is read-only and valid until Close. Everything else that is
// returned belongs to the caller.
package vector
