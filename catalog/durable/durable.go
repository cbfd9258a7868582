package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Replace writes data under path in such a way that a crash leaves either the old file or the new.
func Replace(path string, data []byte) error {
	temporary := path + ".tmp"
	if err := Write(temporary, data); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// Write writes a file and brings it to the disk. Its name lasts after SyncFolder.
func Write(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// SyncTree brings every file and folder below a folder to the disk.
func SyncTree(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return SyncFolder(path)
		}
		file, err := os.OpenFile(path, os.O_RDWR, 0) // Windows flushes only what is open for writing
		if err != nil {
			return err
		}
		return errors.Join(file.Sync(), file.Close())
	})
}

// SyncFolder makes renames and new names in a folder last. Windows has no such call and needs none.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
