package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"vitrine/retrieval"
)

// maxTiles is how many categories the start page shows.
const maxTiles = 8

// tile is a category on the start page, with the photo of one of its products.
type tile struct {
	Label, URL, Image string
	Count             int
}

// tilesAge is how long tiles are kept: the rules of the shop may hide what they show.
const tilesAge = 5 * time.Second

// showcase keeps the tiles of one generation for a while. It is safe for concurrent use.
type showcase struct {
	mu         sync.Mutex
	generation string
	drawn      time.Time
	tiles      []tile
}

// tiles are the largest categories of the whole catalogue, which response lists. They are an
// ornament: categories whose photo cannot be found are left out.
func (s *site) tiles(ctx context.Context, response *retrieval.Response) []tile {
	s.showcase.mu.Lock()
	defer s.showcase.mu.Unlock()
	if s.showcase.generation == response.Generation && time.Since(s.showcase.drawn) < tilesAge {
		return s.showcase.tiles
	}
	at := slices.IndexFunc(response.Facets, func(f retrieval.Facet) bool { return f.Field == retrieval.FieldCategory })
	if at < 0 {
		return nil
	}
	categories := response.Facets[at].Values
	var tiles []tile
	for _, category := range categories[:min(2*maxTiles, len(categories))] {
		if len(tiles) == maxTiles {
			break
		}
		one := request{Filters: []retrieval.Filter{{Field: retrieval.FieldCategory, Values: []string{category.Value}}}}
		query := one.query(nil)
		query.Limit = 1
		first, err := s.search(ctx, query)
		if err != nil {
			return tiles // not kept: the next visitor may have more luck
		}
		if len(first.Hits) == 0 || len(first.Hits[0].Product.Photos) == 0 {
			continue
		}
		image := hitCard(&first.Hits[0], "").Image
		// A category that begins like one before it lies above or below that one.
		if slices.ContainsFunc(tiles, func(t tile) bool { return t.Image == image }) {
			continue
		}
		tiles = append(tiles, tile{Label: category.Value, URL: one.url("/"), Image: image, Count: category.Count})
	}
	s.showcase.generation, s.showcase.drawn, s.showcase.tiles = response.Generation, time.Now(), tiles
	return tiles
}
