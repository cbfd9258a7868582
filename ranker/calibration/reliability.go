package calibration

import (
	"fmt"
	"math"
)

// Bin is a row of a reliability table: rows of about the same chance, and how many of them were clicked.
type Bin struct {
	Rows      int     `json:"rows"`
	Predicted float64 `json:"predicted"` // mean chance
	Observed  float64 `json:"observed"`  // share that was clicked
	Low       float64 `json:"low"`       // 95 % interval of Observed (Wilson 1927)
	High      float64 `json:"high"`
}

// Reliability parts the rows by rising chance into at most the given number of bins, of as equal a count
// as rows of one chance, which stay together, allow. An error wraps ErrRows.
func Reliability(chances, labels []float64, bins int) ([]Bin, error) {
	if err := checkRows(chances, labels, nil); err != nil {
		return nil, err
	}
	if bins < 1 {
		return nil, fmt.Errorf("%w: %d bins: choose 1 or more", ErrRows, bins)
	}
	order := ascending(chances)
	var table []Bin
	for number, begin := 1, 0; number <= bins; number++ {
		end := number * len(order) / bins
		for end > 0 && end < len(order) && chances[order[end]] == chances[order[end-1]] {
			end++
		}
		if end <= begin { // the rows before took its place
			continue
		}
		var chance, clicks float64
		for _, row := range order[begin:end] {
			chance += chances[row]
			clicks += labels[row]
		}
		rows := float64(end - begin)
		low, high := wilson(clicks, rows)
		table = append(table, Bin{end - begin, chance / rows, clicks / rows, low, high})
		begin = end
	}
	return table, nil
}

// wilson is the 95 % score interval of a share (Wilson 1927).
func wilson(clicks, rows float64) (low, high float64) {
	const z = 1.959963984540054
	share := clicks / rows
	centre := (share + z*z/(2*rows)) / (1 + z*z/rows)
	half := z / (1 + z*z/rows) * math.Sqrt(share*(1-share)/rows+z*z/(4*rows*rows))
	return min(share, max(0, centre-half)), max(share, min(1, centre+half)) // the share is within, whatever the rounding
}

// ECE is the expected calibration error of a reliability table: the mean distance of observed from
// predicted, each bin by its rows (Naeini et al. 2015).
func ECE(table []Bin) float64 {
	var sum, rows float64
	for _, b := range table {
		sum += float64(b.Rows) * math.Abs(b.Observed-b.Predicted)
		rows += float64(b.Rows)
	}
	return sum / rows
}

// LogLoss is the mean negative log likelihood of the labels, in nats. Chances are cut to
// [2⁻⁵², 1-2⁻⁵²], so that a chance of 0 that was wrong costs 36 and not infinity. An error wraps ErrRows.
func LogLoss(chances, labels []float64) (float64, error) {
	if err := checkRows(chances, labels, nil); err != nil {
		return 0, err
	}
	const least = 0x1p-52
	sum := 0.0
	for i, chance := range chances {
		chance = min(max(chance, least), 1-least)
		if labels[i] == 1 {
			sum -= math.Log(chance)
		} else {
			sum -= math.Log1p(-chance)
		}
	}
	return sum / float64(len(chances)), nil
}
