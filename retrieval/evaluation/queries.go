package evaluation

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// Query is one line of a queries file.
type Query struct {
	ID    string // without spaces
	Text  string // may be empty when there is a photo
	Photo string // path of the photo, "" = none
}

// OpenQueries reads the queries file at path; photos are found relative to its folder.
func OpenQueries(path string) ([]Query, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open queries: %w", err)
	}
	defer file.Close()
	return ReadQueries(file, filepath.Dir(path))
}

// ReadQueries reads tab-separated lines of query id, text and optional photo path, in the order of the
// file. A relative photo path is joined to dir; whether the photo exists is left to whoever opens it.
// Errors wrap ErrFormat and name the line.
func ReadQueries(r io.Reader, dir string) ([]Query, error) {
	var queries []Query
	seen := map[string]bool{}
	err := eachLine(r, "queries", func(line string) error {
		query, err := parseQuery(line, dir)
		if err != nil {
			return err
		}
		if seen[query.ID] {
			return fmt.Errorf("repeats the query id %q", query.ID)
		}
		seen[query.ID] = true
		queries = append(queries, query)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(queries) == 0 {
		return nil, fmt.Errorf("%w: there is no query in it: write lines of id, tab, text", ErrFormat)
	}
	return queries, nil
}

func parseQuery(line, dir string) (Query, error) {
	fields := strings.Split(line, "\t")
	if len(fields) > 3 {
		return Query{}, fmt.Errorf("has %d columns: it may have an id, a text and a photo", len(fields))
	}
	fields = append(fields, "", "")
	query := Query{ID: strings.TrimSpace(fields[0]), Text: strings.TrimSpace(fields[1])}
	photo := strings.TrimSpace(fields[2])
	if err := checkID("query", query.ID); err != nil {
		return Query{}, err
	}
	if query.Text == "" && photo == "" {
		return Query{}, errors.New("has neither a text nor a photo: separate the columns by tabs")
	}
	if photo != "" {
		query.Photo = filepath.FromSlash(photo)
		if !filepath.IsAbs(query.Photo) {
			query.Photo = filepath.Join(dir, query.Photo)
		}
	}
	return query, nil
}

// checkID refuses what TREC's space-separated files cannot carry.
func checkID(kind, id string) error {
	if id == "" {
		return fmt.Errorf("has no %s id", kind)
	}
	if strings.ContainsFunc(id, unicode.IsSpace) {
		return fmt.Errorf("has a space in the %s id %q, which TREC's formats cannot carry", kind, id)
	}
	return nil
}
