package main

// trainCmd groups the trainers, one verb a kind of model.
type trainCmd struct {
	CTR     trainCTRCmd     `cmd:"" name:"ctr" help:"Train a model of clicks on a shop's log, and serve it if it wins; or on a table of features."`
	Trees   trainTreesCmd   `cmd:"" name:"trees" help:"Boost trees on a table of clicks or graded lists, or evaluate a model of trees."`
	FTRL    trainFTRLCmd    `cmd:"" name:"ftrl" help:"Learn an online model of clicks row by row, with crosses of words, or evaluate one."`
	Adapter trainAdapterCmd `cmd:"" help:"Fit the encoder to the shop: learn from its searches or its catalogue where the vectors of queries belong."`
}
