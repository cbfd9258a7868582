package trees

import (
	"cmp"
	"math"
	"slices"

	"vitrine/ranker/ctr"
)

// target is what the trees are fitted to: labels, and the queries under LambdaRank.
type target struct {
	options Options
	labels  []float64
	weights []float64 // of each row, or nil
	looks   []float64 // chance that each row was looked at, or nil
	queries []span    // of the rows; none under Logistic
	ideals  []float64 // of each query, DCG at the truncation
}

// span is a run of rows, end excluded.
type span struct{ begin, end int }

func newTarget(d *ctr.Dataset, o Options) *target {
	t := &target{options: o, labels: d.Labels, weights: d.Weights, looks: d.Examined}
	if o.Objective == Logistic {
		return t
	}
	for begin := 0; begin < len(d.Groups); {
		end := begin + 1
		for end < len(d.Groups) && d.Groups[end] == d.Groups[begin] {
			end++
		}
		t.queries = append(t.queries, span{begin, end})
		t.ideals = append(t.ideals, idealDCG(d.Labels[begin:end], o.Truncation))
		begin = end
	}
	return t
}

func (t *target) weight(row int) float64 {
	if t.weights == nil {
		return 1
	}
	return t.weights[row]
}

// look is the chance that a row was looked at.
func (t *target) look(row int) float64 {
	if t.looks == nil {
		return 1
	}
	return t.looks[row]
}

// base is the score from which boosting starts: the log odds of all rows, or 0.
func (t *target) base() float64 {
	if t.options.Objective == LambdaRank {
		return 0
	}
	var clicked, all float64
	for i, label := range t.labels {
		clicked += t.weight(i) * label
		all += t.weight(i) * t.look(i)
	}
	all = max(all, clicked*(1+1e-6)) // so few looks may be expected that all of them were clicks
	return math.Log(clicked / (all - clicked))
}

// slopes sets the gradient and the Hessian of the loss at each row's score.
func (t *target) slopes(scores, gradients, hessians []float64) {
	if t.options.Objective == LambdaRank {
		inParallel(t.options.Threads, len(t.queries), func(begin, end int) {
			var order []int
			for q := begin; q < end; q++ {
				order = t.lambdas(q, scores, gradients, hessians, order)
			}
		})
		return
	}
	for i, score := range scores {
		// The score is of a click once the row is looked at; of a click, the chance is that of the look times it. The
		// Hessian is the expected one (Fisher's information).
		looked := sigmoid(score)
		chance := t.look(i) * looked
		rest := (1 - looked) / (1 - chance)
		gradients[i] = t.weight(i) * (chance - t.labels[i]) * rest
		hessians[i] = t.weight(i) * chance * (1 - looked) * rest
	}
}

// lambdas sets the gradients of a query's rows as LightGBM does: pairs of which one is within the
// truncation, each weighed by the change of NDCG (Burges 2010, section 4) over 0.01 + the distance of their
// scores; a query's gradients are scaled by log₂(1 + sum) / sum, so that long lists do not outweigh all.
func (t *target) lambdas(q int, scores, gradients, hessians []float64, order []int) []int {
	rows := t.queries[q]
	clear(gradients[rows.begin:rows.end])
	clear(hessians[rows.begin:rows.end])
	if t.ideals[q] == 0 {
		return order
	}
	order = ranked(scores, rows, order)
	apart := scores[order[0]] != scores[order[len(order)-1]]
	sum := 0.0
	for a := range min(t.options.Truncation, len(order)) {
		for b := a + 1; b < len(order); b++ {
			better, worse := order[a], order[b]
			if t.labels[better] == t.labels[worse] {
				continue
			}
			if t.labels[better] < t.labels[worse] {
				better, worse = worse, better
			}
			distance := scores[better] - scores[worse]
			change := (gain(t.labels[better]) - gain(t.labels[worse])) * (discount(a) - discount(b)) / t.ideals[q]
			if apart {
				change /= 0.01 + math.Abs(distance)
			}
			wrong := sigmoid(-distance)
			slope, curve := change*wrong, change*wrong*(1-wrong)
			gradients[better] -= slope
			gradients[worse] += slope
			hessians[better] += curve
			hessians[worse] += curve
			sum += 2 * slope
		}
	}
	if sum > 0 {
		scale := math.Log2(1+sum) / sum
		for i := rows.begin; i < rows.end; i++ {
			gradients[i] *= scale * t.weight(i)
			hessians[i] *= scale * t.weight(i)
		}
	}
	return order
}

// figure is what validation goes by, higher is better: NDCG@At, 1 for a query without a label above 0, or
// the mean log likelihood.
func (t *target) figure(scores []float64) float64 {
	sum := 0.0
	if t.options.Objective == LambdaRank {
		var order []int
		for _, rows := range t.queries {
			ideal := idealDCG(t.labels[rows.begin:rows.end], t.options.At)
			if ideal == 0 {
				sum++
				continue
			}
			order = ranked(scores, rows, order)
			for rank := range min(t.options.At, len(order)) {
				sum += gain(t.labels[order[rank]]) * discount(rank) / ideal
			}
		}
		return sum / float64(len(t.queries))
	}
	weights := 0.0
	for i, score := range scores {
		likelihood := t.look(i) * sigmoid(score)
		if t.labels[i] == 0 {
			likelihood = 1 - likelihood
		}
		sum += t.weight(i) * math.Log(max(likelihood, math.SmallestNonzeroFloat64))
		weights += t.weight(i)
	}
	return sum / weights
}

// ranked returns the rows of a query by falling score, in the memory of order; ties stand as in the table.
func ranked(scores []float64, rows span, order []int) []int {
	order = order[:0]
	for i := rows.begin; i < rows.end; i++ {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return order
}

// gains are 2^label − 1.
var gains = [...]float64{0, 1, 3, 7, 15}

func gain(label float64) float64 { return gains[int(label)] }

// discounts are of the first ranks: a longer list counts no more than that its rows are behind these.
var discounts = func() (d [1024]float64) {
	for rank := range d {
		d[rank] = 1 / math.Log2(float64(rank)+2)
	}
	return d
}()

func discount(rank int) float64 { return discounts[min(rank, len(discounts)-1)] }

// idealDCG is the highest DCG at a cut that the labels have in any order.
func idealDCG(labels []float64, at int) float64 {
	best := slices.Clone(labels)
	slices.SortFunc(best, func(a, b float64) int { return cmp.Compare(b, a) })
	sum := 0.0
	for rank := range min(at, len(best)) {
		sum += gain(best[rank]) * discount(rank)
	}
	return sum
}

// sigmoid is the chance of a logit, written so that no exponential overflows.
func sigmoid(logit float64) float64 {
	if logit >= 0 {
		return 1 / (1 + math.Exp(-logit))
	}
	e := math.Exp(logit)
	return e / (1 + e)
}
