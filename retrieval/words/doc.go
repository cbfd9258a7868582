// Package words takes a text apart into runs of letters and digits, the same way for whoever compares a
// query with a catalogue: query understanding and the ranker's features. It also knows the colours that
// English and Chinese words name, and English plurals.
//
// It is not the analysis of the keyword index, which stems harder and pairs Chinese characters.
package words
