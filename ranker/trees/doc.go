// Package trees trains gradient-boosted trees on a table of [ctr.Dataset]: clicks under the log loss, or
// graded lists under LambdaRank (LambdaMART, Burges 2010). On tables of some tens to hundreds of made
// features they are hard to beat; on words and pictures other models are the better choice.
//
// Trees are grown as in LightGBM (Ke et al. 2017): features are cut into bins ([Options.Bins]), the leaf
// with the highest gain is split next, and of two children the smaller is counted and the larger is what is
// left. [Train] is the main path, grow.go the growth of one tree, objective.go the gradients. [Model.Scores]
// scores without allocating, [Model.Contributions] explains a score by TreeSHAP, [Model.Write] and [Read]
// keep a model in a file (FORMAT.md).
//
// The same rows, options and seed give the same model, bit for bit, with any number of threads. A Model does
// not change after it is made and is safe for concurrent use.
package trees
