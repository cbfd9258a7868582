package retrieval

import "vitrine/catalog"

// Served is what the page showed to who made a search, and what the ranker saw of it. Of a page that is partly beyond the
// ranker's depth it is the part that was ranked.
func (r *Response) Served(asked *catalog.ShopperQuery) catalog.Served {
	served := catalog.Served{QueryID: asked.ID, Time: asked.Time, ClientID: asked.ClientID}
	if r.Ranker != nil {
		served.Schema, served.Model = r.Ranker.Schema, r.Ranker.Model
	}
	width := 0
	for i := range r.Hits {
		width = max(width, len(r.Hits[i].Features))
	}
	for i := range r.Hits {
		hit := &r.Hits[i]
		if len(hit.Features) != width {
			continue
		}
		row := catalog.ServedRow{Product: hit.Product.ID, Position: hit.Rank, Fused: hit.Fused, Score: hit.Score, Features: make([]float32, width)}
		for j, value := range hit.Features {
			row.Features[j] = float32(value)
		}
		served.Rows = append(served.Rows, row)
	}
	return served
}
