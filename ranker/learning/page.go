package learning

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"add":     func(a, b float64) float64 { return a + b },
	"signed":  func(v float64) string { return fmt.Sprintf("%+.4f", v) },
	"four":    func(v float64) string { return fmt.Sprintf("%.4f", v) },
	"percent": func(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) },
	"count":   grouped,
}).Parse(pageSource))

// WritePage writes the report as one HTML page that needs nothing else.
func (r *Report) WritePage(w io.Writer) error {
	if err := page.Execute(w, r.view()); err != nil {
		return fmt.Errorf("write the report page: %w", err)
	}
	return nil
}

// view is what the template shows.
type view struct {
	*Report
	Verdict, Class string
	Figures        []bar
	Segments       []bar
	Importance     []bar
	Learning       plot
	Reliability    plot
	Gain           plot
	Examination    plot
	Parts          []partView
}

type partView struct {
	Name                          string
	Searches, Impressions, Clicks int
}

// bar is a row of a chart: a bar from 0, or a dot with its interval. X values are in units of the view box.
type bar struct {
	Name, Label, Note string
	Y                 int
	X, Width          float64 // of the bar, or X of the dot
	Low, High         float64 // of the interval
	Class             string
}

// Charts of rows, in units of their view box.
const (
	rowLeft   = 190.0
	rowSpan   = 460.0
	rowHeight = 30
)

// Plots, in units of their view box.
const (
	plotWidth, plotHeight           = 460.0, 300.0
	plotLeft, plotRight             = 56.0, 16.0
	plotTop, plotBottom             = 14.0, 40.0
	plotInnerWidth, plotInnerHeight = plotWidth - plotLeft - plotRight, plotHeight - plotTop - plotBottom
	mostImportant                   = 25
)

// plot is a chart of lines and points.
type plot struct {
	Lines  []line
	Points []point
	XTicks []tick
	YTicks []tick
	XName  string
}

type line struct{ Class, Points string }

type point struct {
	X, Y, Low, High float64
	Title           string
}

type tick struct {
	At    float64
	Label string
}

// Height of the chart of n rows.
func (v view) Height(n int) int { return n*rowHeight + 8 }

func (r *Report) view() view {
	v := view{Report: r, Verdict: "not adopted", Class: "worse"}
	switch {
	case r.Decision.Forced:
		v.Verdict, v.Class = "adopted by force", "worse"
	case r.Decision.Adopted:
		v.Verdict, v.Class = "adopted", "better"
	case r.Decision.Wins:
		v.Verdict, v.Class = "wins, but not adopted", "better"
	}
	j := &r.Judgement
	for i, f := range j.Figures {
		class := "other"
		if i == 0 {
			class = "mean"
		}
		v.Figures = append(v.Figures, bar{
			Name: f.Name, Label: fmt.Sprintf("%.3f", f.NDCG.Mean), Y: i * rowHeight, X: rowLeft,
			Width: rowSpan * f.NDCG.Mean, Low: rowLeft + rowSpan*f.NDCG.Low, High: rowLeft + rowSpan*f.NDCG.High, Class: class,
		})
	}
	v.Segments = segmentBars(j.Segments)
	v.Importance = importanceBars(j.Importance)
	v.Learning = learningPlot(r.Epochs)
	v.Reliability = reliabilityPlot(j)
	v.Gain = gainPlot(j.Gain)
	v.Examination = examinationPlot(j.Examination)
	for i, name := range []string{"training (oldest)", "validation", "test (newest)"} {
		v.Parts = append(v.Parts, partView{name, r.Searches[i], r.Impressions[i], r.Clicks[i]})
	}
	return v
}

// segmentBars are dots with intervals around a line at 0, which is in the middle.
func segmentBars(segments []SegmentFigure) []bar {
	reach := 0.01
	for _, s := range segments {
		reach = max(reach, math.Abs(s.Difference.Low), math.Abs(s.Difference.High))
	}
	at := func(value float64) float64 { return rowLeft + rowSpan/2*(1+value/reach) }
	var bars []bar
	for i, s := range segments {
		class := "equal"
		switch {
		case s.Difference.Low > 0:
			class = "better"
		case s.Difference.High < 0:
			class = "worse"
		}
		bars = append(bars, bar{
			Name: s.Name, Note: grouped(s.Searches), Label: fmt.Sprintf("%+.3f", s.Difference.Mean), Y: i * rowHeight,
			X: at(s.Difference.Mean), Low: at(s.Difference.Low), High: at(s.Difference.High), Class: class,
		})
	}
	return bars
}

func importanceBars(all []Importance) []bar {
	var bars []bar
	for i, f := range all[:min(len(all), mostImportant)] {
		bars = append(bars, bar{
			Name: f.Feature, Label: fmt.Sprintf("%.3f", f.Contribution), Note: fmt.Sprintf("%+.4f", f.Permuted), Y: i * rowHeight,
			X: rowLeft, Width: rowSpan * f.Contribution / max(all[0].Contribution, 1e-9), Class: "mean",
		})
	}
	return bars
}

