package main

// trainCmd groups the trainers, one verb a kind of model.
type trainCmd struct {
	Adapter trainAdapterCmd `cmd:"" help:"Fit the encoder to the shop: learn from its searches or its catalogue where the vectors of queries belong."`

	CTR trainCTRCmd `cmd:"" name:"ctr" help:"Train a model of clicks on a table of features, or evaluate one."`
}
