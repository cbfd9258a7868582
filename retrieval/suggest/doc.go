// Package suggest completes what a shopper has typed so far: popular queries, categories, brands and
// products whose text has words that begin like the typed ones. It is for a search field, where an answer
// must come within a few milliseconds of each keystroke; it is not a search, and scores nothing.
//
//	words.go      the words of a text, folded: case, accents and width do not count
//	builder.go    entries become an Index
//	index.go      Index.Suggest, the way of a typed text to suggestions, and their order
//	lexicon.go    sorted terms and their postings: prefixes, and prefixes with one typing error
//	gather.go     the entries that have all typed words
//	highlight.go  the parts of a suggestion that were typed
//
// A [Builder] belongs to one goroutine. An [Index] never changes and is safe for concurrent use; what
// Suggest returns belongs to the caller.
package suggest
