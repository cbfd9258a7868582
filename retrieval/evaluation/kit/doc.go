// Package kit makes sets of judged queries from the data kit, a folder of published data that lies beside
// the project: what the whole search is measured on, not the encoder alone.
//
// It neither searches nor indexes: a [Set] names the feed to index, the queries and the judgements, and
// package evaluation measures a search on them. Nothing is written, and everything follows from the
// kit's files alone: the same kit gives the same queries, whatever is added to the code beside them.
//
// Each set comes in two halves ([Split]): one to tune on, one to report. A product that is judged 2 or 3
// for a query of one half is never so for a query of the other, except in electronics, whose published
// queries are divided as they are. The photos and titles that are asked with are of those that
// training/data.py holds out, so that no query shows what the model in the binary was trained on. Of the
// fashion products that are searched it was trained on most, with their attributes: the vector legs' figures
// of attributes flatter it.
//
//	electronics.go  published queries and judgements of an electronics shop
//	attributes.go   "red casual shoes for women": kind, colour and more of them
//	titles.go       one known product, by its title as somebody remembers it
//	street.go       what people photographed at home
//	grocery.go      phone photos of fruit, vegetables and cartons
//	composed.go     a product's photo and another colour in words
//	fashion.go      the products that four of the sets search in
//	words.go        what shoppers call the catalogue's values, in English and Chinese
//	draw.go         choosing queries: halves, held-out ids, an even spread
//
// The functions keep no state and may be called concurrently; a Set belongs to the caller.
package kit
