// Package ranker orders the candidates of one query by how likely a shopper is to click them, and says
// feature by feature why.
//
// It computes features ([Extract]) and scores them with a logistic model ([Logistic]). It does not find
// candidates, fuse legs, apply merchandising rules or page results: those are the jobs of retrieval, which
// declares the interface that Logistic implements.
//
// The score is the logit: the bias plus weight · value of each feature, added in the order of the schema.
// A hit's entries list the same products in the same order, so their sum is the score, bit for bit.
// [Probability] turns a score into an estimated click-through rate.
//
// Main types:
//
//   - [Feature] and [Schema]: the registry of what a model sees, with unit, range and documentation. Its
//     hash is stored with every model: a model is refused where the features mean something else.
//   - [Matrix]: the features of many candidates, one row each. Serving and training get it from the same
//     function, so the two cannot drift apart.
//   - [Logistic]: a model. [New] gives the cold-start prior, whose hand-set weights carry their reasons
//     (prior.go); [Load] reads one from the data directory's ranker/<version>/.
//
// Package ranker/ctr, below, trains models of clicks on any table; no search is scored by them yet.
//
// A Logistic does not change after it is made and is safe for concurrent use. What these functions return
// belongs to the caller; candidates are only read.
package ranker
