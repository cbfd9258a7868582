package web

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

type rankerFigures struct{}

func (rankerFigures) FeatureDrift() map[string]float64  { return map[string]float64{"price": 0.1} }
func (rankerFigures) CalibrationRatio() (float64, bool) { return 1, true }

var (
	metricName  = regexp.MustCompile(`\b(vitrine|go|process)_[a-z0-9_]+`)
	labelGroups = regexp.MustCompile(`(?:by|ignoring) \(([^)]*)\)`)
	matchers    = regexp.MustCompile(`([a-z_]+)=~?"`)
	sample      = regexp.MustCompile(`(?m)^([a-z0-9_]+)(?:\{(.*)\})? `)
)

// scraped are the metrics of a server in which everything has happened, with their labels.
func scraped(t *testing.T) map[string]map[string]bool {
	t.Helper()
	shop := newFakeShop(t)
	shop.change = func(r *retrieval.Response) {
		r.Legs = append(r.Legs, retrieval.LegReport{Leg: retrieval.LegTextText, Error: "late"})
	}
	status := &Status{
		Generation: &GenerationStatus{Created: time.Now()}, Disk: DiskStatus{Parts: []DiskPart{{"catalog.db", 1000}}, Free: 1},
	}
	site := newSite(shop, Options{
		Ranker: rankerFigures{}, Shoppers: shopperFigures{&OnlineCorrection{Examples: 1, LossRatio: 1}}, Status: fakeStatus{status},
	}.WithDefaults())
	get(t, site.handler(), "/api/v1/search?q=shoes")
	site.metrics.eventsRecorded(catalog.Recorded{Events: 1}, 1)
	site.metrics.eventDoubted("no token")
	site.metrics.searchRecorded(true)
	site.metrics.productDeleted()
	_, text := get(t, site.handler(), "/metrics")
	found := map[string]map[string]bool{}
	for _, line := range sample.FindAllStringSubmatch(text, -1) {
		labels := map[string]bool{"instance": true} // which Prometheus adds
		for _, matched := range matchers.FindAllStringSubmatch(line[2], -1) {
			labels[matched[1]] = true
		}
		found[line[1]] = labels
	}
	return found
}

func TestTheDashboardAsksForMetricsAndLabelsThatThereAreAndShowsAllOfVitrines(t *testing.T) {
	text, err := os.ReadFile("../docs/deploy/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Annotations struct{ List []struct{ Name, Expr string } }
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	metrics, shown := scraped(t), map[string]bool{}
	check := func(title, expr string) {
		allowed := map[string]bool{}
		for _, name := range metricName.FindAllString(expr, -1) {
			if metrics[name] == nil {
				t.Errorf("%s asks for %s, which is not at /metrics", title, name)
			}
			for label := range metrics[name] {
				allowed[label] = true
			}
			shown[strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count")] = true
		}
		asked := matchers.FindAllStringSubmatch(expr, -1)
		for _, group := range labelGroups.FindAllStringSubmatch(expr, -1) {
			for label := range strings.SplitSeq(group[1], ", ") {
				asked = append(asked, []string{"", label})
			}
		}
		for _, label := range asked {
			if !allowed[label[1]] {
				t.Errorf("%s asks for the label %s, which its metrics do not have: %s", title, label[1], expr)
			}
		}
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			check(panel.Title, target.Expr)
		}
	}
	for _, annotation := range dashboard.Annotations.List {
		check(annotation.Name, annotation.Expr)
	}
	for _, name := range metricName.FindAllString(string(text), -1) { // also in what the variables are read from
		if metrics[name] == nil {
			t.Errorf("the dashboard names %s, which is not at /metrics", name)
		}
	}
	for name := range metrics {
		base := strings.NewReplacer("_bucket", "", "_count", "", "_sum", "").Replace(name)
		if strings.HasPrefix(name, "vitrine_") && !shown[base] {
			t.Errorf("no panel shows %s", base)
		}
	}
}
