package learning

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
	"vitrine/ranker/calibration"
	"vitrine/ranker/ctr"
)

// ErrTooLittle is wrapped when a log is too small to learn from or to judge by.
var ErrTooLittle = errors.New("too little to learn from")

// What a log must have at least.
const (
	leastClicks   = 100 // in the training part
	leastReplayed = 50  // searches of the test part that replay can judge
)

// keptVersions is how many models are kept besides the live one and those before it.
const keptVersions = 20

// Ledger records training runs: catalog.Store.
type Ledger interface {
	RecordRun(ctx context.Context, r catalog.Run) (int64, error)
}

// Job is one training.
type Job struct {
	Source  Source
	Window  Window
	Ledger  Ledger
	Store   *ranker.Store
	Trainer Trainer
	Seed    uint64 // of the trainer, for the record
	Adopt   bool   // make the model live when it wins
	Force   bool   // make it live even when it does not
	Now     time.Time

	Epoch func(ctr.Epoch) // called after each; nil = nobody
}

// Report is what a training used, what came of it, and what was decided.
type Report struct {
	Version     string            `json:"version"`
	Kind        string            `json:"kind"`
	Created     time.Time         `json:"created"`
	Seed        uint64            `json:"seed"`
	Program     string            `json:"program"` // revision of the program
	Schema      string            `json:"schema"`
	From        time.Time         `json:"from"` // of the first search
	To          time.Time         `json:"to"`
	Tally       Tally             `json:"tally"`
	Searches    [3]int            `json:"part_searches"` // of training, validation and test
	Impressions [3]int            `json:"part_impressions"`
	Clicks      [3]int            `json:"part_clicks"`
	Epochs      []Epoch           `json:"epochs"`
	Calibration calibration.Platt `json:"calibration"`
	Judgement   Judgement         `json:"judgement"`
	Decision    Decision          `json:"decision"`
}

// Epoch is one pass over the training rows.
type Epoch struct {
	Training   float64 `json:"training"` // loss; 0 = not measured
	Validation float64 `json:"validation"`
	Best       bool    `json:"best"`
}

// Learn trains a model on a log, judges it and makes it live where it wins. Nobody else trains on the same data
// directory meanwhile: that is an error that wraps catalog.ErrLocked. Whatever cuts it short leaves the live model as
// it was. When ctx ends after an epoch, the best model so far is judged and kept, but not made live, and the error is
// that of ctx. A log that is too small is an error that wraps ErrTooLittle. Every run that came as far as a log is
// recorded, also one that fails.
func Learn(ctx context.Context, job Job) (*Report, error) {
	lock, err := catalog.LockDir(job.Store.Folder())
	if err != nil {
		return nil, err
	}
	report := &Report{
		Kind: job.Trainer.Kind(), Created: job.Now.UTC().Truncate(time.Second), Seed: job.Seed,
		Program: Program(), Schema: ranker.Features().Hash(),
	}
	err = job.learn(ctx, report)
	// What came of it is recorded also where ctx ended it.
	return report, errors.Join(err, job.record(context.WithoutCancel(ctx), report, err), lock.Unlock())
}

func (job *Job) learn(ctx context.Context, r *Report) error {
	log, err := Assemble(ctx, job.Source, job.Window)
	if err != nil {
		return err
	}
	parts := log.Split()
	r.describe(log, parts)
	if err := r.enough(log, parts); err != nil {
		return err
	}
	present, err := job.present(r)
	if err != nil {
		return err
	}
	e := log.estimateExamination(Part{parts.Training.Begin, parts.Validation.End})
	begin, end := log.rows(parts.Training)
	funnel := log.count(begin, end, bought) >= leastPurchases
	scorer, interrupted := job.Trainer.Train(ctx, log.dataset(parts.Training, e, funnel), log.dataset(parts.Validation, e, funnel), func(e ctr.Epoch) {
		r.Epochs = append(r.Epochs, Epoch{e.Training.Loss, e.Validation.Loss, e.Best})
		if job.Epoch != nil {
			job.Epoch(e)
		}
	})
	if scorer == nil {
		return interrupted
	}
	candidate, err := job.calibrated(r, log, parts, scorer)
	if err != nil {
		return err
	}
	if r.Judgement, err = log.judge(context.WithoutCancel(ctx), parts, e, candidate, present); err != nil {
		return err
	}
	r.decide(job, interrupted)
	if err := job.save(r, log, parts, scorer); err != nil {
		return err
	}
	if r.Decision.Adopted || r.Decision.Forced {
		if err := job.Store.Adopt(r.Version); err != nil {
			r.Decision.Adopted, r.Decision.Forced = false, false
			return err
		}
	}
	return errors.Join(interrupted, job.Store.Prune(keptVersions))
}

