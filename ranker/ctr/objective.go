package ctr

import "math"

// Objective names what training lowers.
type Objective string

const (
	LogLoss    Objective = "logloss"    // cross-entropy of each row on its own; along a funnel, of each step
	Softmax    Objective = "softmax"    // cross-entropy of the clicked rows among those of their query
	LambdaRank Objective = "lambdarank" // pairs of rows of a query, by what swapping them does to NDCG@k
)

// listwise says whether the objective compares the rows of a query.
func (o Objective) listwise() bool { return o == Softmax || o == LambdaRank }

// examples are what is known of rows besides their inputs.
type examples struct {
	labels  [][]float64 // of each task, one a row
	weights []float64   // empty = all 1
	groups  []span      // of each query; nil = unknown
	places  []int32     // of each row, of the position tower; nil = there is none

	examined []float64 // chance that each row was looked at; empty = not known
}

func (e *examples) rows() int { return len(e.labels[0]) }

func (e *examples) weight(i int) float64 {
	if len(e.weights) == 0 {
		return 1
	}
	return e.weights[i]
}

// loss is what an Objective computes.
type loss interface {
	// slopes sets into to the gradient by the logits, both rows × tasks, of the sum of losses.
	slopes(e *examples, logits, into []float64)
	// mean is the mean loss: of rows, or of the queries that can be told from chance.
	mean(e *examples, logits []float64) float64
}

// loss returns what the options train by.
func (o Options) loss() loss {
	switch o.Objective {
	case Softmax:
		return softmax{}
	case LambdaRank:
		return lambdaRank{o.NDCGAt}
	}
	return logLoss{o.PositiveWeight}
}

// logLoss is the cross-entropy of each row, rows weighted. Along a funnel the logits are those of each step
// given the one before, and the loss is that of coming so far at all, over all rows: the entire-space
// multi-task model (Ma et al. 2018, section 2.3), whose conditional chances are free of the bias of learning
// purchases from clicked rows alone.
type logLoss struct{ positiveWeight float64 } // of a row with label 1, in the loss of the first task

func (l logLoss) slopes(e *examples, logits, into []float64) {
	tasks := len(e.labels)
	for i, label := range e.labels[0] {
		z, slopes := logits[i*tasks:(i+1)*tasks], into[i*tasks:(i+1)*tasks]
		slopes[0] = e.weight(i) * rowWeight(label, l.positiveWeight) * (sigmoid(z[0]) - label)
		logChance := logSigmoid(z[0]) // of coming as far as the task
		for t := 1; t < tasks; t++ {
			logChance += logSigmoid(z[t])
			// The loss −y log q − (1−y) log(1−q) of q = Π σ(z[j]) has by z[j] the slope (1−σ(z[j])) (q−y)/(1−q).
			slope := e.weight(i) * (math.Exp(logChance) - e.labels[t][i]) / missed(logChance)
			slopes[t] = 0
			for j := range t + 1 {
				slopes[j] += slope * sigmoid(-z[j])
			}
		}
	}
}

func (l logLoss) mean(e *examples, logits []float64) float64 {
	tasks, sum := len(e.labels), 0.0
	for i, label := range e.labels[0] {
		z := logits[i*tasks : (i+1)*tasks]
		of := rowWeight(label, l.positiveWeight) * crossEntropy(label, z[0])
		logChance := logSigmoid(z[0])
		for t := 1; t < tasks; t++ {
			logChance += logSigmoid(z[t])
			of += chanceEntropy(e.labels[t][i], logChance)
		}
		sum += e.weight(i) * of
	}
	return sum / float64(e.rows())
}

// missed is the chance of the contrary, given the log of a chance; never 0, so that it divides what is no
// larger than itself, and has a log.
func missed(logChance float64) float64 { return max(-math.Expm1(logChance), 1e-300) }

// chanceEntropy is the negative log likelihood of a label under the log of its chance.
func chanceEntropy(label, logChance float64) float64 {
	if label == 1 {
		return -logChance
	}
	return -math.Log(missed(logChance))
}
