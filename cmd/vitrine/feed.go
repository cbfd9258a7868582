package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"vitrine/catalog"
)

type feedCmd struct {
	Check feedCheckCmd `cmd:"" help:"Read a feed without indexing it, and list what is in it and every kind of problem."`
}

// feedFlags say how to read a feed.
type feedFlags struct {
	Format   string            `placeholder:"F" enum:"jsonl,csv,tsv,google,shopify," default:"" help:"jsonl, csv, tsv, google (Merchant Center: table or XML) or shopify (product export); empty = recognised."`
	Map      map[string]string `placeholder:"FIELD=COLUMN" mapsep:"none" help:"Where the feed's header has another name for a field; may be repeated."`
	Images   string            `placeholder:"DIR" type:"path" help:"Folder of relative photo paths; empty = the feed's folder."`
	Currency string            `placeholder:"CODE" help:"Currency of the prices that name none, such as Shopify's; empty = they stay without one."`
}

func (f *feedFlags) options() catalog.FeedOptions {
	return catalog.FeedOptions{Format: f.Format, Mapping: f.Map, Images: f.Images, Currency: f.Currency}
}

type feedCheckCmd struct {
	File string `arg:"" placeholder:"FILE" type:"path" help:"The feed."`
	feedFlags
	Strict bool `help:"Fail if there is any problem; without it only if there is nothing to index."`
	JSON   bool `help:"Print the report as JSON."`
}

// Run prints the report, also of a feed that it fails for.
func (c *feedCheckCmd) Run(ctx context.Context, t *terminal) error {
	bar := t.progress()
	defer bar.close()
	report, err := catalog.CheckFeed(ctx, c.File, c.options(), func(rows int) {
		if rows%feedRowsATime == 0 {
			bar.report("rows", rows, 0)
		}
	})
	if err != nil {
		return err
	}
	bar.close()
	if c.JSON {
		err = t.json(report)
	} else {
		err = printFeedReport(t, report)
	}
	switch {
	case err != nil:
		return err
	case report.Products == 0:
		return errors.New("there is nothing to index in the feed: see its problems")
	case c.Strict && len(report.Problems) > 0:
		return errors.New("the feed has problems, which --strict does not allow")
	}
	return nil
}

// feedRowsATime is after how many rows progress is shown.
const feedRowsATime = 1000

func printFeedReport(t *terminal, r *catalog.FeedReport) error {
	fmt.Fprintf(t.out, "format: %s\n", r.Format)
	fmt.Fprintf(t.out, "%d rows, %d products, %d variants, %d photos\n", r.Rows, r.Products, r.Variants, r.Photos)
	if r.Unlisted > 0 {
		fmt.Fprintf(t.out, "%d products are drafts, archived or not published: left out\n", r.Unlisted)
	}
	printColumns(t, r.Columns)
	if r.LocalPhotos > 0 {
		fmt.Fprintf(t.out, "photos on disk: %d\n", r.LocalPhotos)
	}
	if len(r.RemotePhotos) > 0 {
		fmt.Fprintf(t.out, "photos to fetch (not checked): %s\n", hostList(r.RemotePhotos))
	}
	if len(r.Problems) == 0 {
		fmt.Fprintln(t.out, "no problems")
		return nil
	}
	fmt.Fprintln(t.out, "problems:")
	for _, p := range r.Problems {
		fmt.Fprintf(t.out, "  %-32s%8d\n", p.Problem, p.Count)
		examples := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, e := range p.Examples {
			fmt.Fprintf(examples, "    line %d\t%s\t%s\n", e.Line, oneLine(e.ID), oneLine(e.Reason))
		}
		if err := examples.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// printColumns lists columns by what they are used for.
func printColumns(t *terminal, columns []catalog.Column) {
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	var attributes, unused []string
	for _, column := range columns {
		switch {
		case column.Values == 0:
			unused = append(unused, oneLine(column.Name)+" (empty)")
		case column.Use == "":
			unused = append(unused, oneLine(column.Name))
		case column.Use == "attribute":
			attributes = append(attributes, oneLine(column.Name))
		default:
			fmt.Fprintf(table, "  %s\t%s\t%d rows\n", column.Use, oneLine(column.Name), column.Values)
		}
	}
	fmt.Fprintln(t.out, "columns used:")
	_ = table.Flush()
	if len(attributes) > 0 {
		fmt.Fprintf(t.out, "  attributes: %s\n", strings.Join(attributes, ", "))
	}
	if len(unused) > 0 {
		fmt.Fprintf(t.out, "columns not used: %s\n", strings.Join(unused, ", "))
	}
}

// hostList names the hosts of photos, those with most first.
func hostList(hosts map[string]int) string {
	names := slices.SortedFunc(maps.Keys(hosts), func(a, b string) int {
		if hosts[a] != hosts[b] {
			return hosts[b] - hosts[a]
		}
		return strings.Compare(a, b)
	})
	var list []string
	for _, name := range names[:min(len(names), shownHosts)] {
		list = append(list, fmt.Sprintf("%s %d", name, hosts[name]))
	}
	if more := len(names) - shownHosts; more > 0 {
		list = append(list, fmt.Sprintf("%d more hosts", more))
	}
	return strings.Join(list, ", ")
}

// shownHosts is how many hosts of photos a report names.
const shownHosts = 10

// maxLine is how much of a feed's own text is printed at once, in characters.
const maxLine = 300

// oneLine makes a feed's text fit for a terminal: short, and without anything that would move its cursor.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > maxLine {
		return string(runes[:maxLine]) + "…"
	}
	return text
}
