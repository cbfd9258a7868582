package main

import (
	"context"
	"fmt"

	"vitrine/indexer"
)

type checkCmd struct {
	Data string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	JSON bool   `help:"Print JSON."`
}

func (c *checkCmd) Run(ctx context.Context, t *terminal) error {
	report, err := indexer.Check(ctx, c.Data)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := t.json(report); err != nil {
			return err
		}
	} else {
		for _, problem := range report.Problems {
			fmt.Fprintln(t.out, problem)
		}
	}
	if n := len(report.Problems); n > 0 {
		return fmt.Errorf("%d problems found: vitrine index --data %s builds a new generation from catalog.db", n, c.Data)
	}
	if !c.JSON {
		fmt.Fprintf(t.out, "%s: %s is sound\n", c.Data, report.Generation)
	}
	return nil
}