// axes maps values to the view box and marks them.
type axes struct{ fromX, toX, fromY, toY float64 }

func (a axes) x(value float64) float64 {
	return plotLeft + plotInnerWidth*(value-a.fromX)/max(a.toX-a.fromX, 1e-12)
}

func (a axes) y(value float64) float64 {
	return plotTop + plotInnerHeight*(1-(value-a.fromY)/max(a.toY-a.fromY, 1e-12))
}

func (a axes) line(class string, xs, ys []float64) line {
	var b strings.Builder
	for i := range xs {
		fmt.Fprintf(&b, "%.1f,%.1f ", a.x(xs[i]), a.y(ys[i]))
	}
	return line{class, b.String()}
}

// ticks are at round numbers, about five of them.
func ticks(from, to float64, at func(float64) float64, format func(float64) string) []tick {
	step := math.Pow(10, math.Floor(math.Log10(max(to-from, 1e-9)/2)))
	for _, factor := range []float64{1, 2, 5, 10, 20} {
		if (to-from)/(step*factor) <= 6 {
			step *= factor
			break
		}
	}
	var all []tick
	for value := math.Ceil(from/step-1e-9) * step; value <= to+step*1e-6; value += step {
		rounded := math.Round(value/step)*step + 0 // no -0
		all = append(all, tick{at(rounded), format(rounded)})
	}
	return all
}

func plain(value float64) string { return fmt.Sprintf("%.4g", value) }

func asPercent(value float64) string { return fmt.Sprintf("%.3g %%", 100*value) }

func learningPlot(epochs []Epoch) plot {
	if len(epochs) == 0 {
		return plot{}
	}
	var numbers, training, validation []float64
	for i, e := range epochs {
		numbers, validation = append(numbers, float64(i+1)), append(validation, e.Validation)
		if e.Training > 0 { // trees are not measured on what they learnt from
			training = append(training, e.Training)
		}
	}
	all := slices.Concat(training, validation)
	margin := (slices.Max(all) - slices.Min(all)) * 0.06
	a := axes{1, max(float64(len(epochs)), 2), slices.Min(all) - margin, slices.Max(all) + margin}
	p := plot{
		Lines:  []line{a.line("other", numbers[:len(training)], training), a.line("mean", numbers, validation)},
		XTicks: ticks(a.fromX, a.toX, a.x, plain), YTicks: ticks(a.fromY, a.toY, a.y, plain), XName: "epoch",
	}
	p.XTicks = slices.DeleteFunc(p.XTicks, func(t tick) bool { return strings.Contains(t.Label, ".") })
	for i, e := range epochs {
		if e.Best {
			at := a.y(e.Validation)
			p.Points = []point{{X: a.x(numbers[i]), Y: at, Low: at, High: at, Title: fmt.Sprintf("best epoch: %d, loss %.5f", i+1, e.Validation)}}
		}
	}
	return p
}

func reliabilityPlot(j *Judgement) plot {
	most := 0.01
	for _, b := range j.Reliability {
		most = max(most, b.Predicted, b.High)
	}
	a := axes{0, most * 1.04, 0, most * 1.04}
	p := plot{
		Lines:  []line{a.line("ideal", []float64{0, a.toX}, []float64{0, a.toX})},
		XTicks: ticks(0, a.toX, a.x, asPercent), YTicks: ticks(0, a.toY, a.y, asPercent), XName: "predicted",
	}
	for _, b := range j.Reliability {
		p.Points = append(p.Points, point{
			X: a.x(b.Predicted), Y: a.y(b.Observed), Low: a.y(b.Low), High: a.y(b.High),
			Title: fmt.Sprintf("%d rows: predicted %.2f %%, observed %.2f %%", b.Rows, 100*b.Predicted, 100*b.Observed),
		})
	}
	return p
}

func gainPlot(gain []float64) plot {
	xs, ys := []float64{0}, []float64{0}
	for i, share := range gain {
		xs, ys = append(xs, float64(i+1)/float64(len(gain))), append(ys, share)
	}
	a := axes{0, 1, 0, 1}
	return plot{
		Lines:  []line{a.line("ideal", []float64{0, 1}, []float64{0, 1}), a.line("mean", xs, ys)},
		XTicks: ticks(0, 1, a.x, asPercent), YTicks: ticks(0, 1, a.y, asPercent), XName: "best rows",
	}
}

func examinationPlot(e examination) plot {
	a := axes{1, examinedPlaces, 0, 1}
	p := plot{XTicks: ticks(0, a.toX, a.x, plain)[1:], YTicks: ticks(0, 1, a.y, asPercent), XName: "place in the list"}
	for _, screen := range slices.Sorted(maps.Keys(e)) {
		var xs []float64
		for i := range e[screen] {
			xs = append(xs, float64(i+1))
		}
		p.Lines = append(p.Lines, a.line("mean", xs, e[screen]))
	}
	return p
}

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
