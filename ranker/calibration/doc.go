// Package calibration turns the logits of a model into chances that hold: of the rows it gives 3 %, 3 in
// 100 are clicked. It is for numbers that are shown or multiplied with a price; an order does not need it,
// as neither calibration here changes an order but for ties.
//
// [FitPlatt] and [FitIsotonic] learn a calibration from logits and labels that the model was not trained
// on. [Reliability] and its [ECE], and [LogLoss], say how well chances hold. The package knows no model:
// it takes slices and keeps none of them. Its values do not change and are safe for concurrent use.
package calibration
