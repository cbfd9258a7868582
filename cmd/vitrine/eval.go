package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
)

type evalCmd struct {
	Data    string           `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Queries string           `required:"" placeholder:"Q.tsv" type:"existingfile" help:"Query id, text, and optionally a photo's path relative to the file, separated by tabs."`
	Qrels   string           `required:"" placeholder:"Q.qrels" type:"existingfile" help:"Judgements in TREC's form: query id, 0, product id, grade."`
	Mode    []retrieval.Mode `placeholder:"M" enum:"keyword,vector,hybrid,ranked" default:"keyword,vector,hybrid,ranked" help:"Modes to measure; all when none is named."`
	K       int              `short:"k" default:"10" help:"Depth of NDCG and precision."`
	Run_    string           `name:"run" placeholder:"OUT.run" type:"path" help:"Write the results in TREC's form; with several modes one file each, OUT.MODE.run."`
	JSON    bool             `help:"Print JSON."`
}

// Run measures each mode over all judged queries.
func (c *evalCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	return nil
}
