// Package evaluation measures how well a search ranks: it reads queries and graded judgements, asks a
// search function for each query's results, and reports NDCG@k, MRR, recall@1/10/100, precision@k and
// ERR@k with 95 % bootstrap intervals; it compares modes in pairs and lists the queries one by one.
//
// It does not search, open an index or know modes: a caller hands [Evaluate] a function. It judges whole
// lists of product ids, so any engine that answers with ids can be measured and compared through run files.
//
// Main types:
//
//   - [Query]: one line of a queries TSV: id, text, optional photo.
//   - [Judgements]: a file of TREC, Quepid or ESCI; [Qrels]: its grades, by query and product.
//   - [Run]: what a search answered, in TREC's form.
//   - [Report] and [ModeReport]: the figures, as JSON and as text tables.
//   - [Comparison]: a mode against the baseline, with its significance; [QueryRow]: one query in all modes.
//
// The functions keep no state and may be called concurrently; the maps and slices that they return belong
// to the caller.
package evaluation
