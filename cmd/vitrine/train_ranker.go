package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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
	ONNX    string `name:"onnx" placeholder:"FILE" help:"With --data: train nothing, judge this network, which was made elsewhere (docs/learning.md says what it must be like)."`
	Export  string `placeholder:"FILE" help:"With --data: train nothing, write the rows to train on elsewhere into this CSV file."`
	NoAdopt bool   `xor:"adopt" help:"With --data: judge the model and keep it, but do not serve it."`
	Force   bool   `xor:"adopt" help:"With --data: serve the model even where it does not win."`
}

// learn trains on the log of a shop.
func (c *trainCTRCmd) learn(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	if c.Evaluate != "" || len(c.Rows.Features) > 0 || c.Rows.Label != "" {
		return errors.New("leave --evaluate, --features and --label out beside --data: the log of a shop has its features, and its label is the click")
	}
	trainer, err := c.trainer(ctx, library)
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
	window := learning.Window{
		Since:    since,
		Trust:    visitors,
		Progress: func(stage string, done int) { bar.report("read "+stage, done, 0) },
	}
	if c.Export != "" {
		return c.export(ctx, t, store, window)
	}
	report, err := learning.Learn(ctx, learning.Job{
		Source: store, Ledger: store, Store: rankerStore(c.Data, library), Trainer: trainer, Seed: c.Seed,
		Adopt: !c.NoAdopt, Force: c.Force, Now: time.Now(), Window: window,
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

// trainer is that of the kind of model that is asked for, or of a network.
func (c *trainCTRCmd) trainer(ctx context.Context, library runtimeLibrary) (learning.Trainer, error) {
	if c.ONNX == "" {
		return learning.NewTrainer(c.Model, c.Objective, c.Seed)
	}
	file, err := os.ReadFile(c.ONNX)
	if err != nil {
		return nil, err
	}
	network, err := openNetwork(ctx, file, ranker.FeatureNames(), library)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.ONNX, err)
	}
	return learning.NewNetworkTrainer(network, file), nil
}

// export writes the rows of the log as a table.
func (c *trainCTRCmd) export(ctx context.Context, t *terminal, store *catalog.Store, window learning.Window) error {
	log, err := learning.Assemble(ctx, store, window)
	if err != nil {
		return err
	}
	if err := replaceFile(c.Export, log.WriteCSV); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d rows of %d searches are in %s\n", log.Tally.Impressions, log.Tally.Searches, c.Export)
	return nil
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
