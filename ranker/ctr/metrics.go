package ctr

import (
	"math"
	"slices"
	"sync"
)

// Metrics are the figures of a model on rows. Rows with a label above 0 count as clicked.
type Metrics struct {
	Rows     int
	Loss     float64 // what training lowers, without the penalty: under LogLoss mean cross-entropy in nats, clicks weighted
	LogLoss  float64 // mean cross-entropy with all rows alike; a listwise objective does not aim at it
	Accuracy float64 // share of rows whose label is the likelier one
	AUC      float64 // chance that a clicked row scores above one that was not, ties half; NaN without both kinds

	Queries int     // that have a clicked row; 0 where queries are not known
	NDCG5   float64 // mean of NDCG@5 over these, with gains of 2^label − 1; 0 where there are none
	NDCG10  float64

	Steps []StepMetrics // of each step of the funnel
}

// StepMetrics are the figures of a step of a funnel: how well the chance of coming so far at all, which is
// the product of the chances of the tasks up to it, foretells who does.
type StepMetrics struct {
	Name      string
	Positives int
	LogLoss   float64 // over all rows
	AUC       float64 // over all rows; NaN where all came so far, or none
}

// measure compares logits, rows × tasks, with what is known of the rows.
func measure(e *examples, logits []float64, l loss) Metrics {
	tasks, labels := len(e.labels), e.labels[0]
	scores := logits
	if tasks > 1 {
		scores = make([]float64, len(labels))
		for i := range scores {
			scores[i] = logits[i*tasks]
		}
	}
	m := Metrics{Rows: len(labels), Loss: l.mean(e, logits)}
	var wait sync.WaitGroup
	wait.Go(func() { m.AUC = auc(labels, scores) }) // the longest of the figures
	right := 0
	for i, label := range labels {
		m.LogLoss += crossEntropy(label, scores[i])
		if (scores[i] > 0) == (label > 0) {
			right++
		}
	}
	m.LogLoss, m.Accuracy = m.LogLoss/float64(m.Rows), float64(right)/float64(m.Rows)
	if at5, queries := ndcg(e, scores, 5); queries > 0 {
		at10, _ := ndcg(e, scores, 10)
		m.Queries, m.NDCG5, m.NDCG10 = queries, at5, at10
	}
	for t := 1; t < tasks; t++ {
		m.Steps = append(m.Steps, measureStep(e, logits, t))
	}
	wait.Wait()
	return m
}

// measureStep returns the figures of task t, from 1, without its name.
func measureStep(e *examples, logits []float64, t int) StepMetrics {
	tasks, labels := len(e.labels), e.labels[t]
	m := StepMetrics{}
	chances := make([]float64, len(labels)) // their logs
	for i, label := range labels {
		for _, z := range logits[i*tasks : i*tasks+t+1] {
			chances[i] += logSigmoid(z)
		}
		m.LogLoss += chanceEntropy(label, chances[i])
		m.Positives += int(label)
	}
	m.LogLoss /= float64(len(labels))
	m.AUC = auc(labels, chances)
	return m
}

// crossEntropy is the negative log likelihood of a label under a logit: log(1 + exp(∓logit)), written so
// that no exponential overflows.
func crossEntropy(label, logit float64) float64 {
	if label > 0 {
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

// logSigmoid is the log of the probability of a logit.
func logSigmoid(logit float64) float64 { return -crossEntropy(1, logit) }

func rowWeight(label, positiveWeight float64) float64 {
	if label > 0 {
		return positiveWeight
	}
	return 1
}

// auc is the area under the ROC curve: the share of pairs of a positive and a negative row that stand in the
// right order, ties half (Hanley and McNeil 1982).
func auc(labels, scores []float64) float64 {
	var positives, negatives []float64
	for i, score := range scores {
		if labels[i] > 0 {
			positives = append(positives, score)
		} else {
			negatives = append(negatives, score)
		}
	}
	slices.Sort(positives)
	slices.Sort(negatives)
	right, below, upTo := 0.0, 0, 0 // negatives that are below the positive, and that are not above it
	for _, score := range positives {
		for below < len(negatives) && negatives[below] < score {
			below++
		}
		for upTo < len(negatives) && negatives[upTo] <= score {
			upTo++
		}
		right += float64(below+upTo) / 2
	}
	return right / (float64(len(positives)) * float64(len(negatives))) // 0/0 without both kinds
}
