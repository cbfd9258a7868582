// Package tuning fits the weights of the convex fusion ([retrieval.Weighting]) to judgements.
//
// [Observe] searches each judged query once and notes what the legs say of every candidate; [Fit] then
// tries weightings on these notes, without searching again, and [CrossValidate] says by queries that the
// fit did not see whether its weights are better than the ones it began with. Few judgements lead to no
// change: the caller keeps the weights that it has unless the gain holds on unseen queries.
package tuning
