package web

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"vitrine/catalog"
)

// fakeCatalogue keeps products in memory.
type fakeCatalogue struct {
	mu       sync.Mutex
	products map[string]catalog.Product
	err      error // what every change answers, if set
}

func newFakeCatalogue(products ...catalog.Product) *fakeCatalogue {
	f := &fakeCatalogue{products: map[string]catalog.Product{}}
	for _, p := range products {
		f.products[p.ID] = p
	}
	return f
}

func (f *fakeCatalogue) Put(_ context.Context, products []catalog.Product) (done catalog.Applied, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return done, f.err
	}
	for _, p := range products {
		switch stored, known := f.products[p.ID]; {
		case !known:
			done.Added++
		case reflect.DeepEqual(stored, p):
			done.Unchanged++
		default:
			done.Changed++
		}
		f.products[p.ID] = p
	}
	return done, nil
}

func (f *fakeCatalogue) Delete(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.products[id]; !known {
		return fmt.Errorf("%w: %q", catalog.ErrNotFound, id)
	}
	delete(f.products, id)
	return f.err
}

func (f *fakeCatalogue) Product(_ context.Context, id string) (catalog.Product, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, known := f.products[id]
	if !known {
		return p, fmt.Errorf("%w: %q", catalog.ErrNotFound, id)
	}
	return p, nil
}
