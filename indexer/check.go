package indexer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"vitrine/catalog"
)

// CheckReport is what Check found.
type CheckReport struct {
	Generation string    `json:"generation,omitempty"` // the live one
	Products   int       `json:"products"`
	Files      int       `json:"files"` // read in full
	Bytes      int64     `json:"bytes"`
	Problems   []Problem `json:"problems"` // none = everything is sound
}

// Part is what of a data directory a problem lies in.
type Part string

// The parts, by how they are mended.
const (
	PartIndex      Part = "index"      // by building a new generation from the catalogue
	PartCatalogue  Part = "catalogue"  // by a backup, or by a feed
	PartEmbeddings Part = "embeddings" // by making the vectors again
	PartLeftover   Part = "leftover"   // by the next build
)

// Problem is one thing that is wrong.
type Problem struct {
	Part    Part   `json:"part"`
	Path    string `json:"path"`
	Product string `json:"product,omitempty"` // that is damaged in the catalogue
	Text    string `json:"text"`              // what is wrong and what to do
}

func (p Problem) String() string { return p.Path + ": " + p.Text }

// Check reads everything below a data directory that a search depends on and reports every problem that
// it finds. The error is for a check that could not be made.
func Check(ctx context.Context, dataDir string) (*CheckReport, error) {
	c := &checker{dataDir: dataDir, part: PartIndex, report: CheckReport{Problems: []Problem{}}}
	if _, err := os.Stat(dataDir); err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	snapshot := c.generation(ctx)
	if snapshot != nil {
		defer snapshot.release()
	}
	c.part = PartCatalogue
	c.catalogue(ctx, snapshot)
	c.part = PartEmbeddings
	c.embeddings(ctx)
	c.part = PartLeftover
	c.leftovers()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	return &c.report, nil
}

type checker struct {
	dataDir string
	part    Part // that is being checked
	report  CheckReport
}

func (c *checker) problem(path, format string, args ...any) {
	c.report.Problems = append(c.report.Problems, Problem{Part: c.part, Path: path, Text: fmt.Sprintf(format, args...)})
}

const rebuild = "vitrine check --repair builds the index again"

// generation checks the live generation and returns it, open, if it can be opened.
func (c *checker) generation(ctx context.Context) *generation {
	current := indexPath(c.dataDir, currentFile)
	name, err := currentGeneration(c.dataDir)
	if err != nil {
		c.problem(current, "%v", err)
		return nil
	}
	c.report.Generation = name
	dir := indexPath(c.dataDir, name)
	if _, err := os.Stat(dir); err != nil {
		c.problem(current, "it names %s, which cannot be read: %v: %s", name, err, rebuild)
		return nil
	}
	manifest, err := readManifest(dir)
	if err != nil {
		c.problem(filepath.Join(dir, manifestFile), "%v: %s", err, rebuild)
		return nil
	}
	if manifest.Generation != name {
		c.problem(filepath.Join(dir, manifestFile), "it describes %s: %s", manifest.Generation, rebuild)
	}
	c.files(ctx, dir, manifest)
	return c.contents(ctx, dir)
}

// files compares every file with the manifest.
func (c *checker) files(ctx context.Context, dir string, manifest Manifest) {
	for _, name := range slices.Sorted(maps.Keys(manifest.Files)) {
		if ctx.Err() != nil {
			return
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			c.problem(filepath.Join(dir, manifestFile), "it names a file outside of the generation: %q: %s", name, rebuild)
			continue
		}
		want := manifest.Files[name]
		switch got, err := describeFile(path); {
		case errors.Is(err, fs.ErrNotExist):
			c.problem(path, "it is missing: %s", rebuild)
		case err != nil:
			c.problem(path, "it cannot be read: %v", err)
		case got.Size != want.Size:
			c.problem(path, "it has %d bytes and was written with %d: %s", got.Size, want.Size, rebuild)
		case got.SHA256 != want.SHA256:
			c.problem(path, "its SHA-256 is not that of what was written: %s", rebuild)
		default:
			c.report.Files++
			c.report.Bytes += got.Size
		}
	}
	c.strangers(dir, manifest)
}

// strangers finds files that the manifest does not know.
func (c *checker) strangers(dir string, manifest Manifest) {
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if _, known := manifest.Files[filepath.ToSlash(name)]; err == nil && !known && name != manifestFile {
			c.problem(path, "the manifest does not know it: remove it")
		}
		return err
	})
	if err != nil {
		c.problem(dir, "it cannot be listed: %v", err)
	}
}

