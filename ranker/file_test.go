package ranker

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestASavedModelScoresLikeBefore(t *testing.T) {
	dir := t.TempDir()
	if err := New().Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(dir, New().Version())
	if err != nil {
		t.Fatal(err)
	}
	loaded.now = at(today).now
	candidates := randomCandidates(rand.New(rand.NewPCG(9, 9)), 30)
	got, err := loaded.Rank(t.Context(), redDress, candidates)
	if err != nil {
		t.Fatal(err)
	}
	if want := rank(t, redDress, candidates); !reflect.DeepEqual(got, want) {
		t.Error("the loaded model scores otherwise")
	}
	entries, err := os.ReadDir(filepath.Join(dir, "ranker", loaded.Version()))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestAFailedSaveKeepsTheOldModelAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	version := filepath.Join(dir, "ranker", priorVersion)
	if err := os.MkdirAll(filepath.Join(version, "model.json"), 0o755); err != nil { // a folder cannot be replaced by a file
		t.Fatal(err)
	}
	if err := New().Save(dir); err == nil {
		t.Fatal("no error")
	}
	if entries, err := os.ReadDir(version); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestLoadRefusesWhatItCannotUse(t *testing.T) {
	for _, test := range []struct {
		name, old, new string // what is replaced in the file of the prior
		want           error
		text           string
	}{
		{"another schema", "sha256:", "sha256:0", ErrSchema, "train it again"},
		{"a missing weight", features[0].Name, "unknown_feature", ErrModel, "unknown_feature"},
		{"another format", `"format": 1`, `"format": 2`, ErrModel, "format 2"},
		{"another version", priorVersion, "other", ErrModel, "version other"},
		{"an unknown field", `"bias"`, `"biass"`, ErrModel, "biass"},
		{"a number too large", `"bias": -`, `"bias": -1e999`, ErrModel, ""},
		{"a truncated file", "]", "", ErrModel, ""},
		{"a huge file", "{", strings.Repeat(" ", maxModelFile) + "{", ErrModel, "larger than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := New().Save(dir); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "ranker", priorVersion, "model.json")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(data), test.old, test.new, 1)
			if changed == string(data) {
				t.Fatalf("%q is not in the file", test.old)
			}
			if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(dir, priorVersion); !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func TestLoadOfAVersionThatIsNotThere(t *testing.T) {
	if _, err := Load(t.TempDir(), "v1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error = %v", err)
	}
}

func TestVersionsStayWithinTheDataDirectory(t *testing.T) {
	for _, version := range []string{"", "..", "../x", "a/b", `a\b`, "A", strings.Repeat("a", 65)} {
		if _, err := Load(t.TempDir(), version); !errors.Is(err, ErrModel) {
			t.Errorf("Load of %q: %v", version, err)
		}
		if _, err := NewLogistic(version, 0, prior); !errors.Is(err, ErrModel) {
			t.Errorf("NewLogistic of %q: %v", version, err)
		}
	}
}

func FuzzDecodeModel(f *testing.F) {
	dir := f.TempDir()
	if err := New().Save(dir); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "ranker", priorVersion, "model.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, err := decode(data); err == nil && (len(l.weights) != len(features) || finite(l.bias) != l.bias) {
			t.Errorf("accepted %s", data)
		}
	})
}
