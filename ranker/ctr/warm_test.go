package ctr

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func TestTrainingGoesOnFromAModel(t *testing.T) {
	d := noisy(400, 1)
	o := Options{Hidden: []int{6}, Factors: 2, Epochs: 6, Seed: 1}
	first, before := train(t, d, none(d), o)
	second, after := train(t, noisy(400, 2), none(d), Options{From: first, Epochs: 1, Seed: 2})
	if !slices.Equal(second.Sizes(), first.Sizes()) || second.Factors() != 2 || !slices.Equal(second.standard.mean, first.standard.mean) {
		t.Errorf("sizes %v, %d factors", second.Sizes(), second.Factors())
	}
	if got, start := after[0].Training.Loss, before[0].Training.Loss; got > start-0.01 {
		t.Errorf("the first epoch has the loss %v, from nothing %v", got, start)
	}
	calibrated, err := first.WithCalibration(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	third, _ := train(t, d, none(d), Options{From: calibrated, Epochs: 1})
	if slope, intercept := third.Calibration(); slope != 1 || intercept != 0 {
		t.Errorf("calibrated by %v and %v before anybody measured it", slope, intercept)
	}
}

func TestFrozenLayersStay(t *testing.T) {
	d := noisy(200, 1)
	first, _ := train(t, d, none(d), Options{Hidden: []int{6, 4}, Epochs: 1, Seed: 1})
	for _, optimiser := range []Optimiser{AdamW, SGD} {
		second, _ := train(t, noisy(200, 2), none(d), Options{From: first, Freeze: 1, Epochs: 2, L2: 0.1, Optimiser: optimiser})
		for i, l := range second.network.layers {
			same := slices.Equal(l.weights, first.network.layers[i].weights) && slices.Equal(l.bias, first.network.layers[i].bias)
			if frozen := i < 1; same != frozen {
				t.Errorf("%s: layer %d stayed: %v", optimiser, i+1, same)
			}
		}
	}
	if _, err := Train(t.Context(), d, none(d), Options{From: first, Freeze: 3}, func(Epoch) {}); !errors.Is(err, ErrOptions) {
		t.Errorf("three of two layers frozen: %v", err)
	}
}

func TestWhatPositionsAddIsTakenOver(t *testing.T) {
	log, _ := biasedLog(300, 1)
	first, _ := train(t, log, none(log), Options{Epochs: 5, Rate: 0.01})
	second, _ := train(t, log, none(log), Options{From: first, Epochs: 1, Rate: 1e-9})
	for i, value := range first.tower.values {
		if math.Abs(second.tower.values[i]-value) > 1e-5 {
			t.Fatalf("band %d: %v, was %v", i, second.tower.values[i], value)
		}
	}
}

func TestAModelOfOtherFeaturesIsNoStart(t *testing.T) {
	d := noisy(50, 1)
	m, _ := train(t, d, none(d), Options{Epochs: 1})
	other := noisy(50, 1)
	other.Features = []string{"b", "a", "c"}
	if got, err := Train(t.Context(), other, none(other), Options{From: m}, func(Epoch) {}); got != nil || !errors.Is(err, ErrData) {
		t.Errorf("model %v, error %v", got, err)
	}
}
