// Package retrieval is the room in which a query becomes a ranked page of products. A newcomer reads
// engine.go from the top: [Engine.Search] is the whole path, one stage a line, and each stage has a
// file of its own:
//
//	normalise.go    limits, defaults and one spelling of the shopper's words
//	understand.go   prices, denials and values of the catalogue in the words; understanding/ reads them
//	filter.go       filters as values, as strings and as bitmaps
//	merchandise.go  what the shop's rules hide, boost and bury
//	crop.go         the string form of a photo's crop
//	compose.go      what is shown beside the words: photos, liked and unliked products, and their balance
//	legs.go         the searches that run side by side; finders.go has what each does
//	backfill.go     the exact scores of the legs that did not find a candidate
//	fusion.go       one list of candidates from all legs; normalisers.go brings their scores to one scale,
//	                weighting.go says what each counts for the query at hand
//	rank.go         the ranker's scores, the rule for identifiers, and the ledger that sums to the score
//	pins.go         what the rules put at a place of its own
//	present.go      the list that is shown: sort.go orders it, group.go leaves one of each group, diversify.go varies it
//	browse.go       the list that is shown without words or photo
//	facets.go       how many products each further choice would find
//	cursor.go       pages that stay the same while the index changes
//	similar.go      what else looks like this product
//	suggestions.go  what the shopper may be about to type; suggest/ has the structure that answers
//	explain.go      why a product stands where it stands
//	whynot.go       why another one is not there: which filter, rule, leg or limit lost it
//	stopwatch.go    how long each stage took
//
// It does not know how products are stored, embedded or indexed, nor how a click model is trained: it
// asks an [Index] for snapshots, an [Encoder] for vectors and a [Ranker] for scores, three interfaces
// declared here and implemented elsewhere. It reads no flags and serves no HTTP.
//
// Main types: [Query] and [Response] are the contract that the command line and the API show as JSON;
// filters and crops have a string form ([ParseFilter], [Filter.String], [ParseCrop]); [Engine] answers, and an
// [Account] says why a product stands where it stands.
//
// An Engine is safe for concurrent use. One search holds one snapshot from its first leg to its
// rendered page, so a reindex in the meantime changes nothing in it. A Query is never changed,
// nor read once the search has returned; a Response belongs to the caller.
package retrieval
