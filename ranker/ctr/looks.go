package ctr

import "math"

// look turns the first logit of each row, of a click once the row is looked at, into that of a click: by the
// position-based model (Craswell et al. 2008) its chance is that of the look times that of the click. It writes the
// slope of the one by the other, one a row. A listwise objective, to which only the order of scores matters, has the
// logarithm of the look's chance added (the model of Plackett and Luce, in which chances are shares).
func (e *examples) look(tasks int, listwise bool, logits, slopes []float64) {
	for i, examined := range e.examined {
		f := logits[i*tasks]
		if listwise {
			logits[i*tasks], slopes[i] = f+math.Log(examined), 1
			continue
		}
		// With σ = 1 / (1 + exp(-f)), the chance is p = examined · σ, and 1 - p = (1 - σ) + (1 - examined) · σ.
		rest := math.Exp(-f)
		looked := (1 - examined) + rest // (1 - p) / σ
		logits[i*tasks], slopes[i] = math.Log(examined/looked), rest/looked
	}
}
