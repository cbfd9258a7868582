package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
	"vitrine/ranker/learning"
)

// listedRanker is one ranker model in `models list`.
type listedRanker struct {
	Version string    `json:"version"`
	Kind    string    `json:"kind,omitempty"`
	Created time.Time `json:"created,omitzero"`
	NDCG    float64   `json:"ndcg,omitempty"` // by replay, when it was trained
	Live    bool      `json:"live"`
	Error   string    `json:"error,omitempty"` // why it cannot be used
}

// listRankers lists the models of a data directory, the prior first.
func listRankers(dataDir string, library runtimeLibrary) ([]listedRanker, error) {
	store := rankerStore(dataDir, library)
	live, _, err := store.Live()
	if err != nil && !errors.Is(err, ranker.ErrModel) {
		return nil, err
	}
	versions, err := store.Versions()
	if err != nil {
		return nil, err
	}
	listed := []listedRanker{{Version: ranker.PriorName, Kind: "set by hand", Live: live == ranker.PriorName}}
	for _, version := range versions {
		row := listedRanker{Version: version, Live: version == live}
		if _, err := store.Load(version); err != nil {
			row.Error = err.Error()
		}
		if m, err := store.Manifest(version); err == nil {
			row.Kind, row.Created = m.Kind, m.Created
			var report learning.Report
			if json.Unmarshal(m.Report, &report) == nil && len(report.Judgement.Figures) > 0 {
				row.NDCG = report.Judgement.Figures[0].NDCG.Mean
			}
		}
		listed = append(listed, row)
	}
	return listed, nil
}

func printRankers(out io.Writer, models []listedRanker) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RANKER\tKIND\tTRAINED\tNDCG@10\tLIVE")
	for _, m := range models {
		trained, ndcg, live := "-", "-", ""
		if !m.Created.IsZero() {
			trained, ndcg = m.Created.Format("2006-01-02 15:04"), fmt.Sprintf("%.4f", m.NDCG)
		}
		if m.Live {
			live = "live"
		}
		if m.Error != "" {
			live += " " + m.Error
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", m.Version, m.Kind, trained, ndcg, live)
	}
	return table.Flush()
}

type modelsRunsCmd struct {
	storeData
	Limit int  `default:"20" help:"How many, the newest first (${default})."`
	JSON  bool `help:"Print JSON, with all that is recorded."`
}

// Run lists the trainings.
func (c *modelsRunsCmd) Run(ctx context.Context, t *terminal) error {
	return c.use(ctx, func(store *catalog.Store) error {
		runs, err := store.Runs(ctx, c.Limit)
		if err != nil {
			return err
		}
		if c.JSON {
			return t.json(runs)
		}
		table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "RUN\tWHEN\tKIND\tIMPRESSIONS\tCLICKS\tNDCG@10\tOUTCOME")
		for _, run := range runs {
			var r learning.Report
			if err := json.Unmarshal(run.Details, &r); err != nil {
				return fmt.Errorf("run %d: %w", run.Seq, err)
			}
			ndcg := "-"
			if len(r.Judgement.Figures) > 0 {
				ndcg = fmt.Sprintf("%.4f", r.Judgement.Figures[0].NDCG.Mean)
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%d\t%d\t%s\t%s\n", run.Seq, run.Time.Format("2006-01-02 15:04"), run.Kind, r.Tally.Impressions, r.Tally.Clicks, ndcg, outcome(&r))
		}
		return table.Flush()
	})
}

// outcome says in a line what became of a run.
func outcome(r *learning.Report) string {
	reasons := r.Decision.Reasons
	switch {
	case r.Decision.Forced:
		return "forced: " + r.Version
	case r.Decision.Adopted:
		return "adopted " + r.Version
	case len(reasons) == 0:
		return "nothing came of it"
	case r.Decision.Wins || r.Version == "":
		return reasons[len(reasons)-1]
	}
	return "did not win: " + reasons[0]
}

type modelsAdoptCmd struct {
	Data    string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	Version string `arg:"" placeholder:"VERSION" help:"A ranker model of vitrine models list; prior = the weights set by hand."`
}

// Run makes a model live; servers take it up within seconds.
func (c *modelsAdoptCmd) Run(t *terminal, library runtimeLibrary) error {
	store := rankerStore(c.Data, library)
	return changeLive(store.Store, func() error {
		if err := store.Adopt(c.Version); err != nil {
			return err
		}
		fmt.Fprintf(t.out, "%s is live\n", c.Version)
		return nil
	})
}

type modelsRollbackCmd struct {
	Data string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
}

// Run makes the model live that was before the live one.
func (c *modelsRollbackCmd) Run(t *terminal, library runtimeLibrary) error {
	store := rankerStore(c.Data, library)
	return changeLive(store.Store, func() error {
		version, err := store.Rollback()
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "%s is live again\n", version)
		return nil
	})
}
