package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"vitrine/retrieval"
)

type explainCmd struct {
	Data    string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Product string `required:"" placeholder:"ID" help:"The product to account for."`
	Query   string `placeholder:"Q" help:"The words that are searched for; without any, and without --image and --like, the catalogue is listed."`
	searchFlags
	JSON bool `help:"Print the API's JSON object."`
}

func (c *explainCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	query, err := c.query(c.Query)
	if err != nil {
		return err
	}
	shop, err := openShop(ctx, c.Data, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.close()) }()
	account, err := shop.engine.Explain(ctx, query, c.Product)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(account)
	}
	if account.Rank > 0 {
		return printStanding(t, account)
	}
	printReasons(t, account)
	return nil
}

// printStanding says why a product that is found stands where it stands.
func printStanding(t *terminal, a *retrieval.Account) error {
	fmt.Fprintf(t.out, "%s %q stands at rank %d of %d with a score of %.6f (mode %s, %s)\n", a.Product.ID, a.Product.Title, a.Rank, a.Total, a.Score, a.Mode, a.Generation)
	if len(a.Ledger.Legs)+len(a.Ledger.Rules) == 0 {
		fmt.Fprintln(t.out, "nothing was scored: without words or a photo the catalogue is listed, the newest release first")
		return nil
	}
	for _, leg := range a.Ledger.Legs {
		fmt.Fprintf(t.out, "  %s\n", legInWords(leg))
	}
	if len(a.Ledger.Features) > 0 {
		fmt.Fprintf(t.out, "  fused that is %.6f, which the ranker replaces by the sum of %d features\n", a.Ledger.Fused, len(a.Ledger.Features))
	}
	for _, rule := range a.Ledger.Rules {
		fmt.Fprintf(t.out, "  the rule %q adds %.6f\n", rule.Rule, rule.Contribution)
	}
	if err := printLedger(t, a.Ledger); err != nil {
		return err
	}
	if a.Above == nil {
		return nil
	}
	fmt.Fprintf(t.out, "above it, at rank %d, stands %s %q, which has %.6f more:\n", a.Above.Rank, a.Above.ID, a.Above.Title, a.Above.Difference)
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, part := range a.Above.Parts {
		fmt.Fprintf(table, "  %s\t%s\t%+.6f\n", part.Kind, part.Name, part.Difference)
	}
	return table.Flush()
}

func legInWords(l retrieval.LegEntry) string {
	switch {
	case l.Rank > 0:
		return fmt.Sprintf("%s found it at rank %d (score %.4f), which gives %.6f", l.Leg, l.Rank, l.Score, l.Contribution)
	case l.Backfilled:
		return fmt.Sprintf("%s did not find it; its score is %.4f", l.Leg, l.Score)
	}
	return l.Leg + " has nothing of it to compare with"
}

// printReasons says why a product is not found.
func printReasons(t *terminal, a *retrieval.Account) {
	fmt.Fprintf(t.out, "%s %q is not among the %d results (mode %s, %s)\n", a.Product.ID, a.Product.Title, a.Total, a.Mode, a.Generation)
	for _, reason := range a.Reasons {
		fmt.Fprintf(t.out, "  %s\n", reason.Text)
	}
	if a.Without == nil {
		return
	}
	without := strings.Join(a.Without.Filters, " and ")
	if a.Without.Rank > 0 {
		fmt.Fprintf(t.out, "without %s it would stand at rank %d\n", without, a.Without.Rank)
		return
	}
	fmt.Fprintf(t.out, "without %s it would not be found either:\n", without)
	for _, reason := range a.Without.Reasons {
		fmt.Fprintf(t.out, "  %s\n", reason.Text)
	}
}
