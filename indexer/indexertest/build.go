package indexertest

import (
	"context"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
)

// Build indexes products with Encoder and returns the data directory, which lasts as long as the test.
func Build(t testing.TB, products []catalog.Product) (dataDir string) {
	t.Helper()
	dataDir = t.TempDir()
	Rebuild(t, dataDir, products)
	return dataDir
}

// Rebuild adds products to those of a data directory and makes its next generation.
func Rebuild(t testing.TB, dataDir string, products []catalog.Product) *indexer.Summary {
	t.Helper()
	ctx := context.Background()
	lock, err := catalog.LockDir(dataDir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	store, err := catalog.Open(ctx, dataDir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	cache, err := catalog.OpenEmbeddings(ctx, dataDir)
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	if _, err := store.Apply(ctx, products); err != nil {
		t.Fatal(err)
	}
	summary, err := indexer.Build(ctx, indexer.BuildOptions{
		DataDir: dataDir, Store: store, Cache: cache, Encoder: &Encoder{}, Model: Model,
	})
	if err != nil {
		t.Fatal(err)
	}
	return summary
}
