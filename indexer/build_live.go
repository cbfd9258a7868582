package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// keepLive reports whether the live generation can stay: nothing has changed since it was built or, where Live asks
// for that, little, which is searched beside it. It then fills the summary. A live generation that is damaged or of
// another model, or whose photo files have changed, cannot.
func (b *build) keepLive(ctx context.Context) (bool, error) {
	if b.Anew {
		return false, nil
	}
	g := b.openLive()
	if g == nil {
		return false, nil
	}
	defer g.release()
	ids, _, err := changedIDs(ctx, b.Store, g.manifest.Sequence)
	if err != nil || len(ids) > 0 && !b.Live || len(ids) > FoldAt(g.len()) {
		return false, err
	}
	if same, err := samePhotos(ctx, g); !same || err != nil {
		return false, err
	}
	if err := b.embedChanged(ctx, ids); err != nil {
		return false, err
	}
	if b.summary.Products, err = b.Store.Count(ctx); err != nil {
		return false, err
	}
	b.summary.Generation, b.summary.Recall, b.summary.Beside = g.name(), g.manifest.Recall, len(ids)
	b.summary.UpToDate = b.summary.Added+b.summary.Changed+b.summary.Deleted == 0
	return true, nil
}

// openLive opens the live generation, nil where a build has to make another.
func (b *build) openLive() *generation {
	name, err := currentGeneration(b.DataDir)
	if err != nil {
		return nil
	}
	dir := indexPath(b.DataDir, name)
	manifest, err := readManifest(dir)
	if err != nil || manifest.Model.Fingerprint != b.Model.Fingerprint || !manifest.hasKeywordFields() || manifest.checkDigests(dir) != nil {
		return nil
	}
	g, err := openGeneration(dir)
	if err != nil {
		return nil
	}
	if !g.spaces[SpacePhoto].numbered { // an earlier program built it
		g.release()
		return nil
	}
	return g
}

// samePhotos reports whether the photo files of a generation's products are what they were when it was built.
func samePhotos(ctx context.Context, g *generation) (bool, error) {
	state := newPhotoState()
	for doc := range uint32(g.len()) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		p, err := g.products.read(doc)
		if err != nil {
			return false, nil // damaged: it is built anew
		}
		state.add(&p)
	}
	return state.sum() == g.manifest.Photos, nil
}

// embedChanged sees that the cache has the vectors of products. Of those that it had not, a change is logged again: who
// follows the log has taken them up without.
func (b *build) embedChanged(ctx context.Context, ids []string) error {
	changes, err := readChanges(ctx, b.Store, ids)
	if err != nil {
		return err
	}
	if err := b.embedder.recall(ctx, changes); err != nil {
		return err
	}
	changes = slices.DeleteFunc(changes, func(c change) bool { return c.complete() })
	if len(changes) == 0 {
		return nil
	}
	had := make([]int, len(changes))
	l := &listing{}
	for i := range changes {
		had[i] = changes[i].vectorCount()
		l.add(changes[i].product)
	}
	if _, err := b.embedTexts(ctx, l.texts); err != nil {
		return err
	}
	photos := b.photoRun(stagePhotos, l.photos, func(row int, _ []float32) { b.ledger.forget(l.photos[row].key()) })
	if err := errors.Join(photos.do(ctx), b.ledger.flush(ctx)); err != nil {
		return fmt.Errorf("embed photos: %w", err)
	}
	if err := b.embedder.recall(ctx, changes); err != nil {
		return err
	}
	var came []string
	for i := range changes {
		if changes[i].vectorCount() > had[i] {
			came = append(came, changes[i].id)
		}
	}
	return b.Store.Touch(ctx, came...)
}
