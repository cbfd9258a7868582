package web

import (
	"context"
	"fmt"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// search answers q when there is an index and room for one more search.
func (s *site) search(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
	redactQuery(ctx, &q)
	if s.searcher.Generation() == "" {
		return nil, errNotReady
	}
	ctx, leave, err := s.admit(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	end := s.opts.Tracer.Search(ctx)
	response, err := s.searcher.Search(ctx, q)
	end(response, err)
	if err != nil {
		s.lately.failed(&q, err)
		return nil, err
	}
	s.metrics.searched(response)
	s.lately.searched(response)
	return response, nil
}

// admit waits for room for one more search and bounds its time; leave gives both back.
func (s *site) admit(ctx context.Context) (bounded context.Context, leave func(), err error) {
	bounded, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	out, err := s.searches.enter(bounded)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return bounded, func() { out(); cancel() }, nil
}

// similar returns products like that of id by an aspect, or errNotOffered.
func (s *site) similar(ctx context.Context, id string, by retrieval.Aspect, limit int) ([]retrieval.Hit, error) {
	recommender, ok := s.searcher.(Recommender)
	if !ok {
		return nil, errNotOffered
	}
	ctx, leave, err := s.admit(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return recommender.Similar(ctx, id, by, limit)
}

func (s *site) product(ctx context.Context, id string) (catalog.Product, error) {
	if s.searcher.Generation() == "" {
		return catalog.Product{}, errNotReady
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	return s.searcher.Product(ctx, id)
}

// photosOf returns the uploaded photos that r names, or errPhotoGone.
func (s *site) photosOf(r request) ([][]byte, error) {
	var photos [][]byte
	for i, photo := range r.Photos {
		if photo.Hash == "" {
			return nil, fmt.Errorf("%w: crop or weight number %d is of no photo: name the photo too", errRequest, i+1)
		}
		data, err := s.photos.get(photo.Hash)
		if err != nil {
			return nil, err
		}
		photos = append(photos, data)
	}
	return photos, nil
}
