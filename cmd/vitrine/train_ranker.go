package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
	"vitrine/ranker/behaviour"
	"vitrine/ranker/ctr"
	"vitrine/ranker/learning"
)

// learnFlags are those of `train ctr` that learn from a shop's own log.
type learnFlags struct {
	Data    string `required:"" xor:"rows" placeholder:"DIR" type:"existingdir" help:"Data directory: learn from what its shoppers did, and serve the model if it wins. Of the flags above, --model, --objective and --seed count."`
	Since   age    `default:"90d" placeholder:"AGE" help:"With --data, leave out what is older (${default})."`
	NoAdopt bool   `xor:"adopt" help:"With --data: judge the model and keep it, but do not serve it."`
	Force   bool   `xor:"adopt" help:"With --data: serve the model even where it does not win."`
}

// learn trains on the log of a shop.
func (c *trainCTRCmd) learn(ctx context.Context, t *terminal) (err error) {
	if c.Evaluate != "" || len(c.Rows.Features) > 0 || c.Rows.Label != "" {
		return errors.New("leave --evaluate, --features and --label out beside --data: the log of a shop has its features, and its label is the click")
	}
	trainer, err := learning.NewTrainer(c.Model, c.Objective, c.Seed)
	if err != nil {
		return err
	}
	store, err := catalog.Open(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	bar := t.progress()
	defer bar.close()
	since := time.Now().Add(-time.Duration(c.Since))
	visitors := behaviour.New(store, behaviour.Options{})
	if _, err := followBehaviour(ctx, store, visitors, t); err != nil {
		return err
	}
	report, err := learning.Learn(ctx, learning.Job{
		Source: store, Ledger: store, Store: ranker.OpenStore(c.Data), Trainer: trainer, Seed: c.Seed,
		Adopt: !c.NoAdopt, Force: c.Force, Now: time.Now(),
		Window: learning.Window{
			Since:    since,
			Trust:    visitors,
			Progress: func(stage string, done int) { bar.report("read "+stage, done, 0) },
		},
		Epoch: func(e ctr.Epoch) { bar.report("epochs", e.Number, 0) },
	})
	bar.close()
	if report == nil {
		return err
	}
	if c.JSON {
		return errors.Join(err, t.json(report))
	}
	return errors.Join(err, printLearning(t.out, report))
}

// printLearning prints what a training came to.
func printLearning(out io.Writer, r *learning.Report) error {
	fmt.Fprintf(out, "%d searches, %d products seen, %d clicks, %d carts, %d purchases\n",
		r.Tally.Searches, r.Tally.Impressions, r.Tally.Clicks, r.Tally.Carts, r.Tally.Purchases)
	for _, left := range r.Tally.LeftOut {
		fmt.Fprintf(out, "left out: %d %s\n", left.Count, left.Reason)
	}
	if len(r.Judgement.Figures) == 0 {
		return nil
	}
	fmt.Fprintf(out, "\non the newest %d searches, %d of them with clicks to replay:\n", r.Judgement.Searches, r.Judgement.Replayed)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ORDER\tNDCG@10\t95 %\tCANDIDATE LESS THIS\tMRR\tAUC\tLOG LOSS\tECE")
	for i, f := range r.Judgement.Figures {
		difference, chances := "-", "-\t-"
		if i > 0 {
			difference = fmt.Sprintf("%+.4f [%+.4f, %+.4f]", f.Difference.Mean, f.Difference.Low, f.Difference.High)
		}
		if f.LogLoss > 0 {
			chances = fmt.Sprintf("%.5f\t%.4f", f.LogLoss, f.ECE)
		}
		fmt.Fprintf(table, "%s\t%.4f\t%.4f-%.4f\t%s\t%.4f\t%.4f\t%s\n", f.Name, f.NDCG.Mean, f.NDCG.Low, f.NDCG.High, difference, f.MRR.Mean, f.AUC, chances)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	for _, reason := range r.Decision.Reasons {
		fmt.Fprintln(out, reason)
	}
	verdict := "was not adopted: what was live goes on"
	if r.Decision.Adopted {
		verdict = "is live"
	}
	fmt.Fprintf(out, "%s %s\nreport: %s\n", r.Version, verdict, r.Decision.Report)
	return nil
}
