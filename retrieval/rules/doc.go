// Package rules reads the merchandising rules of a shop, rules.json, and says which of them hold for a
// query. What a rule then does to the results is retrieval's business (merchandise.go there);
// docs/merchandising.md describes the file to those who write it.
//
//	parse.go     from bytes to a checked [Set]
//	redirect.go  which addresses a redirect may lead to
//	match.go     which rules hold for a query
//
// Main types: [Set], which implements retrieval.Rules, and [Rule]. A Set never changes and is safe for
// concurrent use.
package rules