// contents opens the generation, which compares its counts, and reads every product.
func (c *checker) contents(ctx context.Context, dir string) *generation {
	snapshot, err := openGeneration(dir)
	if err != nil {
		c.problem(dir, "it cannot be opened: %v: %s", err, rebuild)
		return nil
	}
	c.report.Products = snapshot.len()
	for _, space := range spaces {
		if got, want := snapshot.spaces[space].index.Len(), snapshot.manifest.Rows[space]; got != want {
			c.problem(filepath.Join(dir, space.file()), "it has %d rows and the manifest says %d: %s", got, want, rebuild)
		}
	}
	for doc := range uint32(snapshot.len()) {
		if ctx.Err() != nil {
			break
		}
		if _, err := snapshot.products.read(doc); err != nil {
			c.problem(filepath.Join(dir, productsFile), "%v: %s", err, rebuild)
		}
	}
	return snapshot
}

// catalogue checks the catalogue's database and that the generation was built from it.
func (c *checker) catalogue(ctx context.Context, snapshot *generation) {
	path := filepath.Join(c.dataDir, "catalog.db")
	if _, err := os.Stat(path); err != nil { // opening would make it
		c.problem(path, "it cannot be read: %v: restore a copy, or index the whole feed again", err)
		return
	}
	store, err := catalog.Open(ctx, c.dataDir)
	if err != nil {
		c.problem(path, "%v", err)
		return
	}
	defer store.Close()
	damages, err := store.Check(ctx)
	if err != nil {
		c.problem(path, "%v", err)
		return
	}
	for _, d := range damages {
		c.report.Problems = append(c.report.Problems, Problem{Part: PartCatalogue, Path: path, Product: d.ID, Text: d.Text})
	}
	sequence, err := store.Sequence(ctx)
	if err != nil {
		c.problem(path, "%v", err)
		return
	}
	if snapshot != nil && sequence < snapshot.manifest.Sequence {
		c.problem(path, "its last change is %d and %s contains changes up to %d: it was replaced by an older copy: %s",
			sequence, snapshot.name(), snapshot.manifest.Sequence, rebuild)
	}
	if err := c.compare(ctx, store, snapshot); err != nil {
		c.problem(path, "%v", err)
	}
}

// compare looks for products that are indexed and not in the catalogue, or the other way round, and
// have not changed since the generation was built.
func (c *checker) compare(ctx context.Context, store *catalog.Store, snapshot *generation) error {
	if snapshot == nil {
		return nil
	}
	ids, err := store.IDs(ctx)
	if err != nil {
		return err
	}
	stored := make(map[string]bool, len(ids))
	for _, id := range ids {
		stored[id] = true
	}
	changed := make(map[string]bool)
	for change, err := range store.Changes(ctx, snapshot.manifest.Sequence) {
		if err != nil {
			return err
		}
		changed[change.ID] = true
	}
	c.part = PartIndex
	dir := indexPath(c.dataDir, snapshot.name())
	for doc := range snapshot.len() {
		id := snapshot.products.id(doc)
		if !stored[id] && !changed[id] {
			c.problem(dir, "product %q is indexed and not in the catalogue: %s", id, rebuild)
		}
		delete(stored, id)
	}
	for _, id := range slices.Sorted(maps.Keys(stored)) {
		if !changed[id] {
			c.problem(dir, "product %q is in the catalogue and not indexed: %s", id, rebuild)
		}
	}
	return nil
}

// embeddings checks the cache of vectors.
func (c *checker) embeddings(ctx context.Context) {
	path := filepath.Join(c.dataDir, "embeddings.db")
	damages, err := catalog.CheckEmbeddings(ctx, c.dataDir)
	if err != nil {
		c.problem(path, "%v", err)
	}
	for _, d := range damages {
		c.problem(path, "%s: vitrine check --repair makes what is damaged again", d.Text)
	}
}

// leftovers finds what interrupted builds have left.
func (c *checker) leftovers() {
	_, staged, err := listGenerations(c.dataDir)
	if err != nil {
		c.problem(indexPath(c.dataDir), "it cannot be listed: %v", err)
	}
	for _, name := range staged {
		c.problem(indexPath(c.dataDir, name), "an interrupted build has left it, unless one is at work now: the next build removes it")
	}
}
