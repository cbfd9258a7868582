// Package page writes an evaluation as one HTML page that can be sent to somebody: charts of the modes and
// of the queries between two modes, and for each query what every mode shows first, with pictures and grades,
// and which judged products it misses. The page needs no script and no other file.
//
// It does not measure and does not open the catalogue: an [Evaluation] holds the figures, and the caller
// describes products through [Products].
package page
