package behaviour

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

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

// Bots that come back for one product would else make every visitor's taste count for more.
func TestWhoComesBackForTheSameProductTeachesNothingOfLoyalty(t *testing.T) {
	shop := newShelf(6)
	s := New(shop, Options{})
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	visit := func(day int, product string) float64 {
		id := fmt.Sprint("q", day)
		searched(s, id, "v", "thing", at.AddDate(0, 0, day), []string{product}, []string{product})
		var choices float64
		for _, l := range s.loyalties {
			choices += l.choices
		}
		return choices
	}
	if visit(0, "p0"); visit(1, "p0") != 0 || visit(2, "p0") != 0 {
		t.Errorf("the same product again: %+v", s.loyalties)
	}
	if visit(3, "p1") == 0 {
		t.Error("another product teaches nothing either")
	}
}
