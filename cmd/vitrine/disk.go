package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"vitrine/catalog/durable"
	"vitrine/web"
)

// measureDisk adds up what the parts of a data directory take: each database, each generation, and every other file and
// folder by its name. What goes while it is looked at counts as gone.
func measureDisk(dataDir string) (web.DiskStatus, error) {
	sizes := map[string]int64{}
	err := filepath.WalkDir(dataDir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path != dataDir {
			return nil
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dataDir, path)
		sizes[diskPart(filepath.ToSlash(name))] += info.Size()
		return err
	})
	if err != nil {
		return web.DiskStatus{}, err
	}
	disk := web.DiskStatus{Parts: []web.DiskPart{}, Free: durable.FreeBytes(dataDir)}
	for name, bytes := range sizes {
		disk.Parts = append(disk.Parts, web.DiskPart{Name: name, Bytes: bytes})
		disk.Bytes += bytes
	}
	slices.SortFunc(disk.Parts, func(a, b web.DiskPart) int { return strings.Compare(a.Name, b.Name) })
	return disk, nil
}

// diskPart is the part that a file belongs to, by its path in the data directory.
func diskPart(name string) string {
	part, rest, nested := strings.Cut(name, "/")
	if !nested {
		return strings.TrimSuffix(strings.TrimSuffix(part, "-wal"), "-shm") // beside a database
	}
	if generation, _, nested := strings.Cut(rest, "/"); part == "index" && nested {
		return "index/" + generation
	}
	return part
}
