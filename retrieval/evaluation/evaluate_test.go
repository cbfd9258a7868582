package evaluation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

func queriesOf(qrels Qrels) []Query {
	var queries []Query
	for _, id := range slices.Sorted(maps.Keys(qrels)) {
		queries = append(queries, Query{ID: id, Text: "words of " + id})
	}
	return queries
}

func answerFrom(run Run) func(context.Context, Query) ([]string, error) {
	return func(_ context.Context, query Query) ([]string, error) { return run[query.ID], nil }
}

var (
	someQrels = Qrels{"q1": {"a": 3, "b": 1}, "q2": {"c": 2}, "q3": {"d": 1, "e": 0}}
	someRun   = Run{"q1": {"a", "b"}, "q2": {"x", "c"}, "q3": {"e", "x"}}
)

func TestEvaluateAveragesOverTheJudgedQueries(t *testing.T) {
	queries := append(queriesOf(someQrels), Query{ID: "unjudged", Text: "nobody looked"})
	report, run, err := Evaluate(t.Context(), queries, someQrels, 10, answerFrom(someRun))
	if err != nil {
		t.Fatal(err)
	}
	if report.Queries != 3 || report.Unjudged != 1 {
		t.Errorf("measured %d and left out %d queries, want 3 and 1", report.Queries, report.Unjudged)
	}
	if mrr, ok := report.Value("mrr"); !ok || !near(mrr, (1+0.5+0)/3, tolerance) {
		t.Errorf("mrr = %v", mrr)
	}
	if recall, ok := report.Value("recall@1"); !ok || !near(recall, 0.5/3, tolerance) {
		t.Errorf("recall@1 = %v", recall)
	}
	if !maps.EqualFunc(run, someRun, slices.Equal[[]string]) {
		t.Errorf("run = %v, want what the search answered", run)
	}
}

func TestEvaluateGivesTheSameReportTwice(t *testing.T) {
	var reports [2][]byte
	for i := range reports {
		report, _, err := Evaluate(t.Context(), queriesOf(someQrels), someQrels, 10, answerFrom(someRun))
		if err != nil {
			t.Fatal(err)
		}
		if reports[i], err = json.Marshal(report); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(reports[0], reports[1]) {
		t.Errorf("first %s\nthen %s", reports[0], reports[1])
	}
}

func TestIntervalsEncloseTheMean(t *testing.T) {
	report, _, err := Evaluate(t.Context(), queriesOf(someQrels), someQrels, 10, answerFrom(someRun))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range report.Metrics {
		if m.Interval.Low > m.Mean || m.Mean > m.Interval.High || m.Interval.Low < 0 || m.Interval.High > 1 {
			t.Errorf("%s: mean %v, interval %v", m.Name, m.Mean, m.Interval)
		}
	}
}

func TestEvaluateRefusesWhatCannotBeMeasured(t *testing.T) {
	broken := errors.New("index is gone")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		qrels  Qrels
		k      int
		search func(context.Context, Query) ([]string, error)
		want   error  // nil: any
		text   string // part of the message
	}{
		{"the search's error, with the query", t.Context(), someQrels, 10, func(context.Context, Query) ([]string, error) { return nil, broken }, broken, "query q1"},
		{"a cancelled context", cancelled, someQrels, 10, answerFrom(someRun), context.Canceled, ""},
		{"no common query id", t.Context(), Qrels{"other": {"a": 1}}, 10, answerFrom(someRun), ErrNoJudgements, "same query ids"},
		{"k of zero", t.Context(), someQrels, 0, answerFrom(someRun), nil, "from 1 to 1000"},
		{"a product given twice", t.Context(), someQrels, 10, answerFrom(Run{"q1": {"a", "a"}}), nil, "product a twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := Evaluate(test.ctx, queriesOf(someQrels), test.qrels, test.k, test.search)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func TestReportAsJSONHasTheFieldsThatTheCommandLinePromises(t *testing.T) {
	report, _, err := Evaluate(t.Context(), queriesOf(someQrels), someQrels, 5, answerFrom(someRun))
	if err != nil {
		t.Fatal(err)
	}
	report.Mode = "hybrid"
	data, err := json.Marshal(Report{Modes: []ModeReport{report}})
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Modes []struct {
			Mode      string
			Queries   int
			Unjudged  int
			NDCG      *float64 `json:"ndcg@5"`
			MRR       *float64
			Recall1   *float64 `json:"recall@1"`
			Recall10  *float64 `json:"recall@10"`
			Recall100 *float64 `json:"recall@100"`
			P         *float64 `json:"p@5"`
			ERR       *float64 `json:"err@5"`
			Intervals map[string][2]float64
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&parsed); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	mode := parsed.Modes[0]
	if mode.Mode != "hybrid" || mode.Queries != 3 || len(mode.Intervals) != 7 || mode.P == nil || mode.ERR == nil || mode.Recall1 == nil ||
		mode.Recall10 == nil || mode.Recall100 == nil || mode.MRR == nil || mode.NDCG == nil {
		t.Errorf("%s", data)
	}
}

func TestTableShowsAModeALine(t *testing.T) {
	report, _, err := Evaluate(t.Context(), append(queriesOf(someQrels), Query{ID: "u"}), someQrels, 10, answerFrom(someRun))
	if err != nil {
		t.Fatal(err)
	}
	report.Mode = "keyword"
	var table strings.Builder
	if err := (Report{Modes: []ModeReport{report, report}}).WriteTables(&table); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(table.String()), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "mode") || !strings.Contains(lines[0], "ndcg@10") ||
		!strings.HasPrefix(lines[1], "keyword   3 ") || !strings.Contains(lines[1], "0.500 [") ||
		lines[3] != "1 queries without judgements were left out" {
		t.Errorf("table:\n%s", table.String())
	}
}

func TestRealQueriesAndJudgementsAreRead(t *testing.T) {
	const folder = "../../../shared/data/electronics/"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the data kit is not beside the project: ", err)
	}
	queries, err := OpenQueries(folder + "queries.dev.tsv")
	if err != nil {
		t.Fatal(err)
	}
	qrels, err := OpenQrels(folder + "qrels.dev.txt")
	if err != nil {
		t.Fatal(err)
	}
	report, _, err := Evaluate(t.Context(), queries, qrels, 10, func(_ context.Context, query Query) ([]string, error) {
		grades := qrels[query.ID] // an oracle: the best grades first
		return slices.SortedFunc(maps.Keys(grades), func(a, b string) int { return grades[b] - grades[a] }), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// 8 of the 72 queries have judgements but nothing relevant, which not even an oracle finds.
	if ndcg, _ := report.Value("ndcg@10"); report.Queries != 72 || !near(ndcg, 64.0/72, tolerance) {
		t.Errorf("an oracle has NDCG %v on %d queries", ndcg, report.Queries)
	}
}
