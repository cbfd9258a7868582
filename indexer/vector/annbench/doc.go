// Package annbench measures nearest-neighbour search: the vector index of this program, scans, and
// coder/hnsw as it is, on one set of vectors and queries, against exact search; and the index's searches under
// filters against its scan of the rows that match.
//
// It is what `vitrine bench ann` runs. Other programs are measured by peers/ann_peers.py, which reads the
// vectors that a run leaves in its folder and writes its figures in the same form. It is not for testing
// that a search is right: package vector's own tests do that.
//
// Main types:
//
//   - [Set]: base vectors and queries, drawn ([Synthetic]) or held out of a real index ([HoldOut]).
//   - [Run] measures a set and returns [Results]; run.go is the file to read first.
//   - [Filtered]: searches under one filter, in [Results].
//   - [Ratio]: two programs at equal recall, by [Results.Ratios].
//
// A run changes GOMAXPROCS while it measures, so that a thread count covers garbage collection too: one
// run at a time, and nothing beside it. What is returned belongs to the caller.
package annbench
