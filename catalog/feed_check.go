package catalog

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
)

const (
	shownExamples = 3 // of a kind of problem
	// maxListed bounds the columns and the hosts that a report lists; what a hostile feed has beyond it goes uncounted.
	maxListed = 1000
)

// FeedReport is what CheckFeed found.
type FeedReport struct {
	Format       string         `json:"format"` // as recognised
	Columns      []Column       `json:"columns"`
	Rows         int            `json:"rows"`
	Products     int            `json:"products"` // that can be indexed
	Variants     int            `json:"variants"`
	Unlisted     int            `json:"unlisted"` // products that the feed says are not on sale
	Photos       int            `json:"photos"`
	LocalPhotos  int            `json:"local_photos"`
	RemotePhotos map[string]int `json:"remote_photos,omitempty"` // by host, not fetched
	Problems     []ProblemCount `json:"problems"`                // the most frequent first
}

// Column is a column of a table, a key of JSON objects or an element of XML items.
type Column struct {
	Name   string `json:"name"`
	Use    string `json:"use,omitempty"` // the field that it fills, or "attribute"; empty = it is not used
	Values int    `json:"values"`        // rows that have one
}

// ProblemCount is a kind of problem.
type ProblemCount struct {
	Problem  Problem   `json:"problem"`
	Count    int       `json:"count"`
	Examples []Example `json:"examples"` // the first few
}

// Example is one problem.
type Example struct {
	Line   int    `json:"line"`
	ID     string `json:"id,omitempty"` // of the product, where it can be read
	Reason string `json:"reason"`       // with what to do
}

// CheckFeed reads a whole feed as OpenFeed does, and whether the photos that it names on disk are there. report is
// told after each row how many products and errors there were. It returns ctx's error when that ends first.
func CheckFeed(ctx context.Context, path string, opts FeedOptions, report func(rows int)) (_ *FeedReport, err error) {
	feed, err := OpenFeed(path, opts)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, feed.Close()) }()

	feed.columns = &columnUse{columns: make(map[string]*usedColumn)}
	c := check{report: &FeedReport{Format: feed.Format(), RemotePhotos: make(map[string]int)}, problems: make(map[Problem]*ProblemCount)}
	for row := range feed.Rows() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.row(row)
		report(feed.rows)
	}
	r := c.report
	r.Columns, r.Rows, r.Unlisted = feed.columns.list(), feed.rows, feed.unlisted
	r.Problems = c.sorted()
	return r, nil
}

// check gathers a report.
type check struct {
	report   *FeedReport
	problems map[Problem]*ProblemCount
}

func (c *check) row(row Row) {
	p := &row.Product
	if row.Err != nil {
		c.problem(row, row.Err)
		return
	}
	if row.Warning != nil {
		c.problem(row, row.Warning)
	}
	c.report.Products++
	c.report.Variants += len(p.Variants)
	c.report.Photos += len(p.Photos)
	for _, photo := range p.Photos {
		if photo.Remote() {
			c.remote(photo)
			continue
		}
		c.report.LocalPhotos++
		if err := CheckPhoto(photo); err != nil {
			c.problem(row, err)
		}
	}
}

func (c *check) remote(photo Photo) {
	host := "?"
	if address, err := url.Parse(photo.Ref); err == nil && address.Host != "" {
		host = strings.ToLower(address.Host)
	}
	if hosts := c.report.RemotePhotos; hosts[host] > 0 || len(hosts) < maxListed {
		hosts[host]++
	}
}

func (c *check) problem(row Row, err error) {
	kind := ProblemOf(err)
	counted := c.problems[kind]
	if counted == nil {
		counted = &ProblemCount{Problem: kind}
		c.problems[kind] = counted
	}
	if counted.Count++; len(counted.Examples) < shownExamples {
		counted.Examples = append(counted.Examples, Example{Line: row.Line, ID: strings.Clone(row.Product.ID), Reason: err.Error()})
	}
}

func (c *check) sorted() []ProblemCount {
	all := make([]ProblemCount, 0, len(c.problems))
	for _, counted := range c.problems {
		all = append(all, *counted)
	}
	slices.SortFunc(all, func(a, b ProblemCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Problem, b.Problem))
	})
	return all
}

// columnUse counts the values of columns. A nil one counts nothing.
type columnUse struct {
	columns map[string]*usedColumn
	order   []*usedColumn
	rows    int
}

type usedColumn struct {
	Column
	counted int // the last row that counted; an element may be there several times
}

func (u *columnUse) note(cells []cell) {
	if u == nil {
		return
	}
	u.rows++
	for _, c := range cells {
		if c.role.derived {
			continue
		}
		column := u.columns[c.column]
		if column == nil {
			if len(u.order) >= maxListed {
				continue
			}
			column = &usedColumn{Column: Column{Name: strings.Clone(c.column), Use: c.role.use()}}
			u.columns[column.Name] = column
			u.order = append(u.order, column)
		}
		if text, isText := c.value.(string); column.counted < u.rows && c.value != nil && (!isText || strings.TrimSpace(text) != "") {
			column.counted = u.rows
			column.Values++
		}
	}
}

// use is what a report calls a role.
func (r role) use() string {
	switch r.field {
	case fieldIgnored:
		return ""
	case fieldAttribute:
		return "attribute"
	case fieldTitleIn:
		return "title_" + r.language
	}
	return string(r.field)
}

func (u *columnUse) list() []Column {
	list := make([]Column, len(u.order))
	for i, column := range u.order {
		list[i] = column.Column
	}
	return list
}
