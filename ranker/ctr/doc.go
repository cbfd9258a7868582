// Package ctr trains models of clicks on a table: some numbers a row, and a label that is 1 where there
// was a click and 0 where there was none, or a grade. The table may come from anywhere; this package knows
// nothing of products or candidates, and the features of ranker are one table among others.
//
// [ReadCSV] and [ReadLibSVM] read a [Dataset] and [Dataset.Split] parts off the rows that judge the training.
// [Train] fits a [Model] by mini-batches: a logistic regression, a perceptron with hidden layers, or a DeepFM;
// by the clicks of each row, or by the order of the rows of a query ([Objective]). It takes out of the clicks
// what the position in the list added, and learns what follows a click where that is known. [Metrics] are the
// figures of a model on a dataset. [Model.Write] and [Read] keep a model in a file (FORMAT.md).
//
// A model gives logits, the log odds of a click: [Model.Scores] of many rows at once, and
// [Model.Contributions] of what each feature added to one. It carries what it needs to be used on new rows:
// the names of its features, how they were standardised, and a calibration.
//
// The same rows, options and seed give the same model, bit for bit, on one kind of processor, however many of
// them there are. A Model does not change after it is made and is safe for concurrent use, as is a Dataset
// that nobody writes to.
package ctr
