package main

import (
	"bytes"
	"path/filepath"

	"vitrine/indexer"
)

// openSynonyms opens synonyms.txt of a data directory (docs/synonyms.md).
func openSynonyms(dataDir string) (*followedFile[*indexer.Synonyms], error) {
	return openFollowed(filepath.Join(dataDir, "synonyms.txt"), indexer.MaxSynonymBytes, nil, func(text []byte) (*indexer.Synonyms, error) {
		return indexer.ReadSynonyms(bytes.NewReader(text))
	})
}

// followSynonyms takes up what has changed in synonyms.txt.
func (l *liveShop) followSynonyms() {
	file := l.shop.files.synonyms
	if takeUp(l.terminal, file, "synonyms") {
		l.shop.engine.SetSynonyms(file.value)
		l.terminal.notef("%s: new synonyms are in force", file.path)
	}
}
