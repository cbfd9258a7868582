package web

import (
	"crypto/rand"
	"encoding/json"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// SearchLog keeps what searches were answered with, from which a ranker learns. It must be safe for concurrent use.
type SearchLog interface {
	// RecordSearch takes note of an answer without waiting, and says whether there was room for it. A list in which
	// nothing was found has no rows.
	RecordSearch(q catalog.ShopperQuery, served catalog.Served) bool
}

// The kinds of lists, attribute "kind" of the query that is recorded.
const (
	kindSearch  = "search"  // by words, photos or liked products
	kindBrowse  = "browse"  // the catalogue, maybe filtered
	kindSimilar = "similar" // recommended beside a product
)

// answered is a list of products with an id of its own: what shoppers do with the list names it. A later page of a list
// is a query of its own.
type answered struct {
	queryID string
	tokens  []string // one a hit; nil where it is not known who asked
}

// answer gives the answer to q its id, signs its hits for who asked, and records it. Without a known asker there is
// nothing to tell apart, and nothing is recorded.
func (s *site) answer(a asker, kind string, q *retrieval.Query, response *retrieval.Response) answered {
	list := answered{queryID: rand.Text()}
	if a.Client == "" {
		return list
	}
	now := time.Now()
	list.tokens = make([]string, len(response.Hits))
	for i := range response.Hits {
		hit := &response.Hits[i]
		list.tokens[i] = s.tokens.sign(impression{list.queryID, a.Client, hit.Product.ID, hit.Rank}, now)
	}
	if s.opts.Searches != nil {
		asked := shopperQuery(a, kind, q, response)
		asked.ID, asked.Time = list.queryID, now
		kept := s.opts.Searches.RecordSearch(asked, response.Served(&asked))
		s.metrics.searchRecorded(kept)
	}
	return list
}

// answerSearch is answer for what Search has answered.
func (s *site) answerSearch(a asker, q *retrieval.Query, response *retrieval.Response) answered {
	kind := kindSearch
	if response.Query == "" && len(q.Photos) == 0 && len(q.Like) == 0 {
		kind = kindBrowse
	}
	return s.answer(a, kind, q, response)
}

// answerSimilar is answer for products like that of id.
func (s *site) answerSimilar(a asker, id string, hits []retrieval.Hit) answered {
	return s.answer(a, kindSimilar, &retrieval.Query{Like: []string{id}}, &retrieval.Response{Hits: hits})
}

// token is that of hit i, "" where there is none.
func (l answered) token(i int) string {
	if l.tokens == nil {
		return ""
	}
	return l.tokens[i]
}

// shopperQuery says what was asked for, and which products stood on the page.
func shopperQuery(a asker, kind string, q *retrieval.Query, response *retrieval.Response) catalog.ShopperQuery {
	asked := catalog.ShopperQuery{ClientID: a.Client, UserQuery: response.Query, Attributes: map[string]json.RawMessage{}}
	for i := range response.Hits {
		asked.HitIDs = append(asked.HitIDs, response.Hits[i].Product.ID)
	}
	note := func(name string, value any, present bool) {
		if text, err := json.Marshal(value); err == nil && present {
			asked.Attributes[name] = text
		}
	}
	filters := make([]string, len(q.Filters))
	for i, f := range q.Filters {
		filters[i] = f.String()
	}
	note("kind", kind, true)
	note("mode", response.Mode, response.Mode != "")
	note("filters", filters, len(filters) > 0)
	note("sort", q.Sort, q.Sort != "" && q.Sort != retrieval.SortRelevance)
	note("offset", response.Offset, response.Offset > 0)
	note("photo", true, len(q.Photos) > 0)
	note("like", q.Like, len(q.Like) > 0)
	note("unlike", q.Unlike, len(q.Unlike) > 0)
	note("device", a.Device, a.Device != "")
	if response.Ranker != nil {
		note("model", response.Ranker.Model, response.Ranker.Model != "")
	}
	return asked
}
