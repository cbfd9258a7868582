// Package learning makes the ranker better by a shop's own log, and only when that is shown.
//
// [Learn] is the main path: it assembles what searches showed and what shoppers did into a [Log], trains a model on
// its oldest part, judges it on its newest part beside what is served now, and makes it live only where it wins by
// [Gate]. Steps can be had alone: [Assemble], [Log.Split], [Trainer], [Report.WritePage]. [DriftOf] and
// [CalibrationRatio] tell of a served model whether the world has moved away from it.
//
// It does not extract features: they are those that the ranker saw when it served, kept in catalog.db, so that nothing
// is learnt that was not known at that moment. It does not explore: what was never shown is never judged.
// docs/learning.md says what follows from that.
//
// Nothing here is shared between goroutines, but a [Log] and a [Report] may be read by several once they are made.
package learning
