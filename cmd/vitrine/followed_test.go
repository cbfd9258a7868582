package main

import (
	"os"
	"strings"
	"testing"
)

// follower is a server that follows a file, and what its terminal has said.
type follower struct {
	path   string
	follow func()
	told   *output
}

// take puts a text into the file, or removes it for an empty text, and checks what the terminal says then, which is
// nothing where says is empty.
func (f follower) take(t *testing.T, step, text, says string) {
	t.Helper()
	err := os.RemoveAll(f.path)
	if text != "" {
		err = os.WriteFile(f.path, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	before := f.told.String()
	f.follow()
	said, _ := strings.CutPrefix(f.told.String(), before)
	if (says == "") != (said == "") || !strings.Contains(said, says) {
		t.Errorf("%s: the terminal says %q, want %q", step, said, says)
	}
}

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
