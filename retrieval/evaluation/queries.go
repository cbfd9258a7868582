package evaluation

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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

// Label names a query to people: its words, or the file of its photo.
func (q Query) Label() string {
	if q.Text == "" {
		return filepath.Base(q.Photo)
	}
	return q.Text
}

// OpenQueries reads the queries file at path, in either of its forms: lines as [ReadQueries] takes them,
// whose photos are found relative to the file's folder, or a table of judgements as [ReadJudgements] takes
// it, for its queries alone. Errors name the file.
func OpenQueries(path string) ([]Query, error) {
	return open(path, func(r io.Reader) ([]Query, error) {
		in := bufio.NewReaderSize(r, maxLine)
		if header, ok := recogniseTable(in); ok {
			judgements, err := readTable(in, header)
			return judgements.Queries, err
		}
		return ReadQueries(in, filepath.Dir(path))
	})
}

// ReadQueries reads tab-separated lines of query id, text and optional photo path, in the order of the
// file. A relative photo path is joined to dir; whether the photo exists is left to whoever opens it.
// Errors wrap ErrFormat and name the line.
func ReadQueries(r io.Reader, dir string) ([]Query, error) {
	var queries queryList
	err := eachLine(r, "queries", func(line string) error {
		query, err := parseQuery(line, dir)
		if err != nil {
			return err
		}
		if _, seen := queries.find(query.ID); seen {
			return fmt.Errorf("repeats the query id %q", query.ID)
		}
		queries.add(query)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(queries.list) == 0 {
		return nil, fmt.Errorf("%w: there is no query in it: write lines of id, tab, text", ErrFormat)
	}
	return queries.list, nil
}

// queryList keeps queries in the order in which they came and finds them by id.
type queryList struct {
	list []Query
	at   map[string]int
}

func (q *queryList) add(query Query) {
	if q.at == nil {
		q.at = map[string]int{}
	}
	q.at[query.ID] = len(q.list)
	q.list = append(q.list, query)
}

func (q *queryList) find(id string) (Query, bool) {
	i, ok := q.at[id]
	if !ok {
		return Query{}, false
	}
	return q.list[i], true
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
