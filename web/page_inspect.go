package web

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vitrine/retrieval"
)

// inspectPage fills inspect.html: why a result stands where it stands.
type inspectPage struct {
	frame
	Card       card
	Facts      []fact
	Heading    string
	Rank       int
	Total      int
	Mode       string
	Generation string
	BackURL    string
	Previous   *link
	Next       *link
	Scored     bool // false when the catalogue was listed: there is nothing to explain
	Legs       []legRow
	Fused      string
	Features   []featureRow
	Idle       []featureRow // features without effect on the score
	Rules      []ruleRow
	Terms      int // contributions that make up the score
	Sum, Score string
	Exact      bool // Sum and Score are the same number
	Plans      []planRow
	Stages     []stageRow
	Ask        *productForm // nil when the server cannot tell why a product is missing
}

type legRow struct {
	Name, About                             string
	Rank, Score, Normalised, Weight, Effect string
	Note                                    string
	Bar                                     bar
}

type featureRow struct {
	Name, Value, Weight, Effect string
	Bar                         bar
}

type ruleRow struct {
	Rule, Effect string
	Bar          bar
}

type planRow struct {
	Name, Plan string
	Found      int
	Error      string
}

type stageRow struct {
	Stage, Elapsed string
	Bar            bar
}

// bar is a bar on a scale from 0 to 100; negative ones hang to the left of their origin.
type bar struct {
	X, Width, Origin float64
	Negative         bool
}

// inspectionURL leads to the explanation of a hit of r. It carries the rank, so that the page need
// only run the same search at that place, and the id, so that it can tell when another product
// stands there by now.
func inspectionURL(r request, hit *retrieval.Hit) string {
	r.Offset, r.Limit, r.Explain = hit.Rank-1, 0, false
	values := r.values()
	values.Set("id", hit.Product.ID)
	return "/inspect?" + values.Encode()
}

func (s *site) showInspection(w http.ResponseWriter, r *http.Request) error {
	asked, err := parseRequest(r.URL.Query())
	if err != nil {
		return s.showRefusal(w, r, asked, err)
	}
	photos, err := s.photosOf(asked)
	if err != nil {
		asked.Photos = nil
		asked = asked.settled()
		return s.showRefusal(w, r, asked, err)
	}
	// One neighbour on each side is asked for too, for the links to them.
	window := asked.at(max(0, asked.Offset-1))
	window.Limit = min(asked.Offset+2, retrieval.MaxDepth) - window.Offset
	window.Explain = true
	query := window.query(photos)
	query.Shopper = s.visitor(w, r).shopper()
	response, err := s.search(r.Context(), query)
	if err != nil {
		return s.showRefusal(w, r, asked, err)
	}
	at, id := asked.Offset-window.Offset, r.URL.Query().Get("id")
	if at >= len(response.Hits) || response.Hits[at].Product.ID != id {
		return s.showMoved(w, r, asked, id)
	}
	asked.Limit, asked.Explain = 0, false
	return render(w, http.StatusOK, "inspect.html", s.inspection(asked, response, at))
}

// showMoved leads to where the product of id stands by now, since the order follows what shoppers do. One that was led
// here already and moved again is refused.
func (s *site) showMoved(w http.ResponseWriter, r *http.Request, asked request, id string) error {
	_, ok := s.searcher.(Explainer)
	if !ok || id == "" || r.URL.Query().Has("moved") {
		return s.showRefusal(w, r, asked, errMoved)
	}
	values := asked.values()
	values.Set("product", id)
	http.Redirect(w, r, "/missing?"+values.Encode(), http.StatusSeeOther)
	return nil
}

// inspection lays out what the response says of its hit number at.
func (s *site) inspection(asked request, response *retrieval.Response, at int) *inspectPage {
	hit := &response.Hits[at]
	page := &inspectPage{
		frame:      s.frame("Why this result", asked),
		Card:       hitCard(hit, languageOf(asked.Text)),
		Facts:      facts(&hit.Product),
		Heading:    heading(asked),
		Rank:       hit.Rank,
		Total:      response.Total,
		Mode:       string(response.Mode),
		Generation: response.Generation,
		BackURL:    asked.at(asked.Offset / pageSize * pageSize).url("/"),
		Plans:      planRows(response.Legs),
		Stages:     stageRows(response.Timings),
	}
	if _, ok := s.searcher.(Explainer); ok {
		form := newProductForm(asked)
		page.Ask = &form
	}
	if at > 0 {
		page.Previous = neighbour(asked, &response.Hits[at-1])
	}
	if at+1 < len(response.Hits) {
		page.Next = neighbour(asked, &response.Hits[at+1])
	}
	if hit.Ledger != nil {
		page.explain(hit.Ledger)
	}
	return page
}

func neighbour(asked request, hit *retrieval.Hit) *link {
	title, _ := titleIn(&hit.Product, languageOf(asked.Text))
	return &link{Label: fmt.Sprintf("Rank %d", hit.Rank), About: title, URL: inspectionURL(asked, hit)}
}

