// Package adapter fits a frozen encoder to a shop's own data: it moves the vectors of queries, by a low-rank
// matrix that is learnt from pairs of a query and the product that was meant, and leaves the vectors of products
// as they are, so that nothing is indexed again.
//
// It knows no encoder, index or product: it takes vectors and, through [Products], what they are to find. It does
// not choose the pairs or decide whether a gain is enough: those are the caller's jobs.
//
// Main types and functions:
//
//   - [Projection]: one learnt matrix, q' = normalise(q + B·A·q).
//   - [Adapter]: the projections of the searches of a query, by name, for the vectors of one model.
//   - [Train]: a projection from [Pair]s; [Options] say how.
//   - [Read] and [Adapter.Write]: the file, which FORMAT.md describes.
//
// An Adapter does not change after it is made and is safe for concurrent use. The same data, options and seed
// give the same projection, bit for bit, on one kind of processor.
package adapter
