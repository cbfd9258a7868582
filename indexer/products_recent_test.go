package indexer

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"vitrine/catalog"
)

func writeProducts(t testing.TB, list []catalog.Product) *products {
	t.Helper()
	path := filepath.Join(t.TempDir(), productsFile)
	w, err := createProducts(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if err := w.add(&p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	p, err := openProducts(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.close() })
	return p
}

// Whoever asks, in whatever order and however often, gets the products that were asked for, and what is held stays
// within its bounds.
func TestRecentProductsAreThoseOfTheFile(t *testing.T) {
	const count = 600
	list := make([]catalog.Product, count)
	for i := range list {
		list[i] = catalog.Product{ID: fmt.Sprintf("p%04d", i), Title: fmt.Sprint("title ", i), Description: strings.Repeat("x", 200_000)}
	}
	p := writeProducts(t, list)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for round := range 30 {
				docs := make([]uint32, 20)
				for i := range docs {
					docs[i] = uint32((worker*7 + round*13 + i*i) % count)
				}
				found, err := p.readAll(context.Background(), docs)
				if err != nil {
					t.Error(err)
					return
				}
				for i, product := range found {
					if product.ID != list[docs[i]].ID || product.Title != list[docs[i]].Title {
						t.Errorf("product %d is %q", docs[i], product.ID)
					}
				}
			}
		})
	}
	group.Wait()
	if held := p.recent.held.Len(); p.recent.bytes > maxRecentBytes || held == 0 || p.recent.bytes/held < 200_000 {
		t.Errorf("%d products of %d bytes are held", held, p.recent.bytes)
	}

	before := p.recent.held.Keys()
	sweep := make([]uint32, count)
	for i := range sweep {
		sweep[i] = uint32(i)
	}
	if found, err := p.readAll(context.Background(), sweep); err != nil || len(found) != count {
		t.Fatalf("%d products, error %v", len(found), err)
	}
	if after := p.recent.held.Len(); after != len(before) {
		t.Errorf("a sweep over the catalogue changes what is held from %d to %d products", len(before), after)
	}
}
