package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
	"vitrine/retrieval/evaluation/kit"
	"vitrine/retrieval/tuning"
)

type benchQualityCmd struct {
	Kit   string    `required:"" placeholder:"DIR" type:"existingdir" help:"The data kit: a folder with fashion/, street/, grocery/ and electronics/."`
	Work  string    `placeholder:"DIR" type:"path" help:"Keep the indexes here and use them again while model and feeds are the same (remove its folders when indexing itself was changed); empty = index anew."`
	Set   []string  `placeholder:"S" enum:"${quality_sets}" default:"${quality_sets}" help:"Sets to measure: ${enum}; all when none is named."`
	Mode  []string  `placeholder:"M" enum:"${quality_modes}" default:"${quality_modes}" help:"What to measure: ${enum}; all when none is named. text-text, text-image and photo-image are the single vector legs, the last two before hybrid ask with a part of the query."`
	Split kit.Split `enum:"tune,test" default:"test" help:"Half of each set: tune, to choose weights by, or test, to report (default ${default})."`
	Model string    `placeholder:"NAME|DIR" default:"${default_model}" help:"Encoder model (default ${default})."`
	Fit   bool      `help:"Fit the fusion's default weights to the sets' tuning halves, all sets counting alike, and print them instead of measuring."`
	JSON  bool      `help:"Print JSON."`
}

// qualityK is the depth of NDCG.
const qualityK = 10

// contender is one way of searching that is measured.
type contender struct {
	name string
	mode retrieval.Mode
	leg  string // the only leg that counts, empty = all of the mode
	part part
	// joint says that it joins several legs, and is to be no worse than the best of them.
	joint bool
}

// part is what of a query is asked with.
type part string

const (
	wholeQuery part = ""
	wordsOnly  part = "words"
	photoOnly  part = "photo"
)

// contenders in the order of reports.
var contenders = []contender{
	{name: "keyword", mode: retrieval.ModeKeyword},
	{name: retrieval.LegTextText, mode: retrieval.ModeVector, leg: retrieval.LegTextText},
	{name: retrieval.LegTextImage, mode: retrieval.ModeVector, leg: retrieval.LegTextImage},
	{name: retrieval.LegPhotoImage, mode: retrieval.ModeVector, leg: retrieval.LegPhotoImage},
	{name: "vector", mode: retrieval.ModeVector},
	{name: "words-only", mode: retrieval.ModeHybrid, part: wordsOnly},
	{name: "photo-only", mode: retrieval.ModeHybrid, part: photoOnly},
	{name: "hybrid", mode: retrieval.ModeHybrid, joint: true},
	{name: "ranked", mode: retrieval.ModeRanked, joint: true},
}

func contenderNames() []string {
	names := make([]string, len(contenders))
	for i, c := range contenders {
		names[i] = c.name
	}
	return names
}

// qualityReport is what bench quality prints as JSON.
type qualityReport struct {
	Sets []qualitySet `json:"sets"`
}

type qualitySet struct {
	Set     string                  `json:"set"`
	Split   kit.Split               `json:"split"`
	Queries int                     `json:"queries"`
	Modes   []evaluation.ModeReport `json:"modes"`
	// Gains say how much better each mode that joins legs is than the best of those that do not.
	Gains []evaluation.Comparison `json:"gains"`
}

