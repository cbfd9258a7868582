//go:build linux

package indexer_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"vitrine/indexer"
)

func TestFullDiskLeavesTheOldGenerationServingAndSaysHowMuchIsNeeded(t *testing.T) {
	s := newShop(t)
	if err := unix.Mount("none", s.dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("a small disk cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(s.dir, 0); err != nil {
			t.Error(err)
		}
	})
	lines := numbered(300)
	s.mustIndex(lines...)

	filler := filepath.Join(s.dir, "filler")
	if err := os.WriteFile(filler, make([]byte, free(t, s.dir)-300_000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := s.index(t.Context(), nil, append(lines, `{"id":"new","title":"new thing"}`)...)
	if !errors.Is(err, indexer.ErrDiskFull) || !strings.Contains(err.Error(), "a build needs about 0.") || !strings.Contains(err.Error(), "MB are free") {
		t.Errorf("the error is %v", err)
	}
	t.Log(err)
	if got := found(t, s.open(), "number7"); !slices.Equal(got, []string{"p000007"}) {
		t.Errorf("the old generation finds %v", got)
	}
	s.sound()

	// A feed that the catalogue has no room for.
	var long []string
	for i := range 300 {
		long = append(long, fmt.Sprintf(`{"id":"long%d","title":"long","description":"%s"}`, i, strings.Repeat("word ", 1000)))
	}
	_, err = s.index(t.Context(), nil, long...)
	if !errors.Is(err, indexer.ErrDiskFull) || !strings.Contains(err.Error(), "a build needs about") {
		t.Errorf("the error is %v", err)
	}
	t.Log(err)
	s.sound()

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if summary := s.mustIndex(); summary.Products != 301 {
		t.Errorf("with room the build has %d products", summary.Products)
	}
	if got := found(t, s.open(), "new thing"); !slices.Equal(got, []string{"new"}) {
		t.Errorf("the new generation finds %v", got)
	}
	s.sound()
}

func free(t *testing.T, dir string) int {
	t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	return int(s.Bavail) * int(s.Bsize)
}
