package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"vitrine/indexer"
	"vitrine/retrieval/evaluation"
)

// evalSet is what an evaluation goes by.
type evalSet struct {
	queries []evaluation.Query
	qrels   evaluation.Qrels
	judged  int // queries that have judgements
	runs    []oldRun
}

// oldRun is a file of results, measured like a mode that is called as the file is.
type oldRun struct {
	name   string
	run    evaluation.Run
	absent int // judged queries that the file does not have
}

// read reads and checks the files, and settles the baseline, before anything slow begins.
func (c *evalCmd) read() (evalSet, error) {
	if c.HTML != "" && c.HTML == c.RunFile {
		return evalSet{}, errors.New("--html and --run name the same file")
	}
	judgements, err := evaluation.OpenJudgements(c.Qrels)
	if err != nil {
		return evalSet{}, err
	}
	set := evalSet{queries: judgements.Queries, qrels: judgements.Qrels}
	switch {
	case c.Queries != "":
		if set.queries, err = evaluation.OpenQueries(c.Queries); err != nil {
			return evalSet{}, err
		}
	case set.queries == nil:
		return evalSet{}, fmt.Errorf("%s has the ids of queries and not their words: name the file that has them with --queries", c.Qrels)
	}
	for _, query := range set.queries {
		if len(set.qrels[query.ID]) > 0 {
			set.judged++
		}
	}
	if set.judged == 0 {
		return evalSet{}, set.nothingJudged(c, judgements)
	}
	names := make([]string, 0, len(c.RunAgainst)+len(c.Mode))
	for _, path := range c.RunAgainst {
		old, err := set.open(path)
		if err != nil {
			return evalSet{}, err
		}
		names = append(names, old.name)
		set.runs = append(set.runs, old)
	}
	for _, mode := range c.Mode {
		names = append(names, string(mode))
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return evalSet{}, fmt.Errorf("two of what is compared are called %q: name each mode once, and rename one of two files", name)
		}
	}
	if c.Baseline == "" {
		c.Baseline = names[0]
	}
	if !slices.Contains(names, c.Baseline) {
		return evalSet{}, fmt.Errorf("--baseline %q is not measured: choose one of %s", c.Baseline, strings.Join(names, ", "))
	}
	return set, nil
}

func (s evalSet) nothingJudged(c *evalCmd, judgements evaluation.Judgements) error {
	switch {
	case c.Queries == "":
		return fmt.Errorf("%w: %s has queries and no rating of them", evaluation.ErrNoJudgements, c.Qrels)
	case judgements.Queries != nil:
		return fmt.Errorf("%w: %s has the words of its queries in it: leave out --queries", evaluation.ErrNoJudgements, c.Qrels)
	}
	return fmt.Errorf("%w: %s and %s must use the same query ids", evaluation.ErrNoJudgements, c.Queries, c.Qrels)
}

func (s evalSet) open(path string) (oldRun, error) {
	run, err := evaluation.OpenRun(path)
	if err != nil {
		return oldRun{}, err
	}
	old := oldRun{name: filepath.Base(path), run: run}
	for _, query := range s.queries {
		if _, ok := run[query.ID]; !ok && len(s.qrels[query.ID]) > 0 {
			old.absent++
		}
	}
	if old.absent == s.judged {
		return oldRun{}, fmt.Errorf("%s has none of the %d judged queries: its query ids must be those of the judgements", path, s.judged)
	}
	return old, nil
}

// search answers from the file.
func (o oldRun) search(depth int) func(context.Context, evaluation.Query) ([]string, error) {
	return func(_ context.Context, q evaluation.Query) ([]string, error) {
		ranked := o.run[q.ID]
		return ranked[:min(depth, len(ranked))], nil
	}
}

// warn says what a reader of the figures must know.
func (s evalSet) warn(t *terminal, index *indexer.Index) {
	if relevant, absent := s.absentFrom(index); absent > 0 {
		t.notef("vitrine: %d of the %d products judged relevant are not in the index, so that no mode can find them", absent, relevant)
	}
	for _, old := range s.runs {
		if old.absent > 0 {
			t.notef("vitrine: %s does not have %d of the %d judged queries: they count as found nothing", old.name, old.absent, s.judged)
		}
	}
}

// absentFrom counts the products that a judgement calls relevant, and those of them that the index lacks.
func (s evalSet) absentFrom(index *indexer.Index) (relevant, absent int) {
	snapshot := index.Acquire()
	defer snapshot.Release()
	seen := map[string]bool{}
	for _, query := range s.queries {
		for product, grade := range s.qrels[query.ID] {
			if grade < 1 || seen[product] {
				continue
			}
			seen[product] = true
			if _, ok := snapshot.Doc(product); !ok {
				absent++
			}
		}
	}
	return len(seen), absent
}
