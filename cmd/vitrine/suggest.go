package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"vitrine/indexer"
	"vitrine/retrieval"
)

type suggestCmd struct {
	Data   string   `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Limit  int      `short:"k" default:"10" help:"Suggestions to print, at most 20."`
	JSON   bool     `help:"Print the API's JSON object."`
	Prefix []string `arg:"" help:"What a shopper has typed so far."`
}

// Run needs no model: what is typed is compared by its letters.
func (c *suggestCmd) Run(ctx context.Context, t *terminal) (err error) {
	if c.Limit < 1 {
		return fmt.Errorf("-k %d: ask for 1 to %d suggestions", c.Limit, retrieval.MaxSuggestions)
	}
	index, err := indexer.Open(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	engine := retrieval.New(index, nil, nil, retrieval.Options{Suggestions: suggestionsIn(c.Data)})
	found, err := engine.Suggest(ctx, strings.Join(c.Prefix, " "), c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(found)
	}
	for _, s := range found.Suggestions {
		fmt.Fprintf(t.out, "%-8s  %s%s\n", s.Kind, marked(s), chosen(s))
	}
	if len(found.Suggestions) == 0 {
		fmt.Fprintln(t.out, "nothing begins like that")
	}
	return nil
}

// marked is the text of a suggestion with what was typed in brackets.
func marked(s retrieval.Suggestion) string {
	runes, at := []rune(s.Text), 0
	var text strings.Builder
	for _, h := range s.Highlights {
		text.WriteString(string(runes[at:h[0]]) + "[" + string(runes[h[0]:h[1]]) + "]")
		at = h[1]
	}
	return text.String() + string(runes[at:])
}

// chosen is what choosing a suggestion means, where its text does not say so.
func chosen(s retrieval.Suggestion) string {
	switch s.Kind {
	case retrieval.SuggestQuery:
		return fmt.Sprintf("  (%d searches)", s.Count)
	case retrieval.SuggestProduct:
		return "  " + s.ID
	}
	return fmt.Sprintf("  %s (%d products)", s.Filter, s.Count)
}
