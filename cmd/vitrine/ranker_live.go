package main

import (
	"context"
	"math"
	"sync"
	"time"

	"vitrine/encoders"
	"vitrine/ranker"
	"vitrine/ranker/learning"
)

// rankerStore is the store of the ranker models of a data directory. A network that it loads stays open until the program
// ends: searches that began with one may still ask it.
func rankerStore(dataDir string, library runtimeLibrary) *ranker.Store {
	return ranker.OpenStore(dataDir).WithNetworks(func(file []byte, features []string) (ranker.Network, error) {
		return openNetwork(context.Background(), file, features, library)
	})
}

// openNetwork opens a network after it was seen to take the features.
func openNetwork(ctx context.Context, file []byte, features []string, library runtimeLibrary) (ranker.Network, error) {
	return encoders.OpenTable(ctx, file, features, encoders.Options{RuntimeLibrary: string(library)})
}

// liveRanker loads the live ranker model. One that cannot be used is told, and the prior serves.
func liveRanker(dataDir string, library runtimeLibrary, t *terminal) ranker.Model {
	model, err := rankerStore(dataDir, library).LoadLive()
	if err != nil {
		t.notef("vitrine: %v (the prior ranks)", err)
		return ranker.Prior()
	}
	return model
}

// followRanker puts the model in force that has become live, here or in another process, while searches run. One that
// cannot be used is told once, and the model before goes on. It is called by follow alone, which is why it needs no lock.
func (l *liveShop) followRanker(ctx context.Context) {
	store := rankerStore(l.dataDir, l.library)
	version, _, err := store.Live()
	if err == nil && version == l.rankerTried {
		return
	}
	var model ranker.Model
	if err == nil {
		l.rankerTried = version
		model, err = store.Load(version)
	}
	switch {
	case err == nil && model.Version() != l.shop.ranker.Model().Version():
		l.useModel(ctx, model)
		l.terminal.notef("ranking by %s", model.Version())
	case err != nil && err.Error() != l.rankerFault:
		l.terminal.notef("vitrine: %v (%s goes on ranking)", err, l.shop.ranker.Model().Version())
	}
	l.rankerFault = ""
	l.unranked.Store(err != nil)
	if err != nil {
		l.rankerFault = err.Error()
	}
}

// rankerModel is the model in force.
func (l *liveShop) rankerModel() ranker.Model {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.shop.ranker.Model()
}

// How the health of the ranker is measured.
const (
	healthEvery = time.Hour
	healthSpan  = 24 * time.Hour
	healthRows  = 200_000 // of what was shown, the newest
)

// rankerHealth implements web.RankerHealth by the log of the last day.
type rankerHealth struct {
	log   learning.Source
	trust learning.Trust
	model func() ranker.Model

	mu    sync.Mutex
	drift map[string]float64
	ratio float64 // NaN = unknown
}

func newRankerHealth(log learning.Source, trust learning.Trust, model func() ranker.Model) *rankerHealth {
	return &rankerHealth{log: log, trust: trust, model: model, ratio: math.NaN()}
}

// follow measures now and every hour until ctx ends.
func (h *rankerHealth) follow(ctx context.Context, t *terminal) error {
	ticker := time.NewTicker(healthEvery)
	defer ticker.Stop()
	for {
		if err := h.measure(ctx, time.Now()); err != nil && ctx.Err() == nil {
			t.notef("vitrine: the health of the ranker: %v", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (h *rankerHealth) measure(ctx context.Context, now time.Time) error {
	log, err := learning.Assemble(ctx, h.log, learning.Window{Since: now.Add(-healthSpan), MaxRows: healthRows, Trust: h.trust})
	if err != nil {
		return err
	}
	model := h.model()
	drift := map[string]float64{}
	if trained, ok := model.(*ranker.Trained); ok {
		for _, d := range learning.DriftOf(log, trained.Manifest().Sample) {
			drift[d.Feature] = d.Index
		}
	}
	ratio, err := learning.CalibrationRatio(ctx, log, model)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drift, h.ratio = drift, ratio
	return nil
}

// FeatureDrift implements web.RankerHealth. The prior was not trained, so nothing can have moved.
func (h *rankerHealth) FeatureDrift() map[string]float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.drift // never changed, only replaced
}

// CalibrationRatio implements web.RankerHealth.
func (h *rankerHealth) CalibrationRatio() (ratio float64, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ratio, !math.IsNaN(h.ratio)
}
