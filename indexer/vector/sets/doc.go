// Package sets draws the synthetic vectors that the vector index is tested and measured on: those of
// [Clustered] are like the embeddings of a catalogue, those of [Unclustered] are harder to search.
//
// Both give unit rows, one after the other, and the same values for the same arguments on every machine.
// Rows are independent draws, so that the last ones of a larger set ([HoldOut]) are queries of the same
// distribution. It knows nothing of indexes.
package sets
