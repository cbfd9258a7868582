package indexer_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// electronics is a real catalogue of 19,406 products without photos.
const electronics = "../../shared/data/electronics/products.jsonl.gz"

// buildElectronics indexes it into dir and returns the time of each stage.
func buildElectronics(b testing.TB, dir string) map[string]time.Duration {
	b.Helper()
	if _, err := os.Stat(electronics); err != nil {
		b.Skipf("the data kit is not beside the repository: %v", err)
	}
	feed, err := catalog.OpenFeed(electronics, catalog.FeedOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer feed.Close()
	s := newShop(b)
	s.dir = dir
	spent, stage, since := make(map[string]time.Duration), "feed", time.Now()
	summary, err := s.index(context.Background(), func(o *indexer.BuildOptions) {
		o.Feed = feed
		o.Progress = func(at string, _, _ int) {
			if at != stage {
				spent[stage] += time.Since(since)
				stage, since = at, time.Now()
			}
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	spent[stage] += time.Since(since)
	if summary.Products != 19406 {
		b.Fatalf("%d products", summary.Products)
	}
	return spent
}

func BenchmarkBuild(b *testing.B) {
	total := make(map[string]time.Duration)
	for i := range b.N {
		for stage, spent := range buildElectronics(b, filepath.Join(b.TempDir(), string(rune('a'+i)))) {
			total[stage] += spent
		}
	}
	for stage, spent := range total {
		b.ReportMetric(spent.Seconds()/float64(b.N), stage+"-s/op")
	}
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	buildElectronics(b, dir)
	b.ResetTimer()
	for range b.N {
		index, err := indexer.Open(context.Background(), dir)
		if err != nil {
			b.Fatal(err)
		}
		if err := index.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	dir := b.TempDir()
	buildElectronics(b, dir)
	index, err := indexer.Open(context.Background(), dir)
	if err != nil {
		b.Fatal(err)
	}
	defer index.Close()
	snapshot := index.Acquire()
	defer snapshot.Release()
	queries := []string{"laptop", "usb c cable", "wireless noise cancelling headphones", "samsng galaxy", "printer toner black"}
	b.Run("keyword/k=300", func(b *testing.B) {
		for i := range b.N {
			if _, err := snapshot.Keyword(context.Background(), indexer.KeywordQuery{Terms: queries[i%len(queries)], K: 300}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("nearest/k=300", func(b *testing.B) {
		vectors, err := new(indexertest.Encoder).EmbedTexts(context.Background(), queries)
		if err != nil {
			b.Fatal(err)
		}
		for i := range b.N {
			if _, _, err := snapshot.Nearest(context.Background(), indexer.SpaceText, vectors[i%len(vectors)], 300, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
