package learning

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"vitrine/ranker"
	"vitrine/ranker/calibration"
	"vitrine/ranker/ctr"
)

// The names of the contenders.
const (
	candidateName  = "candidate"
	presentName    = "present model"
	fusionName     = "fusion"
	popularityName = "popularity"
)

// contender is a way to order the rows of the test part.
type contender struct {
	name   string
	scores []float64 // one a row of the part
	odds   bool      // the scores are log odds of a click
}

// Figure is how well one contender does on the test part.
type Figure struct {
	Name       string   `json:"name"`
	NDCG       Estimate `json:"ndcg_debiased"` // @10 by replay, clicks weighted by the inverse of how likely their place is looked at
	Plain      Estimate `json:"ndcg"`          // @10 by replay, all clicks alike
	MRR        Estimate `json:"mrr"`           // by replay
	AUC        float64  `json:"auc"`
	Difference Estimate `json:"difference"`         // of the candidate's debiased NDCG from this one's, paired; 0 for the candidate
	LogLoss    float64  `json:"log_loss,omitempty"` // in nats a row; 0 where scores are no log odds
	ECE        float64  `json:"ece,omitempty"`      // expected calibration error, of ten bins
}

// SegmentFigure compares candidate and present model on some of the searches.
type SegmentFigure struct {
	Name       string   `json:"name"`
	Searches   int      `json:"searches"` // that replay can judge
	Candidate  Estimate `json:"candidate"`
	Present    Estimate `json:"present"`
	Difference Estimate `json:"difference"`
}

// Judgement is all that is measured on the test part.
type Judgement struct {
	Searches    int               `json:"searches"` // of the test part
	Replayed    int               `json:"replayed"` // of them, those with a click and a row without one
	Figures     []Figure          `json:"figures"`  // candidate first, present model second
	Segments    []SegmentFigure   `json:"segments"`
	Reliability []calibration.Bin `json:"reliability"` // of the candidate
	Examination examination       `json:"examination"` // of places from 1, by kind of screen
	Gain        []float64         `json:"gain"`        // share of the clicks in the best 5 %, 10 %, … of the rows by the candidate
	Importance  []Importance      `json:"importance"`  // largest first
}

// Importance is how much one feature tells.
type Importance struct {
	Feature      string  `json:"feature"`
	Contribution float64 `json:"contribution"` // mean size of what it adds to a score, in logits
	Permuted     float64 `json:"permuted"`     // what NDCG loses when its values are exchanged between rows at random
}

// judge measures a candidate beside the present model and the plain orders.
func (l *Log) judge(ctx context.Context, parts Parts, e examination, candidate *ranker.Trained, present ranker.Model) (Judgement, error) {
	scores, err := l.scores(ctx, parts.Test, candidate)
	if err != nil {
		return Judgement{}, err
	}
	presentScores, err := l.scores(ctx, parts.Test, present)
	if err != nil {
		return Judgement{}, fmt.Errorf("the present model: %w", err)
	}
	begin, end := l.rows(parts.Test)
	contenders := []contender{
		{candidateName, scores, true},
		{presentName, presentScores, true},
		{fusionName, widened(l.fused[begin:end]), false},
		{popularityName, l.popularity(parts.Training, parts.Test), false},
	}
	r := l.replayAll(parts.Test, contenders, e)
	j := Judgement{Searches: parts.Test.End - parts.Test.Begin, Replayed: len(r.searches), Examination: e}
	labels := l.labels(begin, end, clicked)
	for c, contender := range contenders {
		f, err := r.figure(c, contender, labels)
		if err != nil {
			return Judgement{}, err
		}
		j.Figures = append(j.Figures, f)
	}
	j.Segments = l.segments(r)
	j.Gain = gainCurve(scores, labels)
	if j.Importance, err = l.importance(ctx, parts.Test, candidate, e); err != nil {
		return Judgement{}, err
	}
	probabilities := make([]float64, len(scores))
	for i, score := range scores {
		probabilities[i] = ranker.Probability(score)
	}
	j.Reliability, err = calibration.Reliability(probabilities, labels, 10)
	return j, err
}

// scoredAtOnce bounds the widened features of one call to a model.
const scoredAtOnce = 4096

