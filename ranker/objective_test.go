package ranker

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/retrieval"
)

func TestObjectivesAreFormulas(t *testing.T) {
	outlook := Outlook{Click: 0.5, Cart: 0.25, Purchase: 0.125, Price: 40, Margin: -8}
	for text, want := range map[string]float64{
		"conversion":                   0.125,
		"revenue":                      5,
		"profit":                       -1,
		" purchase * price ":           5,
		"click + 20*purchase":          3,
		"click - cart / 2":             0.375,
		"-(click - 1)":                 0.5,
		"+cart*2":                      0.5,
		"1.5e1 * click":                7.5,
		"sqrt(price*10)":               20,
		"log(price/40) + purchase":     0.125,
		"max(purchase*margin, click)":  0.5,
		"min(click, cart, purchase,1)": 0.125,
	} {
		o, err := ParseObjective(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := o.value(&outlook); math.Abs(got-want) > 1e-12 {
			t.Errorf("%q = %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"", "clicks", " clicks\n"} {
		if o, err := ParseObjective(text); err != nil || o.String() != Clicks || o.value != nil {
			t.Errorf("%q: %v, %v", text, o, err)
		}
	}
}

func TestWhatIsNoObjectiveIsRefusedWithTheReason(t *testing.T) {
	for text, want := range map[string]string{
		"purchase *":                       "write clicks, conversion, profit, revenue, or a formula such as",
		"purchase; click":                  "formula such as",
		"sales":                            "sales is unknown: there are cart, click, margin, price, purchase",
		"3 * 4":                            "the same for all products",
		"click % 2":                        "% cannot be used here",
		"!click":                           "! cannot be used here",
		"exp(click)":                       "exp is no function: there are log, max, min, sqrt",
		"log(click, cart)":                 "log has 2 arguments",
		"min()":                            "min has 0 arguments",
		`click + "a"`:                      `"a" is no number`,
		"click + 2i":                       "2i is no number",
		"click.x":                          "numbers, names, + - * / and functions only",
		"func() {}()":                      "no function",
		strings.Repeat("(", 200) + "click": "formula such as",
		strings.Repeat("(", 200) + "click" + strings.Repeat(")", 200): "nested deeper than 50",
		strings.Repeat("click + ", 100) + "click":                     "the limit is 500",
	} {
		if _, err := ParseObjective(text); !errors.Is(err, ErrObjective) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

// seer forecasts what the products' SKU says; its clicks are those of the prior.
type seer struct {
	*Logistic
	purchase []float64
}

func (s seer) Forecasts() bool { return true }

func (s seer) Forecast(m Matrix, into []Outlook) {
	for i := range into {
		into[i] = Outlook{Click: 0.5, Cart: 0.3, Purchase: s.purchase[i]}
	}
}

func TestTheOrderPursuesTheObjectiveAndTheLedgerAddsUp(t *testing.T) {
	product := func(price, margin int64, currency string) retrieval.Candidate {
		return retrieval.Candidate{Product: &catalog.Product{PriceCents: price, MarginCents: margin, Currency: currency}}
	}
	candidates := []retrieval.Candidate{
		product(1000, 500, "EUR"),  // bought by 1 in 10
		product(5000, 100, "EUR"),  // 1 in 20
		product(0, 0, "EUR"),       // 1 in 5, price and margin unknown: 30 and 3
		product(9000, -800, "EUR"), // 1 in 2, at a loss
		product(100, 90, "SEK"),    // 1 in 4, not comparable: 30 and 3
	}
	model := seer{Prior(), []float64{0.1, 0.05, 0.2, 0.5, 0.25}}
	candidates = append(candidates, product(3000, 500, "EUR"))
	model.purchase = append(model.purchase, 0.001)
	for _, test := range []struct {
		objective string
		want      []float64 // values of the formula; nil = clicks
	}{
		{"clicks", nil},
		{"conversion", []float64{0.1, 0.05, 0.2, 0.5, 0.25, 0.001}},
		{"revenue", []float64{1, 2.5, 8, 45, 10, 0.03}},
		{"profit", []float64{0.5, 0.05, 0.6, -4, 0.75, 0.005}},
	} {
		objective, err := ParseObjective(test.objective)
		if err != nil {
			t.Fatal(err)
		}
		ranked, err := New(model, objective, nil).Rank(t.Context(), redDress, candidates)
		if err != nil {
			t.Fatal(err)
		}
		if ranked.Objective != test.objective {
			t.Errorf("%s: the report says %s", test.objective, ranked.Objective)
		}
		for i := range candidates {
			sum := 0.0
			entries := ranked.Explain(i)
			for _, e := range entries {
				sum += e.Contribution
			}
			if sum != ranked.Scores[i] {
				t.Errorf("%s: the ledger of %d adds up to %v, the score is %v", test.objective, i, sum, ranked.Scores[i])
			}
			if last := entries[len(entries)-1]; test.want != nil && (last.Name != objectiveName || math.Abs(last.Value-test.want[i]) > 1e-12) {
				t.Errorf("%s: the entry of %d is %+v, want %v", test.objective, i, last, test.want[i])
			}
			for j := range candidates {
				if test.want != nil && test.want[i] > test.want[j] && ranked.Scores[i] <= ranked.Scores[j] {
					t.Errorf("%s: %d is worth more than %d and stands below", test.objective, i, j)
				}
			}
		}
	}
}

func TestAModelOfClicksAloneKeepsToClicks(t *testing.T) {
	candidates := randomCandidates(rand.New(rand.NewPCG(7, 7)), 20)
	want := rank(t, redDress, candidates).Scores
	for text, pursued := range map[string]string{"profit": Clicks, "click*price": "click*price"} {
		objective, err := ParseObjective(text)
		if err != nil {
			t.Fatal(err)
		}
		r := at(today)
		r.Pursue(objective)
		if got := r.Objective().String(); got != pursued {
			t.Errorf("%s: %s is pursued", text, got)
		}
		ranked, err := r.Rank(t.Context(), redDress, candidates)
		if err != nil || ranked.Objective != pursued {
			t.Fatalf("%s: %+v, %v", text, ranked, err)
		}
		for i, score := range ranked.Scores {
			if pursued == Clicks && score != want[i] {
				t.Errorf("candidate %d: %v, want %v", i, score, want[i])
			}
		}
	}
}

func TestScoresOfAnObjectiveAreFinite(t *testing.T) {
	for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1, -1e300, 1e300, leastValue} {
		if got := logarithm(value); finite(got) != got {
			t.Errorf("logarithm(%v) = %v", value, got)
		}
	}
	previous := math.Inf(-1)
	for _, value := range []float64{-1e6, -1, -1e-9, 0, 1e-12, 0.999e-9, 1e-9, 1.001e-9, 1, 1e9} {
		if got := logarithm(value); got <= previous {
			t.Errorf("logarithm(%v) = %v is not above %v", value, got, previous)
		} else {
			previous = got
		}
	}
}

func FuzzParseObjective(f *testing.F) {
	for _, text := range []string{"profit", "click + 20*purchase", "min(click, -cart)/(price)", "((((", "a.b[1](2)", "\xff", "1/0*click"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ParseObjective(text)
		if err != nil {
			if !errors.Is(err, ErrObjective) {
				t.Errorf("error %v", err)
			}
			return
		}
		if o.value != nil {
			if got := logarithm(o.value(&Outlook{Click: 0.1, Cart: 0.01, Purchase: 0.001, Price: 20})); finite(got) != got {
				t.Errorf("%q gives %v", text, got)
			}
		}
	})
}
