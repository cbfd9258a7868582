package evaluation

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// modeOf is a report on queries q0, q1… whose NDCG is given.
func modeOf(name string, ndcg ...float64) ModeReport {
	report := ModeReport{Mode: name, K: 10}
	for i, value := range ndcg {
		query := Query{ID: "q" + string(rune('0'+i)), Text: "words"}
		report.PerQuery = append(report.PerQuery, QueryFigures{query, []float64{value}})
	}
	report.summarise([]measure{{name: "ndcg@10"}})
	return report
}

func TestRandomisationEqualsCountingByHandAndScipy(t *testing.T) {
	for _, test := range []struct {
		name            string
		differences     []float64
		want, tolerance float64
	}{
		{"of 8 sums only +++ and --- lie as far", []float64{1, 2, 3}, 2.0 / 8, tolerance},
		// The sums are ±0.2, ±0.4, 0 and ±0.2, which floating point does not all write alike.
		{"of 8 sums 6 lie as far as 0.2", []float64{0.1, 0.2, -0.1}, 6.0 / 8, tolerance},
		{"equal queries change nothing", []float64{0, 1, 0, 2, 3, 0}, 2.0 / 8, tolerance},
		{"no difference at all", []float64{0, 0}, 1, tolerance},
		// scipy.stats.permutation_test, permutation_type="samples", all permutations.
		{"exact", []float64{.2, -.05, .05, .2, .2, 0, -.05, .1, .35, .05}, 0.046875, 1e-9},
		{"drawn", []float64{.21, -.1, .33, .05, .4, -.22, .17, .09, -.03, .26, .31, -.15, .02, .11, -.07, .19, .08, -.12, .24, .06}, 0.0304699, 0.001},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := randomisation(test.differences); !near(float64(got), test.want, test.tolerance) {
				t.Errorf("p = %v, want %v", got, test.want)
			}
		})
	}
}

func TestRandomisationDoesNotSayWhichSystemIsTheFirst(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 20 {
		differences := make([]float64, 1+random.IntN(40))
		turned := make([]float64, len(differences))
		for i := range differences {
			differences[i] = random.Float64() - 0.4
			turned[i] = -differences[i]
		}
		p := randomisation(differences)
		if other := randomisation(turned); p != other || p <= 0 || p > 1 {
			t.Errorf("p = %v one way and %v the other", p, other)
		}
	}
}

func TestHolmCorrectsAsByHand(t *testing.T) {
	comparisons := []Comparison{{P: 0.04}, {P: 0.01}, {P: 0.03}, {P: 0.9}}
	holm(comparisons)
	// 4 · 0.01, 3 · 0.03, then 2 · 0.04 = 0.08, which may not fall below 0.09.
	for i, want := range []float64{0.09, 0.04, 0.09, 0.9} {
		if !near(float64(comparisons[i].Holm), want, tolerance) {
			t.Errorf("p %v becomes %v, want %v", comparisons[i].P, comparisons[i].Holm, want)
		}
	}
}

func TestCompareHoldsEachOtherModeAgainstTheBaseline(t *testing.T) {
	modes := []ModeReport{modeOf("old", 0.5, 0.5, 0.2), modeOf("new", 0.7, 0.5, 0.1), modeOf("best", 1, 1, 1)}
	got, err := Compare(modes, "old")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Mode != "new" || got[1].Mode != "best" || got[0].Baseline != "old" || got[0].Metric != "ndcg@10" {
		t.Fatalf("got %+v", got)
	}
	if c := got[0]; !near(c.Difference, 0.1/3, tolerance) || c.Better != 1 || c.Worse != 1 || c.Equal != 1 || c.P != 1 {
		t.Errorf("new against old: %+v", c)
	}
	// All three better: 2 of 8 assignments, and 2 comparisons.
	if c := got[1]; !near(c.Difference, 1.8/3, tolerance) || c.P != 0.25 || c.Holm != 0.5 || c.Interval.Low < 0.5 || c.Interval.High > 0.8+tolerance {
		t.Errorf("best against old: %+v", c)
	}
	again, err := Compare(modes, "old")
	if err != nil || !reflect.DeepEqual(got, again) {
		t.Errorf("got %+v at first and then %+v, %v", got, again, err)
	}
	if _, err := Compare(modes, "absent"); err == nil || !strings.Contains(err.Error(), `"absent" is not among`) {
		t.Errorf("error = %v", err)
	}
}

func TestPerQueryGoesFromTheWorstLossToTheBestGain(t *testing.T) {
	modes := []ModeReport{modeOf("old", 0.5, 0.9, 0.2), modeOf("between", 1, 1, 1), modeOf("new", 0.9, 0.4, 0.2)}
	rows, err := PerQuery(modes, "old")
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, row := range rows {
		order = append(order, row.Query.ID)
	}
	if want := []string{"q1", "q2", "q0"}; !reflect.DeepEqual(order, want) || !near(rows[0].Difference, -0.5, tolerance) {
		t.Errorf("order %v, first %+v", order, rows[0])
	}
	data, err := json.Marshal(rows[0])
	if want := `{"query":"q1","text":"words","difference":-0.5,"modes":{"between":{"ndcg@10":1},"new":{"ndcg@10":0.4},"old":{"ndcg@10":0.9}}}`; err != nil || string(data) != want {
		t.Errorf("%s, %v", data, err)
	}
}

func TestTablesKeepWhatAFileSaysOnItsLine(t *testing.T) {
	mode := modeOf("old", 0.5)
	mode.PerQuery[0].Query.Text = "red\x1b[2Jshoes\r"
	report := Report{Modes: []ModeReport{mode}}
	var err error
	if report.PerQuery, err = PerQuery(report.Modes, "old"); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report.WriteTables(&out); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\r") || !strings.Contains(out.String(), "red [2Jshoes") {
		t.Errorf("%q", out.String())
	}
}

func TestCompareByTakesTheMetricOfTheName(t *testing.T) {
	mode := func(name string, ndcg, mrr []float64) ModeReport {
		report := modeOf(name, ndcg...)
		for i := range report.PerQuery {
			report.PerQuery[i].Figures = append(report.PerQuery[i].Figures, mrr[i])
		}
		report.Metrics = nil
		report.summarise([]measure{{name: "ndcg@10"}, {name: "mrr"}})
		return report
	}
	modes := []ModeReport{mode("base", []float64{0.5, 0.5, 0.5}, []float64{0.1, 0.2, 0.3}), mode("new", []float64{0.5, 0.5, 0.5}, []float64{0.2, 0.4, 0.6})}
	for metric, want := range map[string]float64{"ndcg@10": 0, "mrr": 0.2} {
		got, err := CompareBy(modes, "base", metric)
		if err != nil || len(got) != 1 || got[0].Metric != metric || !near(got[0].Difference, want, tolerance) {
			t.Errorf("by %s: %+v, %v; want a difference of %v", metric, got, err, want)
		}
	}
	if _, err := CompareBy(modes, "base", "recall@7"); err == nil || !strings.Contains(err.Error(), `no metric "recall@7"`) {
		t.Errorf("by an unknown metric: %v", err)
	}
}
