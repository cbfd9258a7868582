package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"vitrine/catalog"
)

// catalogueTimeout bounds a change once it is read; with readTimeout it stays below writeTimeout.
const catalogueTimeout = 25 * time.Second

// maxChanges is how many bodies with products are read and stored at once, some 30 MB of memory each.
const maxChanges = 4

// ErrStoredOnly is wrapped where a change is on the disk and not searched yet: so much has changed that the index is built
// first.
var ErrStoredOnly = errors.New("the change is stored, and is searched when the index has been built")

// Catalogue takes changes of the products. What it has taken is on the disk, and the next search sees it unless the error
// wraps ErrStoredOnly. It must be safe for concurrent use.
type Catalogue interface {
	// Put adds or replaces valid products, all or none.
	Put(ctx context.Context, products []catalog.Product) (catalog.Applied, error)
	// Delete removes the product of id, or returns an error that wraps catalog.ErrNotFound.
	Delete(ctx context.Context, id string) error
	// Product returns the product of id as it is stored, or an error that wraps catalog.ErrNotFound.
	Product(ctx context.Context, id string) (catalog.Product, error)
}

// putBody is the answer of POST /api/v1/products, in products.
type putBody struct {
	Added     int               `json:"added"`
	Changed   int               `json:"changed"`
	Unchanged int               `json:"unchanged"`
	Rejected  []rejectedProduct `json:"rejected"` // never null
}

// apiPutProducts adds or replaces products, and tells by line which of them cannot be used; those do not stop the rest.
func (s *site) apiPutProducts(w http.ResponseWriter, r *http.Request) error {
	if s.opts.Catalogue == nil {
		return errNotOffered
	}
	leave, err := s.changes.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "application/x-ndjson" {
		return errProductsKind
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxProductsBytes))
	if err != nil {
		return fmt.Errorf("%w: %w", errRequest, err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), catalogueTimeout)
	defer cancel()
	products, rejected, err := s.readProducts(ctx, body)
	if err != nil {
		return err
	}
	done, err := s.opts.Catalogue.Put(ctx, products)
	if err != nil {
		return err
	}
	s.metrics.productsChanged(done, len(rejected))
	return sendJSON(w, putBody{done.Added, done.Changed, done.Unchanged, rejected})
}

// apiDeleteProduct removes a product.
func (s *site) apiDeleteProduct(w http.ResponseWriter, r *http.Request) error {
	if s.opts.Catalogue == nil {
		return errNotOffered
	}
	ctx, cancel := context.WithTimeout(r.Context(), catalogueTimeout)
	defer cancel()
	if err := s.opts.Catalogue.Delete(ctx, r.PathValue("id")); err != nil {
		return err
	}
	s.metrics.productDeleted()
	w.WriteHeader(http.StatusNoContent)
	return nil
}
