package learning

import (
	"strings"
	"testing"
)

func TestTheGateAsksForAllThreeRules(t *testing.T) {
	for _, test := range []struct {
		name                    string
		low, logLoss, aucLesser float64
		wins                    bool
		says                    string
	}{
		{"better in all", 0.001, 0.09, -0.01, true, "it ranks better"},
		{"as good within what is tolerated", 0.001, 0.1004, 0.019, true, "not worse"},
		{"an interval that touches 0", 0, 0.09, 0, false, "does not clearly rank better"},
		{"surer than it may be", 0.001, 0.1006, 0, false, "beside 0.10000, worse"},
		{"the shown order turned around", 0.05, 0.09, 0.021, false, "only turn the shown order around"},
	} {
		wins, reasons := Gate(Judgement{Figures: []Figure{
			{LogLoss: test.logLoss, AUC: 0.8 - test.aucLesser},
			{LogLoss: 0.1, AUC: 0.8, Difference: Estimate{Mean: test.low + 0.01, Low: test.low, High: test.low + 0.02}},
		}})
		if wins != test.wins || !strings.Contains(strings.Join(reasons, "\n"), test.says) {
			t.Errorf("%s: %v, %q", test.name, wins, reasons)
		}
	}
}
