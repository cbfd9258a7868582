package versions

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	errNoVersion = errors.New("no such thing")
	errUnusable  = errors.New("unusable thing")
)

type manifest struct {
	Format  int               `json:"format"`
	Version string            `json:"version"`
	Note    string            `json:"note"`
	Files   map[string]string `json:"files"`
}

const dataFile = "data.bin"

// opened is a store of versions that can be used when their file is whole.
func opened(t *testing.T) *Store {
	t.Helper()
	var s *Store
	s = Open(filepath.Join(t.TempDir(), "things"), Kind{None: "none", NoVersion: errNoVersion, Unusable: errUnusable, Check: func(version string) error {
		if version == "none" {
			return nil
		}
		var m manifest
		if err := s.ReadManifest(version, &m); err != nil {
			return err
		}
		_, err := s.ReadFile(version, dataFile, m.Files[dataFile])
		return err
	}})
	return s
}

func mustSave(t *testing.T, s *Store, versions ...string) {
	t.Helper()
	for _, version := range versions {
		files := map[string][]byte{dataFile: []byte("data of " + version), "report.html": []byte("<html>")}
		if err := s.Save(version, manifest{Format, version, "a note", Checksums(files)}, files); err != nil {
			t.Fatal(err)
		}
	}
}

func wantLive(t *testing.T, s *Store, live string, before ...string) {
	t.Helper()
	version, earlier, err := s.Live()
	if err != nil || version != live || !slices.Equal(earlier, before) {
		t.Fatalf("live is %s before which %v, %v; want %s, %v", version, earlier, err, live, before)
	}
}

func TestWhatIsSavedIsRead(t *testing.T) {
	s := opened(t)
	mustSave(t, s, "v1")
	var m manifest
	if err := s.ReadManifest("v1", &m); err != nil || m.Note != "a note" || len(m.Files) != 2 {
		t.Fatalf("manifest %+v, %v", m, err)
	}
	if data, err := s.ReadFile("v1", dataFile, m.Files[dataFile]); err != nil || string(data) != "data of v1" {
		t.Errorf("data %q, %v", data, err)
	}
	if err := s.Save("v1", m, nil); err == nil {
		t.Error("a version is written over")
	}
	for _, version := range []string{"", "..", "V1", "none", strings.Repeat("v", 65)} {
		if err := s.Save(version, m, nil); !errors.Is(err, errUnusable) {
			t.Errorf("saving as %q: %v", version, err)
		}
	}
}

func TestVersionsOfOneSecondHaveTheirOwnNames(t *testing.T) {
	s, at := opened(t), time.Date(2026, 5, 1, 12, 30, 0, 0, time.FixedZone("", 2*3600))
	for _, want := range []string{"20260501-103000-trees", "20260501-103000-trees-2", "20260501-103000-trees-3"} {
		version := s.NewVersion(at, "trees")
		if version != want {
			t.Errorf("got %s, want %s", version, want)
		}
		mustSave(t, s, version)
	}
	if version := s.NewVersion(at); version != "20260501-103000" {
		t.Errorf("got %s", version)
	}
}

func TestTheStoreGoesForwardAndBack(t *testing.T) {
	s := opened(t)
	wantLive(t, s, "none")
	if _, err := s.Rollback(); !errors.Is(err, errNoVersion) {
		t.Errorf("nothing to go back to: %v", err)
	}
	if err := s.Adopt("none"); err != nil { // it is live already
		t.Error(err)
	}
	mustSave(t, s, "v1", "v2", "v3")
	wantLive(t, s, "none") // saving makes nothing live
	for _, version := range []string{"v1", "v2", "v2"} {
		if err := s.Adopt(version); err != nil {
			t.Fatal(err)
		}
	}
	wantLive(t, s, "v2", "v1", "none")
	for _, version := range []string{"v9", "", "..", "../v1", "V1"} {
		if err := s.Adopt(version); !errors.Is(err, errNoVersion) {
			t.Errorf("adopt %q: %v", version, err)
		}
	}
	wantLive(t, s, "v2", "v1", "none")
	for _, want := range []string{"v1", "none"} {
		if version, err := s.Rollback(); err != nil || version != want {
			t.Fatalf("back to %q, %v; want %q", version, err, want)
		}
	}
	wantLive(t, s, "none")
	if _, err := s.Rollback(); !errors.Is(err, errNoVersion) {
		t.Errorf("back from the first: %v", err)
	}
}

