// Package ctr trains models of clicks on a table: some numbers a row, and a label that is 1 where there
// was a click and 0 where there was none. The table may come from anywhere; this package knows nothing of
// products, queries or candidates, and the features of ranker are one table among others.
//
// [ReadCSV] reads a [Dataset] and [Dataset.Split] parts off the rows that judge the training. [Train] fits
// a [Model] by mini-batches: a logistic regression, or a perceptron with hidden layers. [Metrics] are the
// figures of a model on a dataset. [Model.Write] and [Read] keep a model in a file (FORMAT.md).
//
// A model gives logits, the log odds of a click. It carries what it needs to be used on new rows: the
// names of its features and how they were standardised.
//
// The same rows, options and seed give the same model, bit for bit, on one kind of processor. A Model
// does not change after it is made and is safe for concurrent use, as is a Dataset that nobody writes to.
package ctr
