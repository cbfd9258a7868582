package learning

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
	"vitrine/ranker/ctr"
)

// runs is a ledger in memory.
type runs []catalog.Run

func (r *runs) RecordRun(_ context.Context, run catalog.Run) (int64, error) {
	*r = append(*r, run)
	return int64(len(*r)), nil
}

// newJob trains on a world in a fresh data directory.
func newJob(t *testing.T, w *world, kind string) (Job, *runs) {
	t.Helper()
	trainer, err := NewTrainer(kind, "logloss", 1)
	if err != nil {
		t.Fatal(err)
	}
	ledger := &runs{}
	return Job{
		Source: w, Ledger: ledger, Store: ranker.OpenStore(t.TempDir()), Trainer: trainer, Seed: 1, Adopt: true,
		Now: worldStart.AddDate(0, 2, 0),
	}, ledger
}

func live(t *testing.T, s *ranker.Store) string {
	t.Helper()
	version, _, err := s.Live()
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func TestAModelThatRanksBetterIsAdopted(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			job, ledger := newJob(t, newWorld(2000, 1, cheapLovers), kind)
			r, err := Learn(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			candidate, present := r.Judgement.Figures[0], r.Judgement.Figures[1]
			t.Logf("candidate %+v\npresent %+v\n%v", candidate, present, r.Decision.Reasons)
			if !r.Decision.Adopted || r.Decision.Forced || r.Decision.Before != ranker.Prior().Version() || live(t, job.Store) != r.Version {
				t.Errorf("decision %+v, live is %s", r.Decision, live(t, job.Store))
			}
			if present.Difference.Low <= 0.02 || candidate.NDCG.Mean-present.NDCG.Mean < 0.02 {
				t.Errorf("the candidate has %v, the present model %v", candidate.NDCG, present.NDCG)
			}
			if candidate.ECE > 0.05 { // it does not know places, by which clicks of one chance differ
				t.Errorf("expected calibration error %v", candidate.ECE)
			}
			if top := r.Judgement.Importance[0].Feature; top != "price_log_ratio" {
				t.Errorf("the most important feature is %s", top)
			}
			model, err := job.Store.LoadLive()
			if err != nil || model.Version() != r.Version {
				t.Errorf("live is %v, %v", model, err)
			}
			var kept Report
			if len(*ledger) != 1 || json.Unmarshal((*ledger)[0].Details, &kept) != nil || kept.Version != r.Version || !kept.Decision.Adopted {
				t.Errorf("recorded %+v", *ledger)
			}
			if page, err := os.ReadFile(job.Store.ReportPath(r.Version)); err != nil || !bytes.Contains(page, []byte("price_log_ratio")) {
				t.Errorf("report: %v", err)
			}
		})
	}
}

