package web

import (
	"context"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// statusMetrics shows a StatusReporter at every scrape. What cannot be told is left out.
type statusMetrics struct{ of StatusReporter }

var (
	productsDesc = prometheus.NewDesc("vitrine_catalogue_products", "Products in the catalogue.", nil, nil)
	deltaDesc    = prometheus.NewDesc("vitrine_catalogue_delta_products", "Products that changed, came or went since the live index generation was built.", nil, nil)
	pendingDesc  = prometheus.NewDesc("vitrine_catalogue_pending_images", "Photos that are still to be had.", nil, nil)
	createdDesc  = prometheus.NewDesc("vitrine_generation_created_timestamp_seconds", "When the live index generation was built, in Unix time: time() less this is its age.", nil, nil)
	diskDesc     = prometheus.NewDesc("vitrine_disk_bytes", "What the data directory takes on the disk, by part.", []string{"part"}, nil)
	diskFreeDesc = prometheus.NewDesc("vitrine_disk_free_bytes", "What is free on the disk of the data directory.", nil, nil)
)

// diskParts are the parts that have a label of their own.
var diskParts = []string{"catalog.db", "embeddings.db", "index", "ranker", "adapters", "models"}

func (s statusMetrics) Describe(into chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{productsDesc, deltaDesc, pendingDesc, createdDesc, diskDesc, diskFreeDesc} {
		into <- desc
	}
}

func (s statusMetrics) Collect(into chan<- prometheus.Metric) {
	status, err := s.of.Status(context.Background())
	if err != nil {
		return
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		into <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	gauge(productsDesc, float64(status.Catalogue.Products))
	gauge(deltaDesc, float64(status.Catalogue.Delta))
	gauge(pendingDesc, float64(status.Catalogue.PendingImages))
	if g := status.Generation; g != nil {
		gauge(createdDesc, float64(g.Created.Unix()))
	}
	parts := map[string]int64{}
	for _, part := range status.Disk.Parts {
		name, _, _ := strings.Cut(part.Name, "/")
		if !slices.Contains(diskParts, name) {
			name = "other"
		}
		parts[name] += part.Bytes
	}
	for name, bytes := range parts {
		gauge(diskDesc, float64(bytes), name)
	}
	if status.Disk.Free >= 0 {
		gauge(diskFreeDesc, float64(status.Disk.Free))
	}
}
