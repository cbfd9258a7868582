package main

import (
	"os"
	"testing"
)

func TestAFileThatCannotBeReadIsToldOnce(t *testing.T) {
	dataDir := t.TempDir()
	files, err := openShopFiles(dataDir)
	if err != nil {
		t.Fatal(err)
	}
	for path, refresh := range map[string]func() (bool, error){
		files.rules.path: files.rules.refresh, files.synonyms.path: files.synonyms.refresh,
	} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := refresh(); err == nil {
			t.Errorf("%s, a folder, is read", path)
		}
		if _, err := refresh(); err != nil {
			t.Errorf("told again: %v", err)
		}
	}
}
