package web

import (
	"strings"
	"testing"
)

// shopperFigures is a ShopperHealth of given figures.
type shopperFigures struct{ correction *OnlineCorrection }

func (f shopperFigures) Remembered() map[string]int { return map[string]int{"visitors": 12, "bots": 1} }

func (f shopperFigures) OnlineCorrection() (OnlineCorrection, bool) {
	if f.correction == nil {
		return OnlineCorrection{}, false
	}
	return *f.correction, true
}

func TestMetricsTellWhatIsLearntOfShoppers(t *testing.T) {
	for _, test := range []struct {
		correction *OnlineCorrection
		want, not  []string
	}{
		{nil, []string{`vitrine_behaviour_remembered{what="visitors"} 12`, `vitrine_behaviour_remembered{what="bots"} 1`}, []string{"vitrine_online"}},
		{&OnlineCorrection{}, []string{"vitrine_online_in_force 0"}, []string{"vitrine_online_loss_ratio"}},
		{&OnlineCorrection{Examples: 5000, Clicks: 300, LossRatio: 0.875, InForce: true}, []string{
			`vitrine_online_examples{clicked="yes"} 300`, `vitrine_online_examples{clicked="no"} 4700`, "vitrine_online_loss_ratio 0.875", "vitrine_online_in_force 1",
		}, nil},
	} {
		_, metrics := get(t, New(newFakeShop(t), Options{Shoppers: shopperFigures{test.correction}}), "/metrics")
		wantText(t, metrics, test.want...)
		for _, not := range test.not {
			if strings.Contains(metrics, not) {
				t.Errorf("%+v: the metrics tell of %s", test.correction, not)
			}
		}
	}
}
