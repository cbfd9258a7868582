package durabletest

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestDiskKeepsWhatALossLeaves(t *testing.T) {
	begun := t.TempDir()
	if err := os.WriteFile(filepath.Join(begun, "old"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	disk, err := ReadDisk(begun)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []Op{
		{Kind: MakeDir, Path: "d"},
		{Kind: Create, Path: "d/new"},
		{Kind: Write, Path: "d/new", Data: []byte("synced")},
		{Kind: Sync, Path: "d/new"},
		{Kind: Write, Path: "d/new", Offset: 6, Data: []byte(" not")},
		{Kind: Sync, Path: "d"},
		{Kind: Rename, Path: "old", To: "renamed"},
		{Kind: Truncate, Path: "renamed", Offset: 1},
		{Kind: Remove, Path: "d"},    // a folder: refused
		{Kind: RemoveDir, Path: "d"}, // not empty: refused
		{Kind: Write, Path: "x/y", Data: []byte("nowhere")},
	} {
		disk.Apply(op)
	}
	check := func(loss Loss, want map[string]string) {
		t.Helper()
		folder := t.TempDir()
		if err := disk.WriteTo(folder, loss); err != nil {
			t.Fatal(err)
		}
		got := make(map[string]string)
		for _, name := range []string{"old", "renamed", "d/new"} {
			if data, err := os.ReadFile(filepath.Join(folder, name)); err == nil {
				got[name] = string(data)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("loss %d leaves %q, want %q", loss, got, want)
		}
	}
	check(Nothing, map[string]string{"renamed": "o", "d/new": "synced not"})
	check(UnsyncedData, map[string]string{"renamed": "old", "d/new": "synced"})
	check(Unsynced, map[string]string{"old": "old"}) // the name of d was not synced
	before := disk.Digest(Unsynced)
	disk.Apply(Op{Kind: Sync, Path: "."})
	check(Unsynced, map[string]string{"renamed": "old", "d/new": "synced"})
	if disk.Digest(Unsynced) == before {
		t.Error("the digest is the same for other files")
	}
}
