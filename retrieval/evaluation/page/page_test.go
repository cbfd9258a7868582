package page

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"vitrine/retrieval/evaluation"
)

// shop is a catalogue in memory.
type shop map[string]Product

func (s shop) Product(_ context.Context, id string) (Product, error) { return s[id], nil }
func (s shop) QueryPhoto(_ context.Context, path string) ([]byte, error) {
	return []byte("photo at " + path), nil
}

// measured evaluates runs, in order, against the first of them.
func measured(t *testing.T, queries []evaluation.Query, qrels evaluation.Qrels, k int, names []string, runs ...evaluation.Run) Evaluation {
	t.Helper()
	e := Evaluation{Qrels: qrels, Source: "Judgements: test."}
	for i, run := range runs {
		mode, answered, err := evaluation.Evaluate(t.Context(), queries, qrels, k, func(_ context.Context, q evaluation.Query) ([]string, error) {
			return run[q.ID], nil
		})
		if err != nil {
			t.Fatal(err)
		}
		mode.Mode = names[i]
		e.Report.Modes = append(e.Report.Modes, mode)
		e.Runs = append(e.Runs, answered)
	}
	var err error
	if e.Report.Comparisons, err = evaluation.Compare(e.Report.Modes, names[0]); err != nil {
		t.Fatal(err)
	}
	if e.Report.PerQuery, err = evaluation.PerQuery(e.Report.Modes, names[0]); err != nil {
		t.Fatal(err)
	}
	return e
}

