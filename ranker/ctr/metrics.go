package ctr

import (
	"cmp"
	"math"
	"slices"
)

// Metrics are the figures of a model on rows.
type Metrics struct {
	Rows     int
	Loss     float64 // what training lowers, without the penalty: mean cross-entropy in nats, clicks weighted
	LogLoss  float64 // the same with all rows alike; equal to Loss where clicks have the weight 1
	Accuracy float64 // share of rows whose label is the likelier one
	AUC      float64 // chance that a clicked row scores above one that was not, ties half; NaN without both kinds
}

// measure compares logits with labels.
func measure(labels, logits []float64, positiveWeight float64) Metrics {
	m := Metrics{Rows: len(labels), AUC: auc(labels, logits)}
	right := 0
	for i, label := range labels {
		loss := crossEntropy(label, logits[i])
		m.LogLoss += loss
		m.Loss += rowWeight(label, positiveWeight) * loss
		if (logits[i] > 0) == (label == 1) {
			right++
		}
	}
	rows := float64(m.Rows)
	m.Loss, m.LogLoss, m.Accuracy = m.Loss/rows, m.LogLoss/rows, float64(right)/rows
	return m
}

// crossEntropy is the negative log likelihood of a label under a logit: log(1 + exp(∓logit)), written so
// that no exponential overflows.
func crossEntropy(label, logit float64) float64 {
	if label == 1 {
		logit = -logit
	}
	return max(logit, 0) + math.Log1p(math.Exp(-math.Abs(logit)))
}

// sigmoid is the probability of a logit.
func sigmoid(logit float64) float64 {
	if logit >= 0 {
		return 1 / (1 + math.Exp(-logit))
	}
	e := math.Exp(logit)
	return e / (1 + e)
}

func rowWeight(label, positiveWeight float64) float64 {
	if label == 1 {
		return positiveWeight
	}
	return 1
}

// auc is the area under the ROC curve by the rank sum of the positives (Hanley and McNeil 1982); rows of
// one score share their mean rank.
func auc(labels, scores []float64) float64 {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	var rankSum, positives float64
	for begin := 0; begin < len(order); {
		end, tied := begin, 0.0
		for ; end < len(order) && cmp.Compare(scores[order[end]], scores[order[begin]]) == 0; end++ {
			tied += labels[order[end]]
		}
		rankSum += tied * float64(begin+1+end) / 2 // ranks begin+1 to end
		positives += tied
		begin = end
	}
	negatives := float64(len(labels)) - positives
	if positives == 0 || negatives == 0 {
		return math.NaN()
	}
	return (rankSum - positives*(positives+1)/2) / (positives * negatives)
}
