// Package backup writes a data directory into one file while a server runs and writes on, and makes a data directory of such a
// file again. FORMAT.md describes the file.
//
// It knows the names in a data directory and nothing of what most of the files mean. The databases are asked for copies
// (catalog), so that a backup holds one moment of each.
//
// Main functions: [Write] and [Restore]. Neither needs the data directory's lock. Both may be called concurrently, for different
// files.
package backup
