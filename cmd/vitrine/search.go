package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"vitrine/retrieval"
)

type searchCmd struct {
	Data string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	searchFlags
	Offset  int      `help:"Results to leave out."`
	Limit   int      `short:"k" default:"10" help:"Results to print."`
	Explain bool     `help:"Print for each result how its score comes about."`
	JSON    bool     `help:"Print the API's JSON object."`
	Query   []string `arg:"" optional:"" help:"The words to search for; without any, and without --image and --like, the catalogue is listed, the newest first."`
}

func (c *searchCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	query, err := c.query()
	if err != nil {
		return err
	}
	shop, err := openShop(ctx, c.Data, library, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.close()) }()
	response, err := shop.engine.Search(ctx, query)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(response)
	}
	return printResponse(t, response)
}

func (c *searchCmd) query() (retrieval.Query, error) {
	if c.Limit < 1 {
		return retrieval.Query{}, fmt.Errorf("-k %d: ask for 1 to %d results", c.Limit, retrieval.MaxDepth)
	}
	q, err := c.searchFlags.query(strings.Join(c.Query, " "))
	q.Offset, q.Limit, q.Explain = c.Offset, c.Limit, c.Explain
	return q, err
}

func printResponse(t *terminal, r *retrieval.Response) error {
	for _, leg := range r.Legs {
		if leg.Error != "" {
			t.notef("vitrine: leg %s was left out: %s", leg.Leg, leg.Error)
		}
	}
	if r.Redirect != "" {
		t.notef("vitrine: a rule leads this search to %s", r.Redirect)
	}
	if len(r.Understood) > 0 {
		fmt.Fprintln(t.out, "understood:", understoodNote(r.Understood))
	}
	if r.Suggestion != "" {
		fmt.Fprintln(t.out, "did you mean:", r.Suggestion)
	}
	switch {
	case r.Total == 0:
		fmt.Fprintln(t.out, "nothing found: try other words or fewer filters")
		return nil
	case len(r.Hits) == 0:
		fmt.Fprintf(t.out, "there are %d results: choose a smaller --offset than %d\n", r.Total, r.Offset)
		return nil
	}
	for _, hit := range r.Hits {
		p := hit.Product
		fmt.Fprintf(t.out, "%3d  %8.4f  %-14s %s%s\n", hit.Rank, hit.Score, p.ID, p.Title, priceNote(p.PriceCents, p.Currency, p.InStock)+othersNote(hit.Others))
		if hit.Ledger != nil && len(hit.Ledger.Legs)+len(hit.Ledger.Rules) > 0 { // a list is scored by rules alone
			if err := printLedger(t, hit.Ledger); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(t.out, "%d of %d results, mode %s, %s\n", len(r.Hits), r.Total, r.Mode, r.Generation)
	return nil
}

// understoodNote says what was read out of the words: filters in force and, in brackets, what is preferred.
func understoodNote(said []retrieval.Understood) string {
	notes := make([]string, len(said))
	for i, u := range said {
		notes[i] = u.Filter.String()
		if u.Kind == retrieval.UnderstoodNamed {
			notes[i] = "(" + notes[i] + ")"
		}
	}
	return strings.Join(notes, ", ")
}

func othersNote(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("  + %d more", n)
}

func priceNote(cents int64, currency string, inStock bool) string {
	var note string
	if cents > 0 {
		note = fmt.Sprintf("  %d.%02d %s", cents/100, cents%100, currency)
	}
	if !inStock {
		note += "  (out of stock)"
	}
	return note
}

// printLedger prints the contributions whose sum, in this order, is the score.
func printLedger(t *terminal, l *retrieval.Ledger) error {
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tleg\traw\trank\tnormalised\tweight\tcontribution\t")
	for _, e := range l.Legs {
		rank := fmt.Sprint(e.Rank)
		if e.Rank == 0 {
			rank = "-"
		}
		fmt.Fprintf(table, "\t%s\t%.4f\t%s\t%.6f\t%g\t%.6f\t\n", e.Leg, e.Score, rank, e.Normalised, e.Weight, e.Contribution)
	}
	fmt.Fprintf(table, "\tfused\t\t\t\t\t%.6f\t\n", l.Fused)
	if len(l.Features) > 0 {
		fmt.Fprintln(table, "\tfeature\tvalue\t\t\tweight\tcontribution\t")
	}
	for _, e := range l.Features {
		fmt.Fprintf(table, "\t%s\t%.4f\t\t\t%g\t%.6f\t\n", e.Name, e.Value, e.Weight, e.Contribution)
	}
	for _, e := range l.Rules {
		fmt.Fprintf(table, "\t%s\t\t\t\t\t%.6f\t\n", e.Rule, e.Contribution)
	}
	fmt.Fprintf(table, "\tscore\t\t\t\t\t%.6f\t\n", l.Score)
	return table.Flush()
}
