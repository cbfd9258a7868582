package indexer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vitrine/catalog/durable"
)

// Summary says what a build did.
type Summary struct {
	Generation string `json:"generation"`
	UpToDate   bool   `json:"up_to_date"` // nothing had changed: Generation is the one that was live before
	Sequence   int64  `json:"sequence"`   // of the catalogue
	Products   int    `json:"products"`   // that are searched
	Beside     int    `json:"beside"`     // products that have changed since the generation was built; they are searched beside it

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

	// Photos that had failed in an earlier run and were tried again, and those of them that can be used now.
	PhotosRetried   int `json:"photos_retried"`
	PhotosRecovered int `json:"photos_recovered"`

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
	ID      string    `json:"id"` // of the product
	Ref     string    `json:"ref"`
	Reason  string    `json:"reason"`
	NextTry time.Time `json:"next_try,omitzero"` // from when on it is tried again; zero = only when that is asked for
}

// rejectedFile, in the data directory, lists what the last build had to leave out, one JSON object a
// line; it is removed when there is nothing.
const rejectedFile = "rejected.jsonl"

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
