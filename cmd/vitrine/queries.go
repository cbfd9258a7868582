package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"vitrine/retrieval"
)

// queriesFile names the popular queries in a data directory: one a line, a tab, and how often it was searched for. Lines that
// are empty or begin with # are passed over. The file may be missing.
const queriesFile = "queries.tsv"

// maxQueries is how many lines of a queries file count.
const maxQueries = 100_000

// suggestionsIn says what is suggested beside the catalogue of a data directory.
func suggestionsIn(dataDir string) retrieval.SuggestionOptions {
	return retrieval.SuggestionOptions{Popular: popularQueries{filepath.Join(dataDir, queriesFile)}}
}

// popularQueries reads a queries file whenever suggestions are made.
type popularQueries struct{ path string }

func (p popularQueries) PopularQueries(context.Context) ([]retrieval.QueryCount, error) {
	file, err := os.Open(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	queries, err := readQueries(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.path, err)
	}
	return queries, nil
}

func readQueries(source io.Reader) ([]retrieval.QueryCount, error) {
	var queries []retrieval.QueryCount
	lines := bufio.NewScanner(source)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimPrefix(strings.TrimSuffix(lines.Text(), "\r"), "\ufeff")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		text, count, _ := strings.Cut(line, "\t")
		n, err := strconv.Atoi(strings.TrimSpace(count))
		switch {
		case err != nil || n < 1:
			return nil, fmt.Errorf("line %d: %q is not a query, a tab and a count from 1", number, line)
		case !utf8.ValidString(text):
			return nil, fmt.Errorf("line %d is not UTF-8: save the file as UTF-8", number)
		case utf8.RuneCountInString(text) > retrieval.MaxTextRunes:
			return nil, fmt.Errorf("line %d: the query is longer than %d characters", number, retrieval.MaxTextRunes)
		case len(queries) == maxQueries:
			return nil, fmt.Errorf("there are more than %d queries: keep the most frequent ones", maxQueries)
		}
		queries = append(queries, retrieval.QueryCount{Text: text, Count: n})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("after %d queries: %w", len(queries), err)
	}
	return queries, nil
}