// scores are those of a model for the rows of a part, anew from the features that were logged.
func (l *Log) scores(ctx context.Context, p Part, m ranker.Model) ([]float64, error) {
	begin, end := l.rows(p)
	out := make([]float64, end-begin)
	for from := begin; from < end; from += scoredAtOnce {
		to := min(from+scoredAtOnce, end)
		rows := ranker.Matrix{Rows: to - from, Columns: len(l.Features), Values: l.matrix(from, to)}
		if err := m.Score(ctx, rows, out[from-begin:to-begin]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// popularity scores the rows of one part by the clicks per impression of their product in another, drawn to the mean
// where there are few.
func (l *Log) popularity(counted, scored Part) []float64 {
	const drawn = 20 // impressions at the mean
	shown, picked := make([]float64, len(l.names)), make([]float64, len(l.names))
	begin, end := l.rows(counted)
	for i := begin; i < end; i++ {
		shown[l.products[i]]++
		if l.actions[i].has(clicked) {
			picked[l.products[i]]++
		}
	}
	rate := float64(l.count(begin, end, clicked)) / float64(max(end-begin, 1))
	begin, end = l.rows(scored)
	out := make([]float64, 0, end-begin)
	for _, product := range l.products[begin:end] {
		out = append(out, (picked[product]+drawn*rate)/(shown[product]+drawn))
	}
	return out
}

// replays are the figures of all contenders on the searches that can be judged.
type replays struct {
	searches []*Search
	weights  []float64
	by       [][]replayed // of each contender, one a search
}

func (l *Log) replayAll(p Part, contenders []contender, e examination) replays {
	first, _ := l.rows(p)
	r := replays{by: make([][]replayed, len(contenders))}
	for i := p.Begin; i < p.End; i++ {
		s := &l.Searches[i]
		if !l.replayable(s) {
			continue
		}
		r.searches = append(r.searches, s)
		r.weights = append(r.weights, l.clickWeight(s, e))
		for c := range contenders {
			r.by[c] = append(r.by[c], l.replay(s, contenders[c].scores[s.begin-first:s.end-first], e))
		}
	}
	return r
}

// column is one figure of a contender, a value a search.
func (r replays) column(c int, of func(replayed) float64) []float64 {
	values := make([]float64, len(r.by[c]))
	for i, search := range r.by[c] {
		values[i] = of(search)
	}
	return values
}

func debiased(r replayed) float64 { return r.debiased }

func (r replays) figure(c int, of contender, labels []float64) (Figure, error) {
	measured, err := ctr.Measure(&ctr.Dataset{Labels: labels}, of.scores)
	if err != nil {
		return Figure{}, err
	}
	f := Figure{Name: of.name, AUC: measured.AUC}
	own, candidate := r.column(c, debiased), r.column(0, debiased)
	weighted := estimate(r.weights, own, differences(candidate, own))
	f.NDCG, f.Difference = weighted[0], weighted[1]
	plain := estimate(nil, r.column(c, func(r replayed) float64 { return r.ndcg }), r.column(c, func(r replayed) float64 { return r.reciprocal }))
	f.Plain, f.MRR = plain[0], plain[1]
	if !of.odds {
		return f, nil
	}
	chances := make([]float64, len(of.scores))
	for i, score := range of.scores {
		chances[i] = ranker.Probability(score)
	}
	table, err := calibration.Reliability(chances, labels, 10)
	if err != nil {
		return Figure{}, err
	}
	f.LogLoss, f.ECE = measured.LogLoss, calibration.ECE(table)
	return f, nil
}

func differences(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

// leastInSegment is how many searches a segment must have to be told.
const leastInSegment = 20

// segments compares candidate and present model on kinds of searches.
func (l *Log) segments(r replays) []SegmentFigure {
	type segment struct {
		name string
		has  func(*Search) bool
	}
	all := []segment{
		{"new visitors", func(s *Search) bool { return !s.Returning }},
		{"returning visitors", func(s *Search) bool { return s.Returning }},
		{"frequent words", func(s *Search) bool { return s.Words && s.Head }},
		{"rare words", func(s *Search) bool { return s.Words && !s.Head }},
		{"without words", func(s *Search) bool { return !s.Words && !s.Photo }},
		{"with a photo", func(s *Search) bool { return s.Photo }},
	}
	devices := map[string]bool{}
	for _, s := range r.searches {
		devices[s.Device] = true
	}
	for _, device := range slices.Sorted(maps.Keys(devices)) {
		all = append(all, segment{"device: " + cmp.Or(device, "unknown"), func(s *Search) bool { return s.Device == device }})
	}
	candidate, present := r.column(0, debiased), r.column(1, debiased)
	var figures []SegmentFigure
	for _, segment := range all {
		var weights, ours, theirs []float64
		for i, s := range r.searches {
			if segment.has(s) {
				weights, ours, theirs = append(weights, r.weights[i]), append(ours, candidate[i]), append(theirs, present[i])
			}
		}
		if len(ours) < leastInSegment {
			continue
		}
		e := estimate(weights, ours, theirs, differences(ours, theirs))
		figures = append(figures, SegmentFigure{segment.name, len(ours), e[0], e[1], e[2]})
	}
	return figures
}

// What importance is measured on, evenly drawn.
const (
	explainedRows    = 2000
	permutedSearches = 1000
)

// importance measures how much each feature tells the model.
func (l *Log) importance(ctx context.Context, p Part, m *ranker.Trained, e examination) ([]Importance, error) {
	all := make([]Importance, len(l.Features))
	for j, name := range l.Features {
		all[j].Feature = name
	}
	begin, end := l.rows(p)
	rows := min(end-begin, explainedRows)
	for n := range rows {
		i := begin + n*(end-begin)/rows
		for j, entry := range m.Explain(l.matrix(i, i+1))[1:] {
			all[j].Contribution += math.Abs(entry.Contribution) / float64(rows)
		}
	}
	if err := l.permute(ctx, p, m, e, all); err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b Importance) int { return cmp.Compare(b.Contribution, a.Contribution) })
	return all, nil
}

// permute measures what NDCG loses when one feature tells nothing (Breiman 2001, section 10).
func (l *Log) permute(ctx context.Context, p Part, m *ranker.Trained, e examination, into []Importance) error {
	var searches []*Search
	for i := p.Begin; i < p.End; i++ {
		if l.replayable(&l.Searches[i]) {
			searches = append(searches, &l.Searches[i])
		}
	}
	n := min(len(searches), permutedSearches)
	var chosen []*Search
	var values []float64
	for i := range n {
		s := searches[i*len(searches)/n]
		chosen = append(chosen, s)
		values = append(values, l.matrix(s.begin, s.end)...)
	}
	width := len(l.Features)
	rows := len(values) / width
	scores := make([]float64, rows)
	ndcg := func() (float64, error) {
		if err := m.Score(ctx, ranker.Matrix{Rows: rows, Columns: width, Values: values}, scores); err != nil {
			return 0, err
		}
		sum, weights, from := 0.0, 0.0, 0
		for _, s := range chosen {
			size, weight := s.end-s.begin, l.clickWeight(s, e)
			sum += weight * l.replay(s, scores[from:from+size], e).debiased
			weights += weight
			from += size
		}
		return sum / max(weights, 1), nil
	}
	whole, err := ndcg()
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(bootstrapSeed, uint64(rows)))
	column := make([]float64, rows)
	for j := range width {
		for i := range rows {
			column[i] = values[i*width+j]
		}
		for i, from := range random.Perm(rows) {
			values[i*width+j] = column[from]
		}
		without, err := ndcg()
		if err != nil {
			return err
		}
		into[j].Permuted = whole - without
		for i := range rows {
			values[i*width+j] = column[i]
		}
	}
	return nil
}

// gainCurve is the share of the clicks among the best 5 %, 10 %, … 100 % of the rows.
func gainCurve(scores, labels []float64) []float64 {
	const steps = 20
	order := make([]int, len(scores))
	total := 0.0
	for i := range order {
		order[i] = i
		total += labels[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	curve, got, at := make([]float64, steps), 0.0, 0
	for step := range steps {
		for ; at < (step+1)*len(order)/steps; at++ {
			got += labels[order[at]]
		}
		curve[step] = got / max(total, 1)
	}
	return curve
}

func widened(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, value := range values {
		out[i] = float64(value)
	}
	return out
}
