package main

import (
	"context"
	"errors"
	"fmt"
	"image"

	"vitrine/encoders"
	"vitrine/indexer"
	"vitrine/ranker"
	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
)

// shop is a data directory opened for searching.
type shop struct {
	index  *indexer.Index
	model  *encoders.Model
	ranker *ranker.Ranker
	engine *retrieval.Engine
	files  shopFiles

	adapter retrieval.Adapter // of queries; nil = none
	options retrieval.Options // of engine
}

// openShop opens the live generation, the model that it was built with, and the files that say how the shop searches.
func openShop(ctx context.Context, dataDir string, library runtimeLibrary, t *terminal) (*shop, error) {
	files, err := openShopFiles(dataDir)
	if err != nil {
		return nil, err
	}
	return openShopWith(ctx, dataDir, files, nil, library, t)
}

// openShopWith opens a shop whose ranker reads what shoppers did from a state; nil = nothing is known.
func openShopWith(ctx context.Context, dataDir string, files shopFiles, state *behaviour.State, library runtimeLibrary, t *terminal) (*shop, error) {
	index, err := indexer.Open(ctx, dataDir)
	if err != nil {
		return nil, err
	}
	model, err := openModelOf(ctx, dataDir, index, library, t)
	if err != nil {
		return nil, errors.Join(err, index.Close())
	}
	weighting, err := readFusion(dataDir)
	if err != nil {
		return nil, errors.Join(err, model.Close(), index.Close())
	}
	s := &shop{index: index, model: model, files: files, ranker: ranker.New(liveRanker(dataDir, library, t), files.objective.value, state)}
	s.noteUnmetObjective(t)
	s.takeAdapter(t)
	s.options = retrieval.Options{Weighting: weighting, Suggestions: suggestionsIn(dataDir)}
	s.engine = s.engineWith(s.options)
	s.engine.SetRules(files.rules.value)
	return s, nil
}

// openModelOf opens the model that an index was built with.
func openModelOf(ctx context.Context, dataDir string, index *indexer.Index, library runtimeLibrary, t *terminal) (*encoders.Model, error) {
	built := builtWith(index)
	model, err := openModel(ctx, dataDir, built.Name, library, t)
	if err != nil {
		return nil, err
	}
	if found := model.Info().Fingerprint; found != built.Fingerprint {
		err := fmt.Errorf("the index was built with model %s of fingerprint %s and that model's is now %s: run vitrine index again", built.Name, built.Fingerprint, found)
		return nil, errors.Join(err, model.Close())
	}
	return model, nil
}

// engineWith returns an engine over the shop, without its rules.
func (s *shop) engineWith(options retrieval.Options) *retrieval.Engine {
	engine := retrieval.New(s.index, queryEncoder{s.model}, s.ranker, options)
	engine.SetSynonyms(s.files.synonyms.value)
	engine.SetAdapter(s.adapter)
	return engine
}

// queryEncoder tells retrieval which photos are the shopper's to replace.
type queryEncoder struct {
	*encoders.Model
}

// EmbedPhoto wraps retrieval.ErrBadQuery where the photo itself cannot be used, or no photo can.
func (e queryEncoder) EmbedPhoto(ctx context.Context, photo []byte, crop image.Rectangle) ([]float32, error) {
	vector, err := e.Model.EmbedPhoto(ctx, photo, crop)
	if errors.Is(err, encoders.ErrPhoto) || errors.Is(err, encoders.ErrNoPhotos) {
		return nil, fmt.Errorf("%w: %w", retrieval.ErrBadQuery, err)
	}
	return vector, err
}

func builtWith(index *indexer.Index) indexer.Model {
	snapshot := index.Acquire()
	defer snapshot.Release()
	return snapshot.Manifest().Model
}

func (s *shop) close() error { return errors.Join(s.index.Close(), s.model.Close()) }
