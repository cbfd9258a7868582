package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"vitrine/indexer"
)

func TestSearchesGoOnWhileGenerationsAreSwapped(t *testing.T) {
	s := newShop(t)
	lines := numbered(60)
	s.mustIndex(lines...)
	ctx := context.Background()
	index, err := indexer.Open(ctx, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var searches sync.WaitGroup
	for range 4 {
		searches.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := searchOnce(ctx, index); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 6 {
		lines = append(lines, fmt.Sprintf(`{"id":"new%d","title":"red thing"}`, i))
		s.mustIndex(lines...)
		if changed, err := index.Refresh(ctx); err != nil || !changed {
			t.Errorf("refresh %d: %t, %v", i, changed, err)
		}
	}
	close(stop)
	searches.Wait()
	if changed, err := index.Refresh(ctx); err != nil || changed {
		t.Errorf("refresh without a new generation: %t, %v", changed, err)
	}
	if err := index.Close(); err != nil {
		t.Error(err)
	}
	if err := index.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if changed, err := index.Refresh(ctx); err != nil || changed {
		t.Errorf("refresh of a closed index: %t, %v", changed, err)
	}
}

// searchOnce uses a snapshot in every way and checks that its parts are of one generation.
func searchOnce(ctx context.Context, index *indexer.Index) error {
	s := index.Acquire()
	defer s.Release()
	hits, err := s.Keyword(ctx, indexer.KeywordQuery{Terms: "red", K: 5})
	if err != nil || len(hits) != 5 {
		return fmt.Errorf("keyword search in %s: %d hits, %w", s.Generation(), len(hits), err)
	}
	last := uint32(s.Len() - 1)
	vector, ok := s.Vector(indexer.SpaceText, last)
	if !ok {
		return fmt.Errorf("no vector of product %d in %s", last, s.Generation())
	}
	near, _, err := s.Nearest(ctx, indexer.SpaceText, vector, 3, s.Columns().Match("in_stock", []string{"true", "false"}))
	if err != nil || len(near) != 3 {
		return fmt.Errorf("vector search in %s: %d hits, %w", s.Generation(), len(near), err)
	}
	_, err = s.Products(ctx, []uint32{0, last})
	return err
}

func TestSnapshotOutlivesItsIndexAndItsGeneration(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(10)...)
	old := s.open()
	for i := range 3 { // the first generation's folder is removed
		s.mustIndex(fmt.Sprintf(`{"id":"new%d","title":"new"}`, i))
	}
	if _, err := os.Stat(filepath.Join(s.dir, "index", "gen-000001")); !os.IsNotExist(err) {
		t.Fatalf("the old folder is still there: %v", err)
	}
	if old.Len() != 10 || len(found(t, old, "number7")) != 1 {
		t.Errorf("the old snapshot has %d products", old.Len())
	}
}

func TestRefreshToADamagedGenerationKeepsTheOldOne(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(30)...)
	ctx := context.Background()
	index, err := indexer.Open(ctx, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	s.mustIndex(`{"id":"new","title":"new"}`)
	if err := os.Remove(filepath.Join(s.dir, "index", "gen-000002", "columns")); err != nil {
		t.Fatal(err)
	}
	if changed, err := index.Refresh(ctx); err == nil || changed || !strings.Contains(err.Error(), "index the feed again") {
		t.Errorf("refresh: %t, %v", changed, err)
	}
	if err := searchOnce(ctx, index); err != nil {
		t.Error(err)
	}
}

func TestRefreshToAnotherModelKeepsTheOldGeneration(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(30)...)
	index, err := indexer.Open(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	if _, err := s.index(t.Context(), func(o *indexer.BuildOptions) { o.Model.Fingerprint = "another" }); err != nil {
		t.Fatal(err)
	}
	if changed, err := index.Refresh(t.Context()); changed || !errors.Is(err, indexer.ErrModelChanged) {
		t.Errorf("refresh: %t, %v", changed, err)
	}
	if err := searchOnce(t.Context(), index); err != nil {
		t.Error(err)
	}
}

func TestBuildMendsADamagedGeneration(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(5)...)
	columns := filepath.Join(s.dir, "index", "gen-000001", "columns")
	data, err := os.ReadFile(columns)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(columns, data, 0o644); err != nil {
		t.Fatal(err)
	}
	summary := s.mustIndex(numbered(5)...)
	if summary.UpToDate || summary.Generation != "gen-000002" || summary.Products != 5 {
		t.Errorf("the build says %+v", summary)
	}
	s.sound()
}
