package kit

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"vitrine/catalog"
	"vitrine/retrieval/evaluation"
)

// ErrMissing means that the folder is not the data kit, or lacks a file of it.
var ErrMissing = errors.New("the data kit lacks a file")

// Split is a half of a set.
type Split string

// The halves: whoever chooses a weight looks at Tune, and reports Test.
const (
	Tune Split = "tune"
	Test Split = "test"
)

// Set is one collection of judged queries over one feed.
type Set struct {
	Name    string
	Feed    Feed
	Queries []evaluation.Query // in an order of their own; ids without spaces, photos as paths
	Qrels   evaluation.Qrels   // of these queries; only published ones may lack a relevant product
}

// Feed is what the set's queries search in. Sets of one feed share its index.
type Feed struct {
	Name    string // a folder of the kit: "fashion", "grocery", "electronics"
	Path    string
	Mapping map[string]string // catalog.FeedOptions.Mapping
}

// makers are the sets by name, in the order of reports. Each makes one half from the kit at dir.
var makers = []struct {
	name string
	make func(dir string, split Split) (*Set, error)
}{
	{"electronics", electronics},
	{"fashion-attributes", attributes},
	{"fashion-titles", titles},
	{"street", street},
	{"grocery", grocery},
	{"composed", composed},
}

// Names lists the sets.
func Names() []string {
	names := make([]string, len(makers))
	for i, m := range makers {
		names[i] = m.name
	}
	return names
}

// Make makes one half of the set called name from the kit at dir. The error wraps ErrMissing where the
// kit is not there.
func Make(dir, name string, split Split) (*Set, error) {
	if split != Tune && split != Test {
		return nil, fmt.Errorf("make set %s: there is no half %q: it is %s or %s", name, split, Tune, Test)
	}
	for _, m := range makers {
		if m.name != name {
			continue
		}
		set, err := m.make(dir, split)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: name the folder that holds fashion/, street/, grocery/ and electronics/: %w", ErrMissing, err)
		}
		if err != nil {
			return nil, fmt.Errorf("make set %s: %w", name, err)
		}
		set.Name = name
		return set, nil
	}
	return nil, fmt.Errorf("there is no set %q: the sets are %v", name, Names())
}

// newSet is a set without queries over a feed of the kit.
func newSet(feed Feed) *Set { return &Set{Feed: feed, Qrels: evaluation.Qrels{}} }

// add adds a query with its judgements, the products by id.
func (s *Set) add(query evaluation.Query, grades map[string]int) {
	s.Queries = append(s.Queries, query)
	s.Qrels[query.ID] = grades
}

// read reads all rows of a feed; the kit's have no broken ones.
func read(feed Feed) ([]catalog.Product, error) {
	opened, err := catalog.OpenFeed(feed.Path, catalog.FeedOptions{Mapping: feed.Mapping})
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	var products []catalog.Product
	for row := range opened.Rows() {
		if row.Err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", feed.Path, row.Line, row.Err)
		}
		products = append(products, row.Product)
	}
	return products, nil
}

// readLabels reads a table of photos, of which the column label says what each shows: photo paths as the
// table writes them, as ids, and labels, as titles.
func readLabels(path, label string) ([]catalog.Product, error) {
	return read(Feed{Path: path, Mapping: map[string]string{"id": "image", "title": label}})
}

// stem is a photo's file name without its ending.
func stem(path string) string {
	name := filepath.Base(path)
	return name[:len(name)-len(filepath.Ext(name))]
}
