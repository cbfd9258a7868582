// Package online learns clicks one by one, while they happen: a logistic regression under FTRL-Proximal
// (McMahan et al. 2013) over numbers and over hashed crosses of words, such as query×product. A model that
// is trained on a table (ranker/ctr) sees more in each row; this one sees a row of this minute.
//
// A [Model] learns an [Example] with [Model.Learn], scores one with [Model.Score] and accounts for the
// score with [Model.Contributions]. Where a product stood is learnt as a weight of its own and is left out
// of the score, which is the log odds of a click in the first place. [Stream] turns impressions and clicks,
// as they come, into examples. [Model.Write] and [Read], [Stream.Write] and [ReadStream] keep them
// (FORMAT.md). [ReadCSV] has examples from a table.
//
// Everything here is safe for concurrent use: one Learn at a time, beside any number of Scores, which wait
// for nobody. The same examples in the same order give the same model, bit for bit.
package online
