package behaviour

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distmv"
)

func TestLoyaltyIsFoundFromTheChoicesOfManyVisitors(t *testing.T) {
	const values, visitors, choices = 12, 3000, 6
	for _, strength := range []float64{5, 30, 150} {
		random := rand.New(rand.NewPCG(1, uint64(strength)))
		alpha := make([]float64, values)
		for i := range alpha {
			alpha[i] = strength / values
		}
		tastes := distmv.NewDirichlet(alpha, random)
		l := loyalty{}
		for range visitors {
			taste, counts := tastes.Rand(nil), [values]float64{}
			for n := range choices {
				value, left := 0, random.Float64()
				for left -= taste[0]; left > 0 && value < values-1; left -= taste[value] {
					value++
				}
				if n > 0 {
					l.add(counts[value] / float64(n))
				}
				counts[value]++
			}
		}
		l.estimate(1. / values)
		if l.strength < 0.7*strength || l.strength > 1.5*strength {
			t.Errorf("visitors of strength %v are taken for %.1f", strength, l.strength)
		}
	}
	var unknown loyalty
	if unknown.estimate(0.1); unknown.strength < firstStrength-1e-9 || unknown.strength > firstStrength+1e-9 {
		t.Errorf("before anything is known the strength is %v", unknown.strength)
	}
	disloyal := loyalty{again: 10, choices: 10_000}
	if disloyal.estimate(0.1); disloyal.strength != mostStrength {
		t.Errorf("visitors who never choose the same again have the strength %v", disloyal.strength)
	}
}
