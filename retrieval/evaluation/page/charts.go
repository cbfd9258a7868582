package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"

	"vitrine/retrieval/evaluation"
)

// view is what the template shows.
type view struct {
	Metric      string // ndcg@k, by which all is compared
	K           int
	Depth       int // results of a query that a mode was asked for
	Source      string
	Queries     int
	Unjudged    int
	MetricNames []string
	Modes       []modeView
	Height      int // of the chart of modes
	Comparisons []comparisonView
	Details     []detail
	Left        int // queries that are not shown in detail
	Pictures    template.CSS
	Last        string // the mode of the differences…
	Baseline    string // …and what it is held against; empty with one mode
}

// The chart of modes, in units of its view box: bars from barLeft, barSpan wide for a mean of 1.
const (
	barLeft   = 170
	barSpan   = 540
	rowHeight = 36
	rowsTop   = 24
)

// modeView is a row of the table and of the chart of modes.
type modeView struct {
	Name, Short            string
	Figures                []figure
	Y                      int // top of its row
	Width, Low, High       float64
	Label                  string
	CapTop, CapEnd, Middle int
}

type figure struct{ Mean, Interval string }

// Charts of queries, in units of their view box.
const (
	chartWidth  = 960
	chartMiddle = 110
	widestBar   = 48
	chartReach  = 96 // from the middle for the largest difference
)

type comparisonView struct {
	evaluation.Comparison
	Verdict, Class string
	Bars           []queryBar
	Scale          string // the difference at the chart's end
	Sampled        bool   // the chart has fewer bars than there are queries
}

type queryBar struct {
	X, Y, Width, Height float64
	Class, Title        string
	Anchor              string // empty for a query that is not shown in detail
}

func (e Evaluation) view(details []detail, pictures gallery) view {
	modes := e.Report.Modes
	v := view{
		Metric: modes[0].Metrics[0].Name, K: modes[0].K, Depth: evaluation.Depth(modes[0].K), Source: e.Source,
		Queries: modes[0].Queries, Unjudged: modes[0].Unjudged,
		Height:  rowsTop + rowHeight*len(modes) + 4,
		Details: details, Left: len(e.Report.PerQuery) - len(details), Pictures: pictures.css(),
	}
	for _, metric := range modes[0].Metrics {
		v.MetricNames = append(v.MetricNames, metric.Name)
	}
	for i, mode := range modes {
		v.Modes = append(v.Modes, viewOf(mode, i))
	}
	anchors := map[string]string{}
	for _, d := range details {
		anchors[d.Query.ID] = d.Anchor
	}
	for _, c := range e.Report.Comparisons {
		v.Comparisons = append(v.Comparisons, e.compared(c, anchors))
		v.Last, v.Baseline = c.Mode, c.Baseline
	}
	return v
}

func viewOf(mode evaluation.ModeReport, row int) modeView {
	first := mode.Metrics[0]
	y := rowsTop + row*rowHeight
	m := modeView{
		Name: mode.Mode, Short: short(mode.Mode), Y: y + 6, CapTop: y + 12, CapEnd: y + 24, Middle: y + 18,
		Width: barSpan * first.Mean, Low: barLeft + barSpan*first.Interval.Low, High: barLeft + barSpan*first.Interval.High,
		Label: fmt.Sprintf("%.3f", first.Mean),
	}
	for _, metric := range mode.Metrics {
		m.Figures = append(m.Figures, figure{fmt.Sprintf("%.3f", metric.Mean), fmt.Sprintf("%.3f–%.3f", metric.Interval.Low, metric.Interval.High)})
	}
	return m
}

// short is the end of a long name, where files differ, as wide as the chart has room for.
func short(name string) string {
	const room = 20
	runes := []rune(name)
	if len(runes) <= room {
		return name
	}
	return "…" + string(runes[len(runes)-room+1:])
}

// direction names the sign of a difference, which colours it.
func direction(difference float64) string {
	switch {
	case difference > 0:
		return "better"
	case difference < 0:
		return "worse"
	}
	return "equal"
}

// significant is the level below which a corrected p value is called a difference.
const significant = 0.05

func (e Evaluation) compared(c evaluation.Comparison, anchors map[string]string) comparisonView {
	v := comparisonView{Comparison: c, Verdict: "no clear difference"}
	if c.Holm < significant {
		v.Class = direction(c.Difference)
		v.Verdict = v.Class
	}
	v.Bars, v.Scale, v.Sampled = e.bars(c, anchors)
	return v
}

// bars draws one bar a query, from the largest loss to the largest gain; of very many queries an even sample,
// both ends included, which keeps the shape.
func (e Evaluation) bars(c evaluation.Comparison, anchors map[string]string) (bars []queryBar, scale string, sampled bool) {
	of := func(name string) int {
		return slices.IndexFunc(e.Report.Modes, func(m evaluation.ModeReport) bool { return m.Mode == name })
	}
	mode, base := of(c.Mode), of(c.Baseline)
	difference := func(row evaluation.QueryRow) float64 { return row.Figures[mode][0] - row.Figures[base][0] }
	rows := slices.Clone(e.Report.PerQuery)
	slices.SortStableFunc(rows, func(a, b evaluation.QueryRow) int {
		return cmp.Compare(difference(a), difference(b))
	})
	largest := max(math.Abs(difference(rows[0])), math.Abs(difference(rows[len(rows)-1])), 0.01)
	if sampled = len(rows) > MaxBars; sampled {
		even := make([]evaluation.QueryRow, MaxBars)
		for i := range even {
			even[i] = rows[i*(len(rows)-1)/(MaxBars-1)]
		}
		rows = even
	}
	slot := float64(chartWidth) / float64(len(rows))
	for i, row := range rows {
		d := difference(row)
		bar := queryBar{
			X: float64(i) * slot, Width: min(max(0.8*slot, 0.6), widestBar), Height: max(math.Abs(d)/largest*chartReach, 1),
			Y: chartMiddle, Class: direction(d), Anchor: anchors[row.Query.ID],
			Title: fmt.Sprintf("%s: %+.3f (%s %.3f, %s %.3f)", row.Query.Label(), d, c.Mode, row.Figures[mode][0], c.Baseline, row.Figures[base][0]),
		}
		if d > 0 {
			bar.Y = chartMiddle - bar.Height
		}
		bars = append(bars, bar)
	}
	return bars, fmt.Sprintf("%.2f", largest), sampled
}