func TestAModelOfNoiseIsNotAdopted(t *testing.T) {
	adopted := 0
	for seed := range uint64(5) {
		job, _ := newJob(t, newWorld(2000, 100+seed, indifferent), "logistic")
		r, err := Learn(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(r.Decision.Reasons[0])
		if r.Decision.Adopted {
			adopted++
		}
	}
	if adopted > 0 {
		t.Errorf("%d of 5 models of noise were adopted", adopted)
	}
}

func TestTheSameSeedGivesTheSameModelAndFigures(t *testing.T) {
	w := newWorld(1200, 3, cheapLovers)
	var first []byte
	for range 2 {
		job, _ := newJob(t, w, "logistic")
		r, err := Learn(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		model, err := os.ReadFile(filepath.Join(job.Store.Folder(), r.Version, "model.json"))
		if err != nil {
			t.Fatal(err)
		}
		r.Decision.Report = ""
		figures, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		both := append(model, figures...)
		if first != nil && !bytes.Equal(first, both) {
			t.Error("another model or other figures")
		}
		first = both
	}
}

func TestAWinnerThatIsNotToBeAdoptedIsKeptAside(t *testing.T) {
	job, _ := newJob(t, newWorld(1500, 1, cheapLovers), "logistic")
	job.Adopt = false
	r, err := Learn(t.Context(), job)
	if err != nil || !r.Decision.Wins || r.Decision.Adopted || live(t, job.Store) != ranker.PriorName {
		t.Fatalf("%+v, %v", r.Decision, err)
	}
	if err := job.Store.Adopt(r.Version); err != nil || live(t, job.Store) != r.Version {
		t.Errorf("adopting it later: %v", err)
	}
}

func TestForceIsRecorded(t *testing.T) {
	job, ledger := newJob(t, newWorld(1500, 9, indifferent), "logistic")
	job.Force = true
	r, err := Learn(t.Context(), job)
	if err != nil || r.Decision.Wins || !r.Decision.Forced || live(t, job.Store) != r.Version {
		t.Errorf("%+v, %v", r.Decision, err)
	}
	if !strings.Contains(string((*ledger)[0].Details), `"forced":true`) {
		t.Errorf("recorded %s", (*ledger)[0].Details)
	}
}

func TestALogThatIsTooSmallIsToldAndRecorded(t *testing.T) {
	job, ledger := newJob(t, newWorld(30, 1, cheapLovers), "logistic")
	_, err := Learn(t.Context(), job)
	if !errors.Is(err, ErrTooLittle) || live(t, job.Store) != ranker.PriorName || len(*ledger) != 1 {
		t.Errorf("error %v, recorded %d runs", err, len(*ledger))
	}
}

func TestOneTrainsAtATime(t *testing.T) {
	job, _ := newJob(t, newWorld(30, 1, cheapLovers), "logistic")
	lock, err := catalog.LockDir(job.Store.Folder())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Learn(t.Context(), job); !errors.Is(err, catalog.ErrLocked) {
		t.Errorf("beside another: %v", err)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
}

// Whenever the training is cut short, the live model stays, and nothing half is left that could be loaded.
func TestAnInterruptKeepsTheLiveModel(t *testing.T) {
	w := newWorld(1500, 1, cheapLovers)
	for _, after := range []int{0, 1, 3} { // epochs
		job, ledger := newJob(t, w, "logistic")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if after == 0 {
			cancel()
		}
		n := 0
		job.Epoch = func(ctr.Epoch) {
			if n++; n == after {
				cancel()
			}
		}
		r, err := Learn(ctx, job)
		if !errors.Is(err, context.Canceled) || live(t, job.Store) != ranker.PriorName || r.Decision.Adopted || len(*ledger) != 1 {
			t.Errorf("after %d epochs: %v, live is %s, %+v", after, err, live(t, job.Store), r.Decision)
		}
		versions, err := job.Store.Versions()
		if err != nil || len(versions) != min(after, 1) {
			t.Errorf("after %d epochs %v are kept, %v", after, versions, err)
		}
	}
}

func TestARunThatCannotBeRecordedIsAnError(t *testing.T) {
	job, _ := newJob(t, newWorld(30, 1, cheapLovers), "logistic")
	job.Ledger = failingLedger{}
	if _, err := Learn(t.Context(), job); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("error %v", err)
	}
}

// failingTrainer fails after the log was read.
type failingTrainer struct{ Trainer }

func (failingTrainer) Train(context.Context, *ctr.Dataset, *ctr.Dataset, func(ctr.Epoch)) (ranker.Scorer, error) {
	return nil, ctr.ErrDiverged
}

func TestATrainingThatFailsChangesNothing(t *testing.T) {
	job, ledger := newJob(t, newWorld(1500, 1, cheapLovers), "logistic")
	job.Trainer = failingTrainer{job.Trainer}
	_, err := Learn(t.Context(), job)
	if !errors.Is(err, ctr.ErrDiverged) || live(t, job.Store) != ranker.PriorName || !strings.Contains(string((*ledger)[0].Details), "it failed: training diverged") {
		t.Errorf("error %v, live is %s, recorded %s", err, live(t, job.Store), (*ledger)[0].Details)
	}
	if versions, err := job.Store.Versions(); err != nil || len(versions) != 0 {
		t.Errorf("kept %v, %v", versions, err)
	}
}

type failingLedger struct{}

func (failingLedger) RecordRun(context.Context, catalog.Run) (int64, error) {
	return 0, errors.New("the disk is full")
}

func TestTheSecondModelHasToBeatTheFirst(t *testing.T) {
	job, _ := newJob(t, newWorld(2000, 1, cheapLovers), "logistic")
	if r, err := Learn(t.Context(), job); err != nil || !r.Decision.Adopted {
		t.Fatal(r.Decision, err)
	}
	first := live(t, job.Store)
	job.Now = job.Now.Add(time.Hour)
	r, err := Learn(t.Context(), job) // the same data: no better
	if err != nil || r.Decision.Adopted || r.Decision.Before != first || live(t, job.Store) != first {
		t.Errorf("%+v, %v", r.Decision, err)
	}
	back, err := job.Store.Rollback()
	if err != nil || back != ranker.PriorName || live(t, job.Store) != ranker.PriorName {
		t.Errorf("back to %s, %v", back, err)
	}
}

func TestAModelOfClicksAlsoKnowsCartsAndPurchases(t *testing.T) {
	for objective, forecasts := range map[ctr.Objective]bool{ctr.LogLoss: true, ctr.Softmax: false} {
		job, _ := newJob(t, newWorld(2000, 1, cheapLovers), "logistic")
		trainer, err := NewTrainer("logistic", string(objective), 1)
		if err != nil {
			t.Fatal(err)
		}
		job.Trainer = trainer
		r, err := Learn(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		model, err := job.Store.Load(r.Version)
		if err != nil {
			t.Fatal(err)
		}
		forecaster, ok := model.(ranker.Forecaster)
		if !ok || forecaster.Forecasts() != forecasts {
			t.Fatalf("%s: %T forecasts is not %t", objective, model, forecasts)
		}
		if !forecasts {
			continue
		}
		log, err := Assemble(t.Context(), job.Source, Window{})
		if err != nil {
			t.Fatal(err)
		}
		m := ranker.Matrix{Rows: log.Rows(), Columns: len(log.Features), Values: log.matrix(0, log.Rows())}
		outlooks := make([]ranker.Outlook, m.Rows)
		forecaster.Forecast(m, outlooks)
		var sum ranker.Outlook
		for _, o := range outlooks {
			if !(0 < o.Purchase && o.Purchase < o.Cart && o.Cart < o.Click && o.Click < 1) {
				t.Fatalf("outlook %+v", o)
			}
			sum.Click, sum.Cart, sum.Purchase = sum.Click+o.Click, sum.Cart+o.Cart, sum.Purchase+o.Purchase
		}
		for _, got := range []struct {
			name     string
			sum      float64
			happened int
		}{{"clicks", sum.Click, r.Tally.Clicks}, {"carts", sum.Cart, r.Tally.Carts}, {"purchases", sum.Purchase, r.Tally.Purchases}} {
			if ratio := got.sum / float64(got.happened); math.Abs(ratio-1) > 0.15 {
				t.Errorf("%.0f %s are expected, %d happened", got.sum, got.name, got.happened)
			}
		}
	}
}
