package retrieval

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestRoundBoundsFollowThePricesInRoundSteps(t *testing.T) {
	for name, c := range map[string]struct{ prices, want []float64 }{
		"one price":              {[]float64{25, 25, 25}, nil},
		"two prices":             {[]float64{19.99, 49.99}, []float64{20}},
		"spread over magnitudes": {[]float64{3, 8, 12, 19, 22, 35, 48, 110, 180, 900}, []float64{10, 20, 50, 200}},
		"narrow":                 {[]float64{81, 82, 83, 84, 85, 86, 87}, []float64{82, 83, 85, 86}},
		"cents":                  {[]float64{0.05, 0.07, 0.12, 0.31, 0.44}, []float64{0.07, 0.1, 0.3, 0.4}},
		"a cent apart":           {[]float64{9.99, 10}, []float64{10}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := roundBounds(c.prices); !slices.Equal(got, c.want) {
				t.Errorf("bounds %v, want %v", got, c.want)
			}
		})
	}
}

func TestRoundBoundsLieBetweenThePrices(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		prices := make([]float64, 1+rng.IntN(30))
		most := 1 + rng.IntN(1_000_000)
		for i := range prices {
			prices[i] = float64(1+rng.IntN(most)) / 100
		}
		slices.Sort(prices)
		bounds := roundBounds(prices)
		if prices[0] != prices[len(prices)-1] && len(bounds) == 0 {
			t.Fatalf("no bounds within %v", prices)
		}
		for i, bound := range bounds {
			if bound <= prices[0] || bound > prices[len(prices)-1] || i > 0 && bound <= bounds[i-1] {
				t.Fatalf("bounds %v of %v", bounds, prices)
			}
		}
	}
}
