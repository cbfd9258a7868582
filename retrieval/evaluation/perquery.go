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
	Difference float64     // NDCG@k of the last mode − that of the baseline

	modes   []string
	metrics []string
}

// PerQuery lists the measured queries of all modes, from what the last of them loses most against the one
// called baseline to what it wins most, ties in the order of ids. With one mode, its worst queries come
// first and the differences are 0.
func PerQuery(modes []ModeReport, baseline string) ([]QueryRow, error) {
	base, err := find(modes, baseline)
	if err != nil {
		return nil, err
	}
	last := modes[len(modes)-1]
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
		row.Difference = last.PerQuery[i].Figures[0] - base.PerQuery[i].Figures[0]
		rows[i] = row
	}
	slices.SortFunc(rows, func(a, b QueryRow) int {
		return cmp.Or(
			cmp.Compare(a.Difference, b.Difference),
			cmp.Compare(a.Figures[len(modes)-1][0], b.Figures[len(modes)-1][0]),
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
