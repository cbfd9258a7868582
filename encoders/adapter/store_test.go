package adapter

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheStoreGoesForwardAndBack(t *testing.T) {
	s := OpenStore(filepath.Join(t.TempDir(), "adapters"))
	live := func(want string) {
		t.Helper()
		version, _, err := s.Live()
		if err != nil || version != want {
			t.Fatalf("live is %q, %v; want %q", version, err, want)
		}
		a, err := s.Load(version)
		if err != nil || (a == nil) != (want == NoAdapter) {
			t.Fatalf("load %q: %v, %v", version, a, err)
		}
	}
	live(NoAdapter)
	if _, err := s.Rollback(); !errors.Is(err, ErrNoVersion) {
		t.Errorf("nothing to go back to: %v", err)
	}
	at := time.Date(2026, 5, 1, 10, 30, 0, 0, time.UTC)
	var versions []string
	for range 2 { // in the same second
		m := Manifest{Version: s.NewVersion(at), Created: at, Seed: 3, Report: []byte(`{"source":"behaviour"}`)}
		if err := s.Save(m, small(t)); err != nil {
			t.Fatal(err)
		}
		versions = append(versions, m.Version)
	}
	live(NoAdapter) // saving makes nothing live
	if versions[0] != "20260501-103000" || versions[1] != "20260501-103000-2" {
		t.Errorf("versions %v", versions)
	}
	for _, version := range append(versions, versions[1]) { // the last changes nothing
		if err := s.Adopt(version); err != nil {
			t.Fatal(err)
		}
		live(version)
	}
	for _, want := range []string{versions[0], NoAdapter} {
		if version, err := s.Rollback(); err != nil || version != want {
			t.Fatalf("back to %q, %v; want %q", version, err, want)
		}
		live(want)
	}
	listed, err := s.Versions()
	if err != nil || len(listed) != 2 {
		t.Errorf("listed %v, %v", listed, err)
	}
	m, err := s.Manifest(versions[0])
	if err != nil || m.Model != small(t).model || m.Seed != 3 || !m.Created.Equal(at) {
		t.Errorf("manifest %+v, %v", m, err)
	}
}

func TestOnlyWhatLoadsBecomesLive(t *testing.T) {
	s := OpenStore(t.TempDir())
	if err := s.Save(Manifest{Version: "v1"}, small(t)); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"v2", "", "..", "../v1", "V1"} {
		if err := s.Adopt(version); !errors.Is(err, ErrNoVersion) {
			t.Errorf("adopt %q: %v", version, err)
		}
		if _, err := s.Manifest(version); !errors.Is(err, ErrNoVersion) {
			t.Errorf("manifest of %q: %v", version, err)
		}
	}
	path := filepath.Join(s.Folder(), "v1", adapterFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data[:len(data)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Adopt("v1"); !errors.Is(err, ErrFile) {
		t.Errorf("a damaged one: %v", err)
	}
	if version, _, err := s.Live(); version != NoAdapter || err != nil {
		t.Errorf("live is %q, %v", version, err)
	}
}

func TestADamagedCurrentIsSaidAndMended(t *testing.T) {
	s := OpenStore(t.TempDir())
	if err := s.Save(Manifest{Version: "v1"}, small(t)); err != nil {
		t.Fatal(err)
	}
	for _, text := range [][]byte{{}, []byte("\n"), []byte("../../etc"), []byte("v1\nV 2!\n"), bytes.Repeat([]byte("v1\n"), MaxCurrentBytes)} {
		if err := os.WriteFile(filepath.Join(s.Folder(), CurrentFile), text, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Live(); !errors.Is(err, ErrFile) {
			t.Errorf("%.20q: %v", text, err)
		}
		if err := s.Adopt("v1"); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func FuzzParseCurrent(f *testing.F) {
	f.Add([]byte("20260501-103000\nnone\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		version, before, err := ParseCurrent(text)
		if err != nil {
			return
		}
		for _, v := range append(before, version) {
			if !filepath.IsLocal(v) || v != filepath.Base(v) {
				t.Fatalf("%q leads elsewhere", v)
			}
		}
	})
}