// describe notes what the log is.
func (r *Report) describe(l *Log, parts Parts) {
	r.Tally = l.Tally
	if len(l.Searches) == 0 {
		return
	}
	r.From, r.To = l.Searches[0].Time, l.Searches[len(l.Searches)-1].Time
	for i, p := range []Part{parts.Training, parts.Validation, parts.Test} {
		begin, end := l.rows(p)
		r.Searches[i], r.Impressions[i], r.Clicks[i] = p.End-p.Begin, end-begin, l.count(begin, end, clicked)
	}
}

// enough reports what is missing to learn and to judge.
func (r *Report) enough(l *Log, parts Parts) error {
	replayed := 0
	for i := parts.Test.Begin; i < parts.Test.End; i++ {
		if l.replayable(&l.Searches[i]) {
			replayed++
		}
	}
	switch {
	case r.Clicks[0] < leastClicks || r.Clicks[0] == r.Impressions[0]:
		return fmt.Errorf("%w: %d searches with %d impressions and %d clicks, of which %d to train on: at least %d clicks are needed there, and products that were seen and not clicked; see vitrine events stats",
			ErrTooLittle, r.Tally.Searches, r.Tally.Impressions, r.Tally.Clicks, r.Clicks[0], leastClicks)
	case replayed < leastReplayed || r.Clicks[1] == 0 || r.Clicks[1] == r.Impressions[1]:
		return fmt.Errorf("%w: of the newest searches %d have products that were clicked beside some that were not: at least %d are needed to judge a model", ErrTooLittle, replayed, leastReplayed)
	}
	return nil
}

// present is the model to beat. One that cannot be loaded is not served, but the prior is.
func (job *Job) present(r *Report) (ranker.Model, error) {
	model, err := job.Store.LoadLive()
	if errors.Is(err, ranker.ErrModel) || errors.Is(err, ranker.ErrNoVersion) {
		model, err = ranker.Prior(), nil
	}
	if err == nil {
		r.Decision.Before = model.Version()
	}
	return model, err
}

// calibrated fits the calibration to the validation rows.
func (job *Job) calibrated(r *Report, l *Log, parts Parts, s ranker.Scorer) (*ranker.Trained, error) {
	begin, end := l.rows(parts.Validation)
	logits := make([]float64, end-begin)
	s.Scores(l.matrix(begin, end), logits)
	platt, err := calibration.FitPlatt(logits, l.labels(begin, end, clicked), nil)
	if err != nil {
		return nil, err
	}
	if !(platt.Slope > 0) {
		// The model orders the validation rows worse than chance. Its order stays, for the gate to refuse.
		platt = calibration.Platt{Slope: 1}
	}
	r.Calibration = platt
	r.Version = job.Store.NewVersion(r.Created, r.Kind)
	return ranker.NewTrained(ranker.Manifest{Version: r.Version, Kind: r.Kind, Schema: r.Schema, Calibration: platt}, s)
}

// decide applies the gate and the wishes of the job.
func (r *Report) decide(job *Job, interrupted error) {
	d := &r.Decision
	d.Wins, d.Reasons = Gate(r.Judgement)
	d.Report = job.Store.ReportPath(r.Version)
	switch {
	case interrupted != nil:
		d.Reasons = append(d.Reasons, "the training was cut short: "+interrupted.Error())
	case !job.Adopt && !job.Force:
		d.Reasons = append(d.Reasons, "it was not to be adopted")
	case d.Wins:
		d.Adopted = true
	case job.Force:
		d.Adopted, d.Forced = true, true
		d.Reasons = append(d.Reasons, "adopted all the same, because that was forced")
	}
}

func (job *Job) save(r *Report, l *Log, parts Parts, s ranker.Scorer) error {
	figures, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("describe the training: %w", err)
	}
	var page bytes.Buffer
	if err := r.WritePage(&page); err != nil {
		return err
	}
	m := ranker.Manifest{
		Version: r.Version, Kind: r.Kind, Schema: r.Schema, Created: r.Created, From: r.From, To: r.To, Seed: r.Seed,
		Program: r.Program, Calibration: r.Calibration, Sample: l.Distributions(parts.Training), Report: figures,
	}
	trained, err := ranker.NewTrained(m, s)
	if err != nil {
		return err
	}
	return job.Store.Save(trained, page.Bytes())
}

// record writes the run to the ledger.
func (job *Job) record(ctx context.Context, r *Report, failure error) error {
	if failure != nil {
		r.Decision.Reasons = append(r.Decision.Reasons, "it failed: "+failure.Error())
	}
	details, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("describe the training: %w", err)
	}
	_, err = job.Ledger.RecordRun(ctx, catalog.Run{Time: r.Created, Kind: r.Kind, Version: r.Version, Details: details})
	return err
}

// Program is the revision of the running program, as the Go tool stamped it; "unknown" where it did not.
func Program() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+"
		}
	}
	if revision == "" {
		return "unknown"
	}
	return revision + dirty
}
