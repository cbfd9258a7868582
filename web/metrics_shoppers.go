package web

import (
	"github.com/prometheus/client_golang/prometheus"
)

// ShopperHealth tells how much the server remembers of what shoppers did, and how what it learns from it at once does. It
// must be safe for concurrent use.
type ShopperHealth interface {
	// Remembered counts what is in memory, by the program's own names: visitors, products, bots.
	Remembered() map[string]int
	// OnlineCorrection tells how the correction of the ranker's model does; false where there is none.
	OnlineCorrection() (OnlineCorrection, bool)
}

// OnlineCorrection are the figures of what is learnt from clicks as they come.
type OnlineCorrection struct {
	Examples  int     // learnt
	Clicks    int     // among them
	LossRatio float64 // log loss with it over that without; 0 = not known yet
	InForce   bool    // it changes the order
}

// shopperHealth shows a ShopperHealth at every scrape.
type shopperHealth struct{ of ShopperHealth }

var (
	rememberedDesc = prometheus.NewDesc("vitrine_behaviour_remembered",
		"What is in memory of what shoppers did: visitors, those of them found to be bots, products that somebody touched.", []string{"what"}, nil)
	onlineExamplesDesc = prometheus.NewDesc("vitrine_online_examples",
		"Impressions that the correction of the live model has learnt, by whether they were clicked.", []string{"clicked"}, nil)
	onlineLossDesc = prometheus.NewDesc("vitrine_online_loss_ratio",
		"Log loss of the live model with its correction over that without, of the last examples before they were learnt: below 1 the correction helps.", nil, nil)
	onlineForceDesc = prometheus.NewDesc("vitrine_online_in_force",
		"1 while the correction changes the order of results, because it is seen to help; else 0.", nil, nil)
)

func (h shopperHealth) Describe(into chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{rememberedDesc, onlineExamplesDesc, onlineLossDesc, onlineForceDesc} {
		into <- desc
	}
}

func (h shopperHealth) Collect(into chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		into <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for what, count := range h.of.Remembered() {
		gauge(rememberedDesc, float64(count), what)
	}
	c, corrected := h.of.OnlineCorrection()
	if !corrected {
		return
	}
	gauge(onlineExamplesDesc, float64(c.Clicks), "yes")
	gauge(onlineExamplesDesc, float64(c.Examples-c.Clicks), "no")
	if c.LossRatio > 0 {
		gauge(onlineLossDesc, c.LossRatio)
	}
	inForce := 0.0
	if c.InForce {
		inForce = 1
	}
	gauge(onlineForceDesc, inForce)
}
