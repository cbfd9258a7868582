package ctr

// Contributions takes the log odds of a row apart: a base that all rows have, and what each feature adds by not being
// at its mean. Up to rounding they add up to the log odds.
func (m *Model) Contributions(row []float64) (base float64, parts []float64) {
	width := len(row)
	inputs := m.standard.apply(row)
	rows := make([]float64, 0, (width+1)*width)
	rows = append(rows, inputs...)
	for j := range width {
		rows = append(rows, inputs...)
		rows[(j+1)*width+j] = 0
	}
	scores := m.network.logits(rows)
	base, parts = scores[0], make([]float64, width)
	for j := range parts {
		parts[j] = scores[0] - scores[j+1]
		base -= parts[j]
	}
	return base, parts
}