// explain writes the ledger as rows, and adds up, in order, the contributions that are the score.
func (p *inspectPage) explain(ledger *retrieval.Ledger) {
	p.Scored = len(ledger.Legs) > 0 || len(ledger.Features) > 0 || len(ledger.Rules) > 0
	p.Fused = number(ledger.Fused)
	sum := 0.0
	count := func(contribution float64) {
		sum += contribution
		p.Terms++
	}

	widest := 0.0
	for _, leg := range ledger.Legs {
		widest = max(widest, math.Abs(leg.Contribution))
	}
	for _, leg := range ledger.Legs {
		p.Legs = append(p.Legs, newLegRow(&leg, widest))
		if len(ledger.Features) == 0 {
			count(leg.Contribution)
		}
	}

	widest = 0
	for _, feature := range ledger.Features {
		widest = max(widest, math.Abs(feature.Contribution))
	}
	for _, rule := range ledger.Rules {
		widest = max(widest, math.Abs(rule.Contribution))
	}
	for _, feature := range ledger.Features {
		row := featureRow{
			Name: attributeName(feature.Name), Value: short(feature.Value), Weight: short(feature.Weight),
			Effect: signed(feature.Contribution), Bar: around(feature.Contribution, widest),
		}
		if feature.Contribution == 0 {
			p.Idle = append(p.Idle, row)
		} else {
			p.Features = append(p.Features, row)
		}
		count(feature.Contribution)
	}
	for _, rule := range ledger.Rules {
		p.Rules = append(p.Rules, ruleRow{rule.Rule, signed(rule.Contribution), around(rule.Contribution, widest)})
		count(rule.Contribution)
	}
	p.Sum, p.Score, p.Exact = number(sum), number(ledger.Score), sum == ledger.Score
}

func newLegRow(leg *retrieval.LegEntry, widest float64) legRow {
	row := legRow{
		Name: legName(leg.Leg), About: legAbout(leg.Leg),
		Rank: "–", Score: short(leg.Score), Normalised: number(leg.Normalised), Weight: short(leg.Weight),
		Effect: signed(leg.Contribution), Bar: from(leg.Contribution, widest),
	}
	switch {
	case leg.Rank > 0:
		row.Rank = strconv.Itoa(leg.Rank)
	case leg.Backfilled:
		row.Note = "not among its candidates; score filled in"
	default:
		row.Note, row.Score = "not found", "–"
	}
	return row
}

func planRows(legs []retrieval.LegReport) []planRow {
	rows := make([]planRow, len(legs))
	for i, leg := range legs {
		rows[i] = planRow{legName(leg.Leg), leg.Plan, leg.Found, leg.Error}
	}
	return rows
}

func stageRows(timings []retrieval.Timing) []stageRow {
	var longest time.Duration
	for _, t := range timings {
		longest = max(longest, t.Duration)
	}
	rows := make([]stageRow, len(timings))
	for i, t := range timings {
		rows[i] = stageRow{t.Stage, elapsed(t.Duration), from(float64(t.Duration), float64(longest))}
	}
	return rows
}

// from is a bar that begins at the left edge; full is the value that fills the scale.
func from(value, full float64) bar {
	return bar{Width: 100 * share(value, full), Negative: value < 0}
}

// around is a bar that begins in the middle, to the right for positive values.
func around(value, full float64) bar {
	b := bar{Origin: 50, X: 50, Width: 50 * share(value, full), Negative: value < 0}
	if b.Negative {
		b.X -= b.Width
	}
	return b
}

// share is |value| / full in [0, 1], rounded to what can be seen.
func share(value, full float64) float64 {
	if full <= 0 || math.IsNaN(value) {
		return 0
	}
	return math.Round(min(math.Abs(value)/full, 1)*1000) / 1000
}

// number writes a contribution or score with six decimals and a true minus sign.
func number(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', 6, 64), "-", "−", 1)
}

func signed(v float64) string {
	if v > 0 {
		return "+" + number(v)
	}
	return number(v)
}

// short writes a value with four digits that count.
func short(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'g', 4, 64), "-", "−", 1)
}

// legs are the names of the engine's legs for readers who do not know them.
var legs = map[string]struct{ name, about string }{
	retrieval.LegKeyword:    {"Keyword", "your words in the product's text (BM25)"},
	retrieval.LegTextText:   {"Text → text", "meaning of your words against the product's text"},
	retrieval.LegTextImage:  {"Text → photo", "meaning of your words against the product's photos"},
	retrieval.LegPhotoImage: {"Photo → photo", "your photo against the product's photos"},
	retrieval.LegLikeImage:  {"Liked → photo", "photos of what you like against the product's photos"},
	retrieval.LegLikeText:   {"Liked → text", "texts of what you like against the product's text"},
	retrieval.LegNamed:      {"Named values", "brand, category, colour and attributes that your words name"},
}

func legName(leg string) string {
	if known, ok := legs[leg]; ok {
		return known.name
	}
	return leg
}

func legAbout(leg string) string { return legs[leg].about }
