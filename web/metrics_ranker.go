package web

import (
	"github.com/prometheus/client_golang/prometheus"
)

// RankerHealth tells whether the model that ranks still fits what shoppers do. It must be safe for concurrent use.
type RankerHealth interface {
	// FeatureDrift is the population stability index of each feature, the last day against the training; empty where
	// it is not known.
	FeatureDrift() map[string]float64
	// CalibrationRatio is how many clicks the last day had for each that was predicted; false where it is not known.
	CalibrationRatio() (ratio float64, known bool)
}

// rankerHealth shows a RankerHealth at every scrape. The names of features are the program's own.
type rankerHealth struct{ of RankerHealth }

var (
	driftDesc = prometheus.NewDesc("vitrine_ranker_feature_drift",
		"Population stability index of a feature in the searches of the last day, against the training of the live model: above 0.1 it has moved, above 0.25 a lot.", []string{"feature"}, nil)
	calibrationDesc = prometheus.NewDesc("vitrine_ranker_calibration_ratio",
		"Clicks of the last day for each that the live model predicts.", nil, nil)
)

func (h rankerHealth) Describe(into chan<- *prometheus.Desc) {
	into <- driftDesc
	into <- calibrationDesc
}

func (h rankerHealth) Collect(into chan<- prometheus.Metric) {
	for feature, index := range h.of.FeatureDrift() {
		into <- prometheus.MustNewConstMetric(driftDesc, prometheus.GaugeValue, index, feature)
	}
	if ratio, known := h.of.CalibrationRatio(); known {
		into <- prometheus.MustNewConstMetric(calibrationDesc, prometheus.GaugeValue, ratio)
	}
}
