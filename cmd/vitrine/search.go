package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"vitrine/retrieval"
)

type searchCmd struct {
	Data    string         `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Image   []string       `placeholder:"FILE" sep:"none" type:"existingfile" help:"Photo to search by: JPEG, PNG, GIF or WebP; up to 4, which are searched for as one."`
	Crop    []string       `placeholder:"X,Y,W,H" sep:"none" help:"The part of the photo that counts, in pixels from its upper left corner; the first is of the first photo, and so on, empty for the whole."`
	Weight  []float64      `placeholder:"W" help:"What the photo counts against the others (default 1); the first is of the first photo, and so on."`
	Like    []string       `placeholder:"ID" sep:"none" help:"Find products like this one; up to 10."`
	Unlike  []string       `placeholder:"ID" sep:"none" help:"Turn away from products like this one; up to 10."`
	Balance *float64       `placeholder:"B" help:"What photos and --like count beside the words: from 0, words alone, to 1, without them (default 0.5)."`
	Mode    retrieval.Mode `placeholder:"M" enum:"keyword,vector,hybrid,ranked" default:"ranked" help:"keyword, vector, hybrid or ranked (everything; the default)."`
	Filter  []string       `placeholder:"EXPR" sep:"none" help:"E.g. 'category=Shoes', 'brand=Nike|Puma', colour=red, price=10..50, in_stock=true; may be repeated, all must hold."`
	Literal bool           `help:"Take the words as they are: read no filter such as 'not black' or 'under 50' out of them."`
	Sort    retrieval.Sort `placeholder:"O" enum:"relevance,price_asc,price_desc,newest" default:"relevance" help:"relevance (the default), price_asc, price_desc or newest."`
	Group   string         `placeholder:"FIELD" help:"Print only the best result of each value of brand, category, colour or attribute.NAME."`
	Offset  int            `help:"Results to leave out."`
	Limit   int            `short:"k" default:"10" help:"Results to print."`
	Explain bool           `help:"Print for each result how its score comes about."`
	JSON    bool           `help:"Print the API's JSON object."`
	Query   []string       `arg:"" optional:"" help:"The words to search for; without any, and without --image and --like, the catalogue is listed, the newest first."`
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
	if len(c.Crop) > len(c.Image) {
		return retrieval.Query{}, errors.New("--crop is the part of a photo that counts: name the photo with --image")
	}
	if len(c.Weight) > len(c.Image) {
		return retrieval.Query{}, errors.New("--weight is what a photo counts: name the photo with --image")
	}
	q := retrieval.Query{
		Text: strings.Join(c.Query, " "), Like: c.Like, Unlike: c.Unlike, Balance: c.Balance,
		Mode: c.Mode, Offset: c.Offset, Limit: c.Limit, Explain: c.Explain,
		Literal: c.Literal, Sort: c.Sort, Group: c.Group,
	}
	for _, expression := range c.Filter {
		filter, err := retrieval.ParseFilter(expression)
		if err != nil {
			return q, err
		}
		q.Filters = append(q.Filters, filter)
	}
	for i, path := range c.Image {
		photo, err := c.photo(i, path)
		if err != nil {
			return q, err
		}
		q.Photos = append(q.Photos, photo)
	}
	return q, nil
}

// photo reads the file of photo number i, with its crop and its weight.
func (c *searchCmd) photo(i int, path string) (photo retrieval.PhotoQuery, err error) {
	if photo.Data, err = os.ReadFile(path); err != nil {
		return photo, fmt.Errorf("read photo: %w", err)
	}
	if i < len(c.Crop) {
		photo.Crop, err = retrieval.ParseCrop(c.Crop[i])
	}
	if i < len(c.Weight) {
		photo.Weight = c.Weight[i]
	}
	return photo, err
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
