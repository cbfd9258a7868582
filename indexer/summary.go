package indexer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"vitrine/catalog/durable"
)

// Summary says what a build did.
type Summary struct {
	Generation string `json:"generation"`
	UpToDate   bool   `json:"up_to_date"` // nothing had changed: Generation is the one that was live before
	Sequence   int64  `json:"sequence"`   // of the catalogue
	Products   int    `json:"products"`   // in the generation

	// What the feed did to the catalogue, in products.
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Deleted   int `json:"deleted"`
	// NotDeleted is the reason why a full feed deleted nothing; empty when it did its work.
	NotDeleted string `json:"not_deleted,omitempty"`

	Rejected      []Rejection    `json:"rejected"`
	PhotoProblems []PhotoProblem `json:"photo_problems"`
	RejectedFile  string         `json:"rejected_file,omitempty"` // has both lists; empty when there was nothing to write

	// Texts and photos by where their vectors came from.
	TextsEmbedded  int `json:"texts_embedded"`
	PhotosEmbedded int `json:"photos_embedded"`
	FromCache      int `json:"from_cache"`

	Elapsed  time.Duration      `json:"elapsed_ns"`
	Encoding time.Duration      `json:"encoding_ns"` // wall time in which at least one encoder call was under way
	Recall   map[string]float64 `json:"recall"`      // recall@10 of the vector index against exact search, by space
}

// Rejection is a row of the feed that did not enter the catalogue.
type Rejection struct {
	Line   int    `json:"line"`
	ID     string `json:"id,omitempty"`
	Reason string `json:"reason"`
}

// PhotoProblem is a photo that has no vector. Its product is found by its words.
type PhotoProblem struct {
	ID     string `json:"id"` // of the product
	Ref    string `json:"ref"`
	Reason string `json:"reason"`
}

// rejectedFile, in the data directory, lists what the last build had to leave out, one JSON object a
// line; it is removed when there is nothing.
const rejectedFile = "rejected.jsonl"

// problemsFile keeps the photo problems with the generation.
const problemsFile = "photo-problems.json"

// newSummary has empty lists, which JSON writes as lists.
func newSummary() Summary { return Summary{Rejected: []Rejection{}, PhotoProblems: []PhotoProblem{}} }

func (s *Summary) count(e *embedder) {
	s.TextsEmbedded, s.PhotosEmbedded = int(e.texts.Load()), int(e.photos.Load())
	s.FromCache = int(e.rows.Load()) - s.TextsEmbedded - s.PhotosEmbedded
	s.Encoding = e.clock.elapsed()
}

func (s *Summary) writeRejected(dataDir string) error {
	path := filepath.Join(dataDir, rejectedFile)
	if len(s.Rejected)+len(s.PhotoProblems) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the list of an earlier build: %w", err)
		}
		return nil
	}
	var lines bytes.Buffer
	out := json.NewEncoder(&lines)
	out.SetEscapeHTML(false)
	for _, r := range s.Rejected {
		if err := out.Encode(struct {
			Kind string `json:"kind"`
			Rejection
		}{"row", r}); err != nil {
			return err
		}
	}
	for _, p := range s.PhotoProblems {
		if err := out.Encode(struct {
			Kind string `json:"kind"`
			PhotoProblem
		}{"photo", p}); err != nil {
			return err
		}
	}
	if err := durable.Replace(path, lines.Bytes()); err != nil {
		return fmt.Errorf("write the list of what was left out: %w", err)
	}
	s.RejectedFile = path
	return nil
}

// excerptBytes bounds a text from a feed, or one that quotes it, in the lists of what was left out: a
// feed whose every row is a wrong value of a megabyte would otherwise be in memory whole.
const excerptBytes = 1000

// excerpt leaves the middle of a long text out: an error's end says what to do.
func excerpt(text string) string {
	if len(text) <= excerptBytes {
		return text
	}
	return strings.ToValidUTF8(text[:excerptBytes/2], "") + " … " + strings.ToValidUTF8(text[len(text)-excerptBytes/2:], "")
}

// photoProblems gathers problems from several goroutines.
type photoProblems struct {
	mu     sync.Mutex
	remote bool // one of them is a photo that could not be fetched
	rows   []int
	found  []PhotoProblem
}

// add notes why the photo of a row has no vector.
func (p *photoProblems) add(row int, photo photoRow, reason error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remote = p.remote || photo.photo.Remote()
	p.rows = append(p.rows, row)
	p.found = append(p.found, PhotoProblem{ID: photo.id, Ref: excerpt(photo.photo.Ref), Reason: excerpt(reason.Error())})
}

// sorted returns the problems in the order of the products and their photos.
func (p *photoProblems) sorted() []PhotoProblem {
	p.mu.Lock()
	defer p.mu.Unlock()
	order := make([]int, len(p.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p.rows[a], p.rows[b]) })
	sorted := make([]PhotoProblem, len(order))
	for i, at := range order {
		sorted[i] = p.found[at]
	}
	return sorted
}
