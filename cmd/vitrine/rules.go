package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"vitrine/indexer"
	"vitrine/retrieval"
	"vitrine/retrieval/rules"
)

type rulesCmd struct {
	Check rulesCheckCmd `cmd:"" help:"Check rules.json and print what each rule does now."`
	Try   rulesTryCmd   `cmd:"" help:"Print the rules that hold for a query."`
}

// openRules opens rules.json of a data directory.
func openRules(dataDir string) (*followedFile[*rules.Set], error) {
	return openRulesFile(filepath.Join(dataDir, "rules.json"))
}

func openRulesFile(path string) (*followedFile[*rules.Set], error) {
	return openFollowed(path, rules.MaxBytes, &rules.Set{}, rules.Parse)
}

// followRules takes up what has changed in rules.json.
func (l *liveShop) followRules(ctx context.Context) {
	file := l.shop.files.rules
	if takeUp(l.terminal, file, "rules") {
		l.shop.engine.SetRules(file.value)
		l.refreshSuggestions(ctx)
		l.terminal.notef("%s: new rules are in force (%d)", file.path, len(file.value.Rules))
	}
}

type rulesCheckCmd struct {
	File string `arg:"" optional:"" placeholder:"FILE" type:"existingfile" help:"The file to check; empty = rules.json of --data."`
	Data string `placeholder:"DIR" type:"existingdir" help:"Data directory, whose index says how many products each rule covers."`
	JSON bool   `help:"Print JSON."`
}

// Run checks the rules and, where there is an index, looks their products up in it.
func (c *rulesCheckCmd) Run(ctx context.Context, t *terminal) (err error) {
	path := c.File
	switch {
	case path == "" && c.Data == "":
		return errors.New("name a file, or a data directory with --data")
	case path == "":
		path = filepath.Join(c.Data, "rules.json")
	}
	file, err := openRulesFile(path)
	if err != nil {
		return err
	}
	if file.text == nil {
		t.notef("there is no %s, so there are no rules", path)
	}
	covers := func(*ruleReport, *retrieval.Rule) error { return nil }
	if c.Data != "" {
		index, err := indexer.Open(ctx, c.Data)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, index.Close()) }()
		covers = coversIn(ctx, retrieval.New(index, nil, nil, retrieval.Options{}))
	}
	reports := make([]ruleReport, 0, len(file.value.Rules))
	for i := range file.value.Rules {
		rule := &file.value.Rules[i]
		report := newRuleReport(&rule.Rule)
		report.Note, report.When = rule.Note, whenOf(rule)
		report.Waits = !rule.InForce(time.Now())
		if err := covers(&report, &rule.Rule); err != nil {
			return err
		}
		reports = append(reports, report)
	}
	if c.JSON {
		return t.json(reports)
	}
	return printRules(t, reports)
}

type rulesTryCmd struct {
	Data   string    `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Filter []string  `placeholder:"EXPR" sep:"none" help:"A filter that the shopper has chosen, as of vitrine search; may be repeated."`
	At     time.Time `placeholder:"TIME" help:"When the shopper asks, such as 2026-12-24T18:00:00Z; empty = now."`
	JSON   bool      `help:"Print JSON."`
	Query  []string  `arg:"" optional:"" help:"The shopper's words; without any, the rules that hold for a photo or a list."`
}

// Run prints the rules that hold, in the order in which they count.
func (c *rulesTryCmd) Run(ctx context.Context, t *terminal) (err error) {
	flags := searchFlags{Filter: c.Filter}
	q, err := flags.query(strings.Join(c.Query, " "))
	if err != nil {
		return err
	}
	q.Text = retrieval.NormaliseText(q.Text)
	file, err := openRules(c.Data)
	if err != nil {
		return err
	}
	index, err := indexer.Open(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	covers := coversIn(ctx, retrieval.New(index, nil, nil, retrieval.Options{}))
	if c.At.IsZero() {
		c.At = time.Now()
	}
	reports := []ruleReport{}
	for _, rule := range file.value.For(&q, c.At) {
		report := newRuleReport(&rule)
		if err := covers(&report, &rule); err != nil {
			return err
		}
		reports = append(reports, report)
	}
	if c.JSON {
		return t.json(reports)
	}
	if len(reports) == 0 {
		fmt.Fprintln(t.out, "no rule holds for this query")
	}
	return printRules(t, reports)
}

// ruleReport is what check and try say of a rule.
type ruleReport struct {
	Rule     string           `json:"rule"`
	Action   retrieval.Action `json:"action"`
	Note     string           `json:"note,omitempty"`
	When     string           `json:"when,omitempty"`
	Waits    bool             `json:"waits,omitempty"`    // its time has not come, or is over
	Products *int             `json:"products,omitempty"` // of the index, that the rule covers
	Unknown  []string         `json:"unknown,omitempty"`  // ids that the index lacks
	Place    int              `json:"place,omitempty"`
	Strength float64          `json:"strength,omitempty"`
	Redirect string           `json:"redirect,omitempty"`
}

func newRuleReport(r *retrieval.Rule) ruleReport {
	return ruleReport{Rule: r.Name, Action: r.Action, Place: r.Place, Strength: r.Strength, Redirect: r.URL}
}

// coversIn returns what fills in the products that a rule covers in the live index.
func coversIn(ctx context.Context, engine *retrieval.Engine) func(*ruleReport, *retrieval.Rule) error {
	return func(report *ruleReport, r *retrieval.Rule) error {
		if r.Action == retrieval.ActionRedirect {
			return nil
		}
		count, unknown, err := engine.Covers(ctx, r)
		report.Products, report.Unknown = &count, unknown
		return err
	}
}

// whenOf says when a rule holds, in the words of the file.
func whenOf(r *rules.Rule) string {
	var parts []string
	list := func(name string, texts []string) {
		if len(texts) > 0 {
			parts = append(parts, name+" "+strings.Join(texts, " | "))
		}
	}
	var groups []string
	for _, words := range r.When.Words {
		groups = append(groups, strings.Join(words, " "))
	}
	list("query", r.When.Phrases)
	list("words", groups)
	list("category", r.When.Categories)
	if len(parts) == 0 {
		parts = append(parts, "always")
	}
	if !r.From.IsZero() {
		parts = append(parts, "from "+r.From.Format(time.RFC3339))
	}
	if !r.To.IsZero() {
		parts = append(parts, "to "+r.To.Format(time.RFC3339))
	}
	return strings.Join(parts, ", ")
}

func printRules(t *terminal, reports []ruleReport) error {
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, r := range reports {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.Rule, r.Action, r.effect(), r.when())
	}
	return table.Flush()
}

func (r *ruleReport) effect() string {
	var parts []string
	switch {
	case r.Products == nil:
	case *r.Products == 1:
		parts = append(parts, "1 product")
	default:
		parts = append(parts, fmt.Sprintf("%d products", *r.Products))
	}
	if len(r.Unknown) > 0 {
		parts = append(parts, "not in the index: "+strings.Join(r.Unknown, " "))
	}
	switch {
	case r.Place > 0:
		parts = append(parts, fmt.Sprintf("from place %d", r.Place))
	case r.Strength > 0:
		parts = append(parts, fmt.Sprintf("strength %g", r.Strength))
	case r.Redirect != "":
		parts = append(parts, "to "+r.Redirect)
	}
	return strings.Join(parts, ", ")
}

func (r *ruleReport) when() string {
	if r.Waits {
		return r.When + " (not in force now)"
	}
	return r.When
}
