package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"vitrine/indexer"
	"vitrine/ranker"
	"vitrine/retrieval/rules"
)

// followedFile is a file of a data directory that a server takes up while it runs. It holds a T.
type followedFile[T any] struct {
	path  string
	limit int64 // bytes that parse takes at most
	parse func(text []byte) (T, error)
	none  T // without the file

	text  []byte // as last read, right or wrong; nil = no file
	value T      // the last that was right
	fault string // why the file could not be read when it was last tried
}

// openFollowed reads the file, which may be missing. When it is wrong there is nothing to go on with, and that
// is an error.
func openFollowed[T any](path string, limit int64, none T, parse func(text []byte) (T, error)) (*followedFile[T], error) {
	f := &followedFile[T]{path: path, limit: limit, parse: parse, none: none, value: none}
	_, err := f.refresh()
	return f, err
}

// refresh reads the file again and says whether it has another value now. A wrong file is an error once,
// and the value stays as it was.
func (f *followedFile[T]) refresh() (changed bool, err error) {
	text, err := f.read()
	if err != nil {
		again := f.fault == err.Error()
		f.fault = err.Error()
		if again {
			return false, nil
		}
		return false, err
	}
	f.fault = ""
	if (text == nil) == (f.text == nil) && bytes.Equal(text, f.text) {
		return false, nil
	}
	f.text = text
	value := f.none
	if text != nil {
		if value, err = f.parse(text); err != nil {
			return false, fmt.Errorf("%s: %w", f.path, err)
		}
	}
	f.value = value
	return true, nil
}

// read returns nil where there is no file. One that is too large is read no further than that shows.
func (f *followedFile[T]) read() ([]byte, error) {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err // names the path
	}
	defer func() { _ = file.Close() }() // nothing was written
	return io.ReadAll(io.LimitReader(file, f.limit+10))
}

// takeUp reads the file again and says whether what it holds is to be put in force. When the file is wrong, the
// terminal says so.
func takeUp[T any](t *terminal, f *followedFile[T], what string) bool {
	changed, err := f.refresh()
	if err != nil {
		t.notef("vitrine: %v (the %s before go on)", err, what)
	}
	return changed
}

// shopFiles are the files that a server follows.
type shopFiles struct {
	rules     *followedFile[*rules.Set]
	synonyms  *followedFile[*indexer.Synonyms]
	objective *followedFile[ranker.Objective]
	adapter   *followedFile[liveAdapter]
}

func openShopFiles(dataDir string) (files shopFiles, err error) {
	if files.rules, err = openRules(dataDir); err != nil {
		return files, err
	}
	if files.synonyms, err = openSynonyms(dataDir); err != nil {
		return files, err
	}
	if files.objective, err = openObjective(dataDir); err != nil {
		return files, err
	}
	files.adapter, err = openAdapter(dataDir)
	return files, err
}
