package indexer_test

import (
	"context"
	"fmt"
	"image/color"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// steadyEncoder takes 4 ms for a photo, as a small model does on one core.
type steadyEncoder struct{ indexertest.Encoder }

func (e *steadyEncoder) EmbedPhotos(ctx context.Context, photos [][]byte) ([][]float32, []error, error) {
	time.Sleep(time.Duration(len(photos)) * 4 * time.Millisecond)
	return e.Encoder.EmbedPhotos(ctx, photos)
}

// BenchmarkBuildRemotePhotos indexes 2,000 products, each with a photo on one of four servers, which answer in 20 ms, and
// one time in fifty in 600 ms.
func BenchmarkBuildRemotePhotos(b *testing.B) {
	var asked atomic.Int64
	var servers []string
	for range 4 {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			n := asked.Add(1)
			if n%50 == 0 {
				time.Sleep(580 * time.Millisecond)
			}
			time.Sleep(20 * time.Millisecond)
			_, _ = w.Write(indexertest.Photo(color.RGBA{uint8(n), uint8(n >> 8), 7, 255}))
		}))
		defer server.Close()
		servers = append(servers, server.URL)
	}
	lines := make([]string, 2000)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"id":"p%d","title":"Number %d","photos":["%s/%d.png"]}`, i, i, servers[i%4], i)
	}
	for b.Loop() {
		s := newRemoteShop(b)
		s.encoder = &steadyEncoder{}
		summary, err := s.index(context.Background(), func(o *indexer.BuildOptions) { s.options(o, false) }, lines...)
		if err != nil || len(summary.PhotoProblems) > 0 {
			b.Fatalf("%+v, %v", summary, err)
		}
		b.ReportMetric(100*summary.Encoding.Seconds()/summary.Elapsed.Seconds(), "%encoding")
	}
}
