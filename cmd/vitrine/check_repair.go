package main

import (
	"context"
	"fmt"
	"slices"

	"vitrine/catalog"
	"vitrine/indexer"
)

// repair mends what a check found.
type repair struct {
	*checkCmd
	report *indexer.CheckReport
	done   []string
}

// run mends what can be mended, and returns how many problems are left.
func (r *repair) run(ctx context.Context, t *terminal, library runtimeLibrary) (left int, err error) {
	index := indexCmd{Data: r.Data, Model: r.Model, prepare: func(opts *indexer.BuildOptions) error { return r.prepare(ctx, opts) }}
	summary, err := index.index(ctx, t, library)
	if err == nil && !summary.UpToDate {
		r.did("%s is live, built anew from catalog.db: %d products, %d texts and %d photos embedded again", summary.Generation,
			summary.Products, summary.TextsEmbedded, summary.PhotosEmbedded)
	}
	if !r.JSON {
		for _, line := range r.done {
			fmt.Fprintln(t.out, "repaired:", line)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("repair: %w", err)
	}
	after, err := indexer.Check(ctx, r.Data)
	if err != nil {
		return 0, err
	}
	return len(after.Problems), nil
}

func (r *repair) did(format string, args ...any) {
	r.done = append(r.done, fmt.Sprintf(format, args...))
}

// has reports whether the check found a problem in one of parts.
func (r *repair) has(parts ...indexer.Part) bool {
	return slices.ContainsFunc(r.report.Problems, func(p indexer.Problem) bool { return slices.Contains(parts, p.Part) })
}

// prepare mends the databases ahead of a build, which must not read what is damaged.
func (r *repair) prepare(ctx context.Context, opts *indexer.BuildOptions) error {
	if r.has(indexer.PartEmbeddings) {
		done, err := opts.Cache.Repair(ctx)
		if err != nil {
			return err
		}
		if done == "" { // opening it was enough
			done = "embeddings.db was damaged and was moved to embeddings.db.damaged: vectors are made again"
		}
		r.did("%s", done)
	}
	if r.has(indexer.PartCatalogue) {
		if err := r.products(ctx, opts.Store); err != nil {
			return err
		}
	}
	opts.Anew = r.has(indexer.PartIndex, indexer.PartLeftover)
	return nil
}

// products takes damaged products from the live generation, where they are what they were when it was built.
func (r *repair) products(ctx context.Context, store *catalog.Store) error {
	index, err := indexer.Open(ctx, r.Data)
	if err == nil {
		defer index.Close()
		snapshot := index.Acquire()
		defer snapshot.Release()
		if err := r.fromIndex(ctx, store, snapshot); err != nil {
			return err
		}
	} // else there is nothing to take them from
	left, err := store.Check(ctx)
	if err != nil || len(left) == 0 {
		return err
	}
	var hurt []string
	for _, damage := range left {
		if damage.ID != "" {
			hurt = append(hurt, damage.ID)
		}
	}
	return fmt.Errorf("catalog.db is damaged and cannot be mended from itself (products that are hurt: %q): go back to a backup with vitrine restore, or index a feed that has these products; the live index serves on", hurt)
}

func (r *repair) fromIndex(ctx context.Context, store *catalog.Store, snapshot *indexer.Snapshot) error {
	var copies []catalog.Product
	for _, problem := range r.report.Problems {
		doc, ok := snapshot.Doc(problem.Product)
		if problem.Product == "" || !ok {
			continue
		}
		if products, err := snapshot.Products(ctx, []uint32{doc}); err == nil {
			copies = append(copies, *products[0])
		}
	}
	restored, err := store.RestoreDamaged(ctx, copies)
	for _, id := range restored {
		r.did("product %q was taken from %s", id, snapshot.Generation())
	}
	return err
}