func TestDamagedVersionsAreRefused(t *testing.T) {
	for name, spoil := range map[string]struct{ file, from, to, says string }{
		"changed data":          {dataFile, "data", "date", "the checksum of data.bin differs"},
		"a later format":        {manifestFile, `"format": 1`, `"format": 2`, "format 2"},
		"a note of no text":     {manifestFile, `"a note"`, `7`, "manifest of v2"},
		"another folder":        {manifestFile, `"version": "v2"`, `"version": "v3"`, `holds version "v3"`},
		"a manifest of no JSON": {manifestFile, `{`, `[`, "manifest of v2"},
		"a manifest too large":  {manifestFile, `{`, `{` + strings.Repeat(" ", maxManifest), "is larger than"},
		"no checksum":           {manifestFile, `"data.bin"`, `"others.bin"`, "the checksum of data.bin differs"},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t)
			mustSave(t, s, "v1", "v2")
			if err := errors.Join(s.Adopt("v2"), s.Adopt("v1")); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(s.Path("v2", spoil.file))
			if err != nil {
				t.Fatal(err)
			}
			changed := bytes.Replace(text, []byte(spoil.from), []byte(spoil.to), 1)
			if bytes.Equal(changed, text) {
				t.Fatalf("%s has no %s", spoil.file, spoil.from)
			}
			if err := os.WriteFile(s.Path("v2", spoil.file), changed, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := s.Adopt("v2"); !errors.Is(err, errUnusable) || !strings.Contains(err.Error(), spoil.says) {
				t.Errorf("adopting says %v", err)
			}
			if _, err := s.Rollback(); !errors.Is(err, errUnusable) {
				t.Errorf("going back says %v", err)
			}
			wantLive(t, s, "v1", "v2", "none")
		})
	}
}

func TestADamagedCURRENTIsToldAndMended(t *testing.T) {
	s := opened(t)
	mustSave(t, s, "v1")
	for _, text := range [][]byte{{}, []byte("\n"), []byte("\x00\x00"), []byte("../../etc"), []byte("v1\nV 2!\n"), bytes.Repeat([]byte("v1\n"), MaxCurrentBytes)} {
		if err := os.WriteFile(s.CurrentPath(), text, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Live(); !errors.Is(err, errUnusable) || !strings.HasPrefix(err.Error(), s.CurrentPath()+": ") {
			t.Errorf("%.20q: %v", text, err)
		}
		if err := s.Adopt("v1"); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
		wantLive(t, s, "v1", "none")
	}
}

func TestCURRENTRemembersSoManyVersions(t *testing.T) {
	s := opened(t)
	mustSave(t, s, "v1", "v2")
	if err := os.WriteFile(s.CurrentPath(), bytes.Repeat([]byte("v1\n"), maxHistory), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Adopt("v2"); err != nil {
		t.Fatal(err)
	}
	if live, before, err := s.Live(); live != "v2" || len(before) != maxHistory-1 || err != nil {
		t.Errorf("live is %s, before %d others, %v", live, len(before), err)
	}
}

// What a kill can leave behind after each step of Save and Adopt is never served, and is in nobody's way.
func TestWhatAKillLeavesBehindIsNotServed(t *testing.T) {
	for name, left := range map[string]map[string]string{
		"an empty folder":       {".part-1/": ""},
		"half a manifest":       {".part-1/" + manifestFile: `{"format":`},
		"a folder without data": {".part-1/" + manifestFile: `{"format":1,"version":"v3"}`},
		"all but the renaming":  {".part-1/" + manifestFile: `{"format":1,"version":"v3"}`, ".part-1/" + dataFile: "data"},
		"half a CURRENT":        {currentFile + ".tmp": "v"},
		"a CURRENT not in use":  {currentFile + ".tmp": "v2\nv1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t)
			mustSave(t, s, "v1", "v2")
			if err := s.Adopt("v1"); err != nil {
				t.Fatal(err)
			}
			for file, text := range left {
				path := filepath.Join(s.Folder(), file)
				err := os.MkdirAll(filepath.Dir(path), 0o755)
				if text != "" {
					err = errors.Join(err, os.WriteFile(path, []byte(text), 0o644))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			wantLive(t, s, "v1", "none")
			if versions, err := s.Versions(); err != nil || !slices.Equal(versions, []string{"v1", "v2"}) {
				t.Errorf("versions %v, %v", versions, err)
			}
			mustSave(t, s, "v3")
			if err := errors.Join(s.Adopt("v3"), s.Prune(10)); err != nil {
				t.Fatal(err)
			}
			wantLive(t, s, "v3", "v1", "none")
			if parts, err := filepath.Glob(filepath.Join(s.Folder(), ".part-*")); err != nil || len(parts) != 0 {
				t.Errorf("left are %v, %v", parts, err)
			}
		})
	}
}

func TestPruneKeepsTheLiveVersionAndTheNewest(t *testing.T) {
	s := opened(t)
	mustSave(t, s, "v0", "v1", "v2", "v3", "v4", "v5")
	if err := errors.Join(s.Adopt("v2"), s.Adopt("v0"), s.Prune(2)); err != nil {
		t.Fatal(err)
	}
	if versions, err := s.Versions(); err != nil || !slices.Equal(versions, []string{"v0", "v2", "v4", "v5"}) {
		t.Errorf("left are %v, %v", versions, err)
	}
}

func FuzzParseCurrent(f *testing.F) {
	f.Add([]byte("20260501-103000\nnone\n"))
	s := Open(f.TempDir(), Kind{None: "none", Unusable: errUnusable})
	f.Fuzz(func(t *testing.T, text []byte) {
		version, before, err := s.ParseCurrent(text)
		if err != nil {
			if !errors.Is(err, errUnusable) {
				t.Fatal(err)
			}
			return
		}
		for _, v := range append(before, version) {
			if !filepath.IsLocal(v) || v != filepath.Base(v) {
				t.Fatalf("%q leads elsewhere", v)
			}
		}
	})
}