func written(t *testing.T, e Evaluation, products Products) string {
	t.Helper()
	var out strings.Builder
	if err := Write(t.Context(), &out, e, products, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func count(t *testing.T, html, part string, want int) {
	t.Helper()
	if got := strings.Count(html, part); got != want {
		t.Errorf("%q is there %d times, want %d", part, got, want)
	}
}

func TestThePageShowsGradesPicturesAndWhatIsMissing(t *testing.T) {
	queries := []evaluation.Query{{ID: "q1", Text: "red shoes"}, {ID: "q2", Photo: "photos/hat.jpg"}}
	qrels := evaluation.Qrels{"q1": {"a": 3, "b": 2, "c": 1, "d": 0}, "q2": {"h": 3}}
	html := written(t, measured(t, queries, qrels, 2, []string{"keyword", "ranked"},
		evaluation.Run{"q1": {"d", "x", "b"}, "q2": {"h"}},
		evaluation.Run{"q1": {"a", "d", "c"}, "q2": {"h"}},
	), shop{
		"a": {Title: "Red shoe", Picture: []byte("red"), Known: true},
		"d": {Title: "Doorbell", Picture: []byte("bell"), Known: true},
		"h": {Picture: []byte("hat"), Known: true},
		"b": {Title: "Boot", Known: true},
	})
	for _, picture := range []string{"red", "bell", "hat", "photo at photos/hat.jpg"} { // each once, d and h though both modes show them
		count(t, html, "data:image/jpeg;base64,"+base64.StdEncoding.EncodeToString([]byte(picture)), 1)
	}
	count(t, html, `aria-label="Doorbell"`, 2)
	count(t, html, `(no title)`, 2)              // h in both modes
	count(t, html, `(not in this catalogue)`, 3) // x; c as a result and as missing
	count(t, html, `<span class="tag zero">grade 0</span>`, 2)
	count(t, html, `<span class="tag unjudged">not judged</span>`, 1)
	// a is absent from keyword; b and c stand after the first two or nowhere; d is not relevant.
	count(t, html, `keyword <b>absent</b> · ranked rank 1`, 1)
	count(t, html, `keyword <b>rank 3</b> · ranked <b>absent</b>`, 1)
	count(t, html, `keyword <b>absent</b> · ranked <b>rank 3</b>`, 1)
	count(t, html, `href="#query-2"`, 1)
	count(t, html, `id="query-2"`, 1)
	for _, outside := range []string{"http://", "https://", "<script", "<link", "src=", "@import"} {
		count(t, html, outside, 0)
	}
}

func TestHostileTextStaysText(t *testing.T) {
	hostile := `</style></title><script>alert(1)</script><img src=x onerror="alert(2)">'"{{.}}`
	id := `"><svg/onload=alert(3)>`
	e := measured(t, []evaluation.Query{{ID: id, Text: hostile}}, evaluation.Qrels{id: {id: 1, "never-found" + id: 1}}, 10,
		[]string{"old" + hostile, "ranked"}, evaluation.Run{id: {id}}, evaluation.Run{})
	e.Source = hostile
	html := written(t, e, shop{id: {Title: hostile, Picture: []byte("p"), Known: true}})
	for _, live := range []string{"<script", "<img", "<svg/onload", `onerror="`} {
		count(t, html, live, 0)
	}
	count(t, html, "</style>", 1)
	count(t, html, "&lt;script&gt;alert(1)", strings.Count(html, "alert(1)"))
}

func TestTheChartOfModesIsToScale(t *testing.T) {
	mode := evaluation.ModeReport{Mode: "keyword", Metrics: []evaluation.Metric{{Name: "ndcg@10", Mean: 0.5, Interval: evaluation.Interval{Low: 0.25, High: 1}}}}
	if got := viewOf(mode, 1); got.Width != 270 || got.Low != 305 || got.High != 710 || got.Middle != rowsTop+rowHeight+18 || got.Label != "0.500" {
		t.Errorf("%+v", got)
	}
}

func TestTheChartOfQueriesGoesFromLossToGain(t *testing.T) {
	qrels := evaluation.Qrels{"gain": {"a": 1}, "loss": {"a": 1}, "same": {"a": 1}}
	queries := []evaluation.Query{{ID: "gain", Text: "gain"}, {ID: "loss", Text: "loss"}, {ID: "same", Text: "same"}}
	e := measured(t, queries, qrels, 10, []string{"old", "new"},
		evaluation.Run{"loss": {"a"}, "same": {"a"}}, evaluation.Run{"gain": {"x", "a"}, "same": {"a"}})
	bars, scale, sampled := e.bars(e.Report.Comparisons[0], nil)
	if len(bars) != 3 || sampled || scale != "1.00" {
		t.Fatalf("%d bars, scale %s, sampled %v", len(bars), scale, sampled)
	}
	if loss := bars[0]; loss.Class != "worse" || loss.Y != chartMiddle || loss.Height != chartReach || loss.Title != "loss: -1.000 (new 0.000, old 1.000)" {
		t.Errorf("%+v", loss)
	}
	if gain := bars[2]; gain.Class != "better" || gain.Y+gain.Height != chartMiddle || gain.Height < 0.63*chartReach || gain.Height > 0.64*chartReach {
		t.Errorf("%+v", gain) // 1 / log2(3) = 0.63
	}
	if bars[1].Class != "equal" {
		t.Errorf("%+v", bars[1])
	}
}

func TestAPageOfManyQueriesIsBounded(t *testing.T) {
	qrels, run := evaluation.Qrels{}, evaluation.Run{}
	var queries []evaluation.Query
	for i := range MaxBars + 200 {
		id := fmt.Sprintf("q%04d", i)
		queries = append(queries, evaluation.Query{ID: id, Text: "words"})
		qrels[id] = map[string]int{}
		for product := range 20 {
			qrels[id][fmt.Sprintf("p%02d", product)] = 1
		}
		run[id] = []string{"p01", "p02", "p03", "p04", "p05", "p06"}
	}
	html := written(t, measured(t, queries, qrels, 10, []string{"old", "new"}, run, run), shop{})
	count(t, html, `<section class="query"`, MaxQueries)
	count(t, html, `<rect class="equal"`, MaxBars)
	count(t, html, `<span class="rank">`, MaxQueries*2*MaxResults)
	count(t, html, `<div class="places">`, MaxQueries*MaxMissing)
	count(t, html, fmt.Sprintf("%d queries in between are not shown", MaxBars+200-MaxQueries), 1)
	count(t, html, "an even sample of the queries", 1)
}

func TestOneModeIsShownWithoutComparison(t *testing.T) {
	html := written(t, measured(t, []evaluation.Query{{ID: "q", Text: "hats"}}, evaluation.Qrels{"q": {"a": 1}}, 10, []string{"ranked"}, evaluation.Run{}), shop{})
	count(t, html, "The worst first.", 1)
	count(t, html, "Against", 0)
	count(t, html, "nothing found", 1)
}

type failing struct{ err error }

func (f failing) Product(context.Context, string) (Product, error)   { return Product{}, f.err }
func (f failing) QueryPhoto(context.Context, string) ([]byte, error) { return nil, f.err }

func TestNothingIsWrittenAfterAnErrorOrAnInterrupt(t *testing.T) {
	broken := errors.New("index is gone")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name     string
		ctx      context.Context
		query    evaluation.Query
		run      evaluation.Run
		products Products
		want     error
	}{
		{"product", t.Context(), evaluation.Query{ID: "q", Text: "hats"}, evaluation.Run{"q": {"a"}}, failing{broken}, broken},
		{"query's photo", t.Context(), evaluation.Query{ID: "q", Photo: "hat.jpg"}, evaluation.Run{}, onlyPhotos{failing{broken}}, broken},
		{"interrupt", cancelled, evaluation.Query{ID: "q", Text: "hats"}, evaluation.Run{"q": {"a"}}, shop{}, context.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := measured(t, []evaluation.Query{test.query}, evaluation.Qrels{"q": {"a": 1}}, 10, []string{"ranked"}, test.run)
			var out strings.Builder
			err := Write(test.ctx, &out, e, test.products, func(int, int) {})
			if !errors.Is(err, test.want) || out.Len() > 0 {
				t.Errorf("error = %v after %d bytes", err, out.Len())
			}
		})
	}
}

// onlyPhotos fails for photos alone.
type onlyPhotos struct{ failing }

func (onlyPhotos) Product(context.Context, string) (Product, error) { return Product{}, nil }
