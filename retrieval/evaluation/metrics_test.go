package evaluation

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

const tolerance = 1e-12

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

func TestMetricsEqualValuesComputedByHand(t *testing.T) {
	grades := map[string]int{"a": 3, "b": 2, "c": 1, "d": 0, "spam": -2}
	log3 := math.Log2(3)
	ideal3 := 7 + 3/log3 + 1.0/2 // a, b, c at ranks 1, 2, 3
	for _, test := range []struct {
		name                          string
		ranked                        []string
		k                             int
		ndcg, mrr, recall1, recall, p float64
	}{
		{"ideal order", []string{"a", "b", "c", "d"}, 3, 1, 1, 1.0 / 3, 1, 1},
		{"reversed", []string{"d", "c", "b", "a"}, 3, (1/log3 + 3.0/2) / ideal3, 1.0 / 2, 0, 2.0 / 3, 2.0 / 3},
		{"unjudged counts as grade 0", []string{"x", "y", "a"}, 3, (7.0 / 2) / ideal3, 1.0 / 3, 0, 1.0 / 3, 1.0 / 3},
		{"negative grades gain nothing", []string{"spam", "a"}, 2, (7 / log3) / (7 + 3/log3), 1.0 / 2, 0, 1.0 / 3, 1.0 / 2},
		{"fewer results than k", []string{"a"}, 5, 7 / ideal3, 1, 1.0 / 3, 1.0 / 3, 1.0 / 5},
		{"k cuts NDCG, recall and precision but not MRR", []string{"x", "a"}, 1, 0, 1.0 / 2, 0, 0, 0},
		{"no result", nil, 3, 0, 0, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, check := range []struct {
				metric    string
				got, want float64
			}{
				{"NDCG", NDCG(test.ranked, grades, test.k), test.ndcg},
				{"MRR", ReciprocalRank(test.ranked, grades), test.mrr},
				{"recall@1", Recall(test.ranked, grades, 1), test.recall1},
				{"recall@k", Recall(test.ranked, grades, test.k), test.recall},
				{"precision@k", Precision(test.ranked, grades, test.k), test.p},
			} {
				if !near(check.got, check.want, tolerance) {
					t.Errorf("%s = %v, want %v", check.metric, check.got, check.want)
				}
			}
		})
	}
}

func TestERREqualsValuesComputedByHand(t *testing.T) {
	grades := map[string]int{"a": 3, "b": 2, "c": 1, "d": 0, "spam": -2}
	for _, test := range []struct {
		name   string
		ranked []string
		k, top int
		want   float64
	}{
		// With top 3 a reader stops at a, b, c with 7/8, 3/8, 1/8.
		{"ideal order", []string{"a", "b", "c"}, 3, 3, 7.0/8 + 1.0/2*(1.0/8)*(3.0/8) + 1.0/3*(1.0/8)*(5.0/8)*(1.0/8)},
		{"a later product gains by what stands before it", []string{"d", "spam", "x", "c"}, 4, 3, 1.0 / 4 * (1.0 / 8)},
		{"k cuts", []string{"b", "a"}, 1, 3, 3.0 / 8},
		{"a higher top grade of the collection lowers all", []string{"a"}, 5, 4, 7.0 / 16},
		{"no result", nil, 3, 3, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := ERR(test.ranked, grades, test.k, test.top); !near(got, test.want, tolerance) {
				t.Errorf("ERR = %v, want %v", got, test.want)
			}
		})
	}
}

func TestMetricsAreZeroWhereNothingIsRelevant(t *testing.T) {
	grades := map[string]int{"a": 0, "b": -1}
	ranked := []string{"a", "b"}
	for _, m := range measuresAt(10, 0) {
		if got := m.of(ranked, grades); got != 0 {
			t.Errorf("%s = %v, want 0", m.name, got)
		}
	}
}

// golden.json was made by testdata/make_golden.py with trec_eval, gdeval, scikit-learn and scipy.
func TestFiguresEqualThoseOfTrecEvalAndScipy(t *testing.T) {
	var golden struct {
		K         int
		Queries   map[string]map[string]float64
		Means     map[string]float64
		Intervals map[string][2]float64
	}
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	qrels, err := OpenQrels("testdata/golden.qrels")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("testdata/golden.run")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	run, err := ReadRun(file)
	if err != nil {
		t.Fatal(err)
	}

	measures := measuresAt(golden.K, qrels.TopGrade())
	for query, want := range golden.Queries {
		for _, m := range measures {
			if got := m.of(run[query], qrels[query]); !near(got, want[m.name], 1e-9) {
				t.Errorf("%s of %s = %v, want %v", m.name, query, got, want[m.name])
			}
		}
	}

	report, _, err := Evaluate(t.Context(), queriesOf(qrels), qrels, golden.K, answerFrom(run))
	if err != nil {
		t.Fatal(err)
	}
	for _, metric := range report.Metrics {
		if want := golden.Means[metric.Name]; !near(metric.Mean, want, 1e-9) {
			t.Errorf("mean %s = %v, want %v", metric.Name, metric.Mean, want)
		}
		// Both are estimates by resampling; the ends' own standard error is about 0.001.
		want := golden.Intervals[metric.Name]
		if !near(metric.Interval.Low, want[0], 0.01) || !near(metric.Interval.High, want[1], 0.01) {
			t.Errorf("interval of %s = %v, want about %v", metric.Name, metric.Interval, want)
		}
	}
}
