// Package indexer turns the catalogue into something that can be searched, and reads it back: the
// generations below <data>/index.
//
// It is the only place that knows Bleve and coder/hnsw (the latter in package vector) and the only one
// that fetches photos (package fetch). It does not know feed formats or SQLite (catalog), models (it asks an [Encoder])
// or what a good result is: [Snapshot.Keyword] and [Snapshot.Nearest] give raw scores, and retrieval
// makes results of them.
//
// Main types:
//
//   - [Build] makes the next generation from a feed or from the catalogue alone. build.go is the file to
//     read first. One build at a time: the caller holds the data directory's lock.
//   - [Index] follows the CURRENT file of one data directory, and the changes of its catalogue. Safe for concurrent use.
//   - [Snapshot] is one open generation and what has changed since (delta.go), of which neither changes. It is
//     reference-counted: [Index.Acquire] gives one, [Snapshot.Release] gives it back, and the generation is closed
//     after the last. Safe for concurrent use until it is released.
//   - [Synonyms] are what a shop says of its words; a keyword query is given them.
//   - [Columns] are the fields of a snapshot that filters, facets and lists use. They live as long
//     as it does.
//   - [Check] finds what is wrong with a data directory.
//
// Bitmaps, slices and products that these types return belong to the caller; bitmaps and vectors that
// they are given are neither kept nor changed. Products are numbered ("docs"), as [Snapshot] says; a number means something
// only within its snapshot.
//
// FORMAT.md describes every file.
package indexer