// Run indexes the kit's feeds and measures each set on them.
func (c *benchQualityCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	if c.Fit {
		c.Split = kit.Tune
	}
	sets := make([]*kit.Set, len(c.Set))
	for i, name := range c.Set { // all of them first: a file that lacks is told before anything is indexed
		if sets[i], err = kit.Make(c.Kit, name, c.Split); err != nil {
			return err
		}
	}
	work := c.Work
	if work == "" {
		if work, err = os.MkdirTemp("", "vitrine-quality-"); err != nil {
			return fmt.Errorf("make a work folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	}
	var report qualityReport
	var groups []tuning.Group
	indexed := map[string]bool{}
	for _, set := range sets {
		index := indexCmd{
			Data: filepath.Join(work, set.Feed.Name), Feed: set.Feed.Path, feedFlags: feedFlags{Map: set.Feed.Mapping}, Model: c.Model, Full: true,
		}
		if !indexed[index.Data] {
			indexed[index.Data] = true
			if _, err := index.index(ctx, t, library); err != nil {
				return fmt.Errorf("index %s: %w", set.Feed.Name, err)
			}
		}
		if c.Fit {
			group, err := c.observe(ctx, t, set, index.Data, library)
			if err != nil {
				return fmt.Errorf("set %s: %w", set.Name, err)
			}
			groups = append(groups, group)
			continue
		}
		measured, err := c.measure(ctx, t, set, index.Data, library)
		if err != nil {
			return fmt.Errorf("set %s: %w", set.Name, err)
		}
		report.Sets = append(report.Sets, measured)
	}
	switch {
	case c.Fit:
		return c.fit(ctx, t, groups)
	case c.JSON:
		return t.json(report)
	}
	return report.writeTable(t.out)
}

// observe searches the queries of a set once.
func (c *benchQualityCmd) observe(ctx context.Context, t *terminal, set *kit.Set, dataDir string, library runtimeLibrary) (_ tuning.Group, err error) {
	shop, err := openShop(ctx, dataDir, library, t)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, shop.close()) }()
	bar := t.progress()
	defer bar.close()
	return observe(ctx, shop.engine, set.Queries, set.Qrels, func(done, total int) { bar.report(set.Name, done, total) })
}

// fit prints the weighting that is best on all groups.
func (c *benchQualityCmd) fit(ctx context.Context, t *terminal, groups []tuning.Group) error {
	bar := t.progress()
	defer bar.close()
	weighting, err := tuning.Fit(ctx, groups, retrieval.DefaultWeighting(), func(done, total int) { bar.report("fit", done, total) })
	if err != nil {
		return err
	}
	bar.close()
	type group struct {
		Set     string  `json:"set"`
		BestLeg float64 `json:"best_leg"` // NDCG@10 of the leg that is best by itself
		Default float64 `json:"default"`
		Fitted  float64 `json:"fitted"`
	}
	report := struct {
		Groups    []group             `json:"groups"`
		Weighting retrieval.Weighting `json:"weighting"`
	}{Weighting: weighting}
	start := retrieval.DefaultWeighting()
	for i, g := range groups {
		report.Groups = append(report.Groups, group{c.Set[i], g.BestLeg(), g.Mean(&start), g.Mean(&weighting)})
	}
	return t.json(report)
}

// measure measures every mode that the set's queries have the parts for.
func (c *benchQualityCmd) measure(ctx context.Context, t *terminal, set *kit.Set, dataDir string, library runtimeLibrary) (_ qualitySet, err error) {
	shop, err := openShop(ctx, dataDir, library, t)
	if err != nil {
		return qualitySet{}, err
	}
	defer func() { err = errors.Join(err, shop.close()) }()

	measured := qualitySet{Set: set.Name, Split: c.Split, Queries: len(set.Queries)}
	bar := t.progress()
	defer bar.close()
	for _, with := range contenders {
		if !slices.Contains(c.Mode, with.name) || !with.fits(set.Queries) {
			continue
		}
		engine, done := with.engine(shop), 0
		figures, _, err := evaluation.Evaluate(ctx, set.Queries, set.Qrels, qualityK, func(ctx context.Context, q evaluation.Query) ([]string, error) {
			defer func() { done++; bar.report(set.Name+", "+with.name, done, len(set.Queries)) }()
			return with.search(ctx, engine, q)
		})
		if err != nil {
			return qualitySet{}, err
		}
		figures.Mode = with.name
		measured.Modes = append(measured.Modes, figures)
	}
	measured.Gains, err = gains(measured.Modes)
	return measured, err
}

// fits reports whether queries have what the contender searches by.
func (c contender) fits(queries []evaluation.Query) bool {
	words := slices.ContainsFunc(queries, func(q evaluation.Query) bool { return q.Text != "" })
	photos := slices.ContainsFunc(queries, func(q evaluation.Query) bool { return q.Photo != "" })
	switch {
	case c.part != wholeQuery:
		return words && photos
	case c.leg == retrieval.LegPhotoImage:
		return photos
	case c.leg != "" || c.mode == retrieval.ModeKeyword:
		return words
	}
	return true
}

// engine is the shop's own, or one in which only the contender's leg has a weight.
func (c contender) engine(s *shop) *retrieval.Engine {
	if c.leg == "" {
		return s.engine
	}
	weights := map[string]float64{retrieval.LegKeyword: 0, retrieval.LegTextText: 0, retrieval.LegTextImage: 0, retrieval.LegPhotoImage: 0, retrieval.LegNamed: 0}
	weights[c.leg] = 1
	options := s.options
	options.Weights = weights
	return s.engineWith(options)
}

// search returns the ids of the first results.
func (c contender) search(ctx context.Context, engine *retrieval.Engine, q evaluation.Query) ([]string, error) {
	switch c.part {
	case wordsOnly:
		q.Photo = ""
	case photoOnly:
		q.Text = ""
	}
	ids, scores, err := rankedIDs(ctx, engine, q, c.mode, evaluation.Depth(qualityK))
	if err != nil || c.leg == "" {
		return ids, err
	}
	// What only legs without a weight have found stands at the end, with nothing to its score.
	found := slices.Index(scores, 0)
	if found < 0 {
		found = len(ids)
	}
	return ids[:found], nil
}

// gains compares what joins legs with the best that does not.
func gains(modes []evaluation.ModeReport) ([]evaluation.Comparison, error) {
	best, bestValue := "", -1.0
	for _, m := range modes {
		if value, _ := m.Value(fmt.Sprintf("ndcg@%d", qualityK)); !isJoint(m) && value > bestValue {
			best, bestValue = m.Mode, value
		}
	}
	if best == "" {
		return nil, nil
	}
	return evaluation.Compare(slices.DeleteFunc(slices.Clone(modes), func(m evaluation.ModeReport) bool {
		return !isJoint(m) && m.Mode != best
	}), best)
}

func isJoint(m evaluation.ModeReport) bool {
	return slices.ContainsFunc(contenders, func(c contender) bool { return c.name == m.Mode && c.joint })
}

// writeTable writes one block a set for people to read.
func (r qualityReport) writeTable(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for i, set := range r.Sets {
		if i > 0 {
			fmt.Fprintln(table)
		}
		fmt.Fprintf(table, "%s, %s, %d queries\tndcg@%d\tmrr\trecall@100\n", set.Set, set.Split, set.Queries, qualityK)
		for _, m := range set.Modes {
			fmt.Fprintf(table, "  %s", m.Mode)
			for _, metric := range m.Metrics {
				switch metric.Name {
				case fmt.Sprintf("ndcg@%d", qualityK):
					fmt.Fprintf(table, "\t%.3f [%.3f, %.3f]", metric.Mean, metric.Interval.Low, metric.Interval.High)
				case "mrr", "recall@100":
					fmt.Fprintf(table, "\t%.3f", metric.Mean)
				}
			}
			fmt.Fprintln(table)
		}
		for _, g := range set.Gains {
			fmt.Fprintf(table, "  %s − %s\t%+.3f [%+.3f, %+.3f]\t\t\n", g.Mode, g.Baseline, g.Difference, g.Interval.Low, g.Interval.High)
		}
	}
	return table.Flush()
}
