package ctr

// Contributions takes the log odds of a row apart: a base that all rows have, and what each feature adds by not being
// at its mean. Up to rounding they add up to the log odds.
func (m *Model) Contributions(row []float64) (base float64, parts []float64) {
	score := m.Scores(row, nil)[0]
	base, parts = score, make([]float64, len(row))
	changed := append([]float64(nil), row...)
	for j := range parts {
		changed[j] = m.standard.mean[j]
		parts[j] = score - m.Scores(changed, nil)[0]
		base -= parts[j]
		changed[j] = row[j]
	}
	return base, parts
}
