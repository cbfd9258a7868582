// Package ranker orders the candidates of one query by how likely a shopper is to click them, and says
// feature by feature why.
//
// It computes features ([Extract]) and scores them with a model ([Model]). It does not find
// candidates, fuse legs, apply merchandising rules or page results: those are the jobs of retrieval, which
// declares the interface that [Ranker] implements.
//
// The score is a logit, the log odds of a click. A hit's entries add up to it, bit for bit: of a logistic model they
// are the bias and then weight · value of each feature, in the order of the schema.
// [Probability] turns a score into an estimated click-through rate.
//
// Main types:
//
//   - [Feature] and [Schema]: the registry of what a model sees, with unit, range and documentation. Its
//     hash is stored with every model: a model is refused where the features mean something else.
//   - [Matrix]: the features of many candidates, one row each. Serving and training get it from the same
//     function, so the two cannot drift apart.
//   - [Model]: what scores rows of features and explains the score of one. [Prior] is the one with which a shop
//     starts, a [Logistic] whose hand-set weights carry their reasons (prior.go).
//   - [Ranker]: what retrieval asks. It scores with the model in force, which can be changed at any time.
//   - [Correction]: what is learnt of each click within seconds (package ranker/online), and added to the scores of the
//     model in force while it is seen to help.
//
// Package ranker/behaviour remembers what shoppers did, which some of the features read.
// Package ranker/ctr, below, trains models of clicks on any table; no search is scored by them yet.
//
// All types are safe for concurrent use. What these functions return belongs to the caller; candidates are only read.
package ranker
