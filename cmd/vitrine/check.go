package main

import (
	"context"
	"fmt"

	"vitrine/indexer"
)

type checkCmd struct {
	Data   string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Repair bool   `help:"Mend what can be mended: build the index again from catalog.db, move a damaged embeddings.db away, take damaged products from the index."`
	Model  string `placeholder:"NAME|DIR" help:"With --repair: encoder model; empty = that of the live index."`
	JSON   bool   `help:"Print JSON."`
}

// checked is what check prints as JSON.
type checked struct {
	*indexer.CheckReport
	Repaired []string `json:"repaired"` // what --repair did; the report is of before
}

func (c *checkCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) error {
	report, err := indexer.Check(ctx, c.Data)
	if err != nil {
		return err
	}
	if !c.JSON {
		for _, problem := range report.Problems {
			fmt.Fprintln(t.out, problem)
		}
	}
	r := repair{checkCmd: c, report: report, done: []string{}}
	left := len(report.Problems)
	if left > 0 && c.Repair {
		left, err = r.run(ctx, t, library)
	}
	if c.JSON {
		if err := t.json(checked{report, r.done}); err != nil {
			return err
		}
	}
	switch {
	case err != nil:
		return err
	case left > 0 && c.Repair:
		return fmt.Errorf("%d problems are left: vitrine check --data %s lists them", left, c.Data)
	case left > 0:
		return fmt.Errorf("%d problems found: vitrine check --data %s --repair mends what can be mended", left, c.Data)
	case !c.JSON && len(r.done) == 0:
		fmt.Fprintf(t.out, "%s: %s is sound\n", c.Data, report.Generation)
	}
	return nil
}
