package evaluation

import (
	"cmp"
	"encoding/json"
	"slices"
)

// QueryRow is one query in all modes.
type QueryRow struct {
	Query      Query
	Figures    [][]float64 // by mode, then metric, in the report's orders
	Difference float64     // NDCG@k of the last mode that is not the baseline − that of the baseline

	last    float64 // NDCG@k of the last mode
	modes   []string
	metrics []string
}

// PerQuery lists the measured queries of all modes, from what the last mode loses most against the one called
// baseline to what it wins most; ties the worse figure first, then in the order of ids. With one mode, its
// worst queries come first and the differences are 0.
func PerQuery(modes []ModeReport, baseline string) ([]QueryRow, error) {
	base, err := find(modes, baseline)
	if err != nil {
		return nil, err
	}
	last := base
	for _, m := range modes {
		if m.Mode != baseline {
			last = m
		}
	}
	names := make([]string, len(modes))
	for i, m := range modes {
		names[i] = m.Mode
	}
	metrics := make([]string, len(base.Metrics))
	for i, m := range base.Metrics {
		metrics[i] = m.Name
	}
	rows := make([]QueryRow, len(base.PerQuery))
	for i := range rows {
		row := QueryRow{Query: base.PerQuery[i].Query, modes: names, metrics: metrics}
		for _, m := range modes {
			row.Figures = append(row.Figures, m.PerQuery[i].Figures)
		}
		row.last = last.PerQuery[i].Figures[0]
		row.Difference = row.last - base.PerQuery[i].Figures[0]
		rows[i] = row
	}
	slices.SortFunc(rows, func(a, b QueryRow) int {
		return cmp.Or(
			cmp.Compare(a.Difference, b.Difference),
			cmp.Compare(a.last, b.last),
			cmp.Compare(a.Query.ID, b.Query.ID),
		)
	})
	return rows, nil
}

// MarshalJSON writes {"query":"q1","text":"red shoes","difference":0.2,"modes":{"keyword":{"ndcg@10":0.5,…},…}}.
func (r QueryRow) MarshalJSON() ([]byte, error) {
	modes := map[string]map[string]float64{}
	for i, mode := range r.modes {
		modes[mode] = map[string]float64{}
		for j, metric := range r.metrics {
			modes[mode][metric] = r.Figures[i][j]
		}
	}
	return json.Marshal(struct {
		Query      string                        `json:"query"`
		Text       string                        `json:"text,omitempty"`
		Photo      string                        `json:"photo,omitempty"`
		Difference float64                       `json:"difference"`
		Modes      map[string]map[string]float64 `json:"modes"`
	}{r.Query.ID, r.Query.Text, r.Query.Photo, r.Difference, modes})
}
