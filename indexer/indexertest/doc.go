// Package indexertest builds small indexes for the tests of other rooms, quickly and without a model.
//
// Only tests import it. Main types: [Encoder], a small working encoder without learning, and [Build], which
// indexes products with it. Both are safe for concurrent use.
package indexertest
