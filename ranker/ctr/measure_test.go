package ctr

import (
	"errors"
	"math"
	"testing"
)

func TestLogitsOfAnySourceAreMeasured(t *testing.T) {
	got, err := Measure(&Dataset{Labels: []float64{0, 1, 0}, Groups: []string{"a", "a", "b"}}, []float64{0, 0, -1})
	if want := (2*math.Ln2 + math.Log1p(math.Exp(-1))) / 3; err != nil || got.AUC != 0.75 || math.Abs(got.LogLoss-want) > 1e-12 || got.Loss != got.LogLoss || got.Queries != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Measure(&Dataset{Labels: []float64{0, 1}}, []float64{0}); !errors.Is(err, ErrData) {
		t.Error(err)
	}
}
