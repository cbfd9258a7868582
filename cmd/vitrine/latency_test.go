package main

import (
	"slices"
	"testing"
	"time"

	"vitrine/retrieval"
)

// BenchmarkQuery measures whole queries, embedding included, over the 9,002 products of the fashion kit,
// and reports the median and the 99th percentile in milliseconds.
func BenchmarkQuery(b *testing.B) {
	shop := openFashion(b)
	texts := []string{"red casual shoes for women", "nike", "blue jeans", "leather wallet men", "watch", "black dress", "红色连衣裙", "sports sandals"}
	photos := streetPhotos(b, 100)
	for _, mode := range []retrieval.Mode{retrieval.ModeKeyword, retrieval.ModeHybrid, retrieval.ModeRanked} {
		b.Run("text/mode="+string(mode), func(b *testing.B) {
			measureQueries(b, shop, func(i int) retrieval.Query {
				return retrieval.Query{Text: texts[i%len(texts)], Mode: mode}
			})
		})
	}
	b.Run("photo/mode=ranked", func(b *testing.B) {
		measureQueries(b, shop, func(i int) retrieval.Query {
			return retrieval.Query{Photos: []retrieval.PhotoQuery{{Data: photos[i%len(photos)].photo}}}
		})
	})
}

// measureQueries runs one query after the other on one goroutine.
func measureQueries(b *testing.B, shop *shop, query func(i int) retrieval.Query) {
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		q := query(i)
		begun := time.Now()
		if _, err := shop.engine.Search(b.Context(), q); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
