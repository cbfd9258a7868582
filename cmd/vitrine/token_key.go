package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const tokenKeyBytes = 32

// readTokenKey reads the key that signs impression tokens, and makes one where there is none. It is a file of its own,
// that its owner alone can read, so that copies of the catalogue do not carry it.
func readTokenKey(dataDir string) ([]byte, error) {
	path := filepath.Join(dataDir, "impressions.key")
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := writeTokenKey(path); err != nil {
			return nil, fmt.Errorf("make the key of impression tokens: %w", err)
		}
		key, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of impression tokens: %w", err)
	}
	if len(key) != tokenKeyBytes {
		return nil, fmt.Errorf("%s has %d bytes and not %d: delete it, and the server makes another", path, len(key), tokenKeyBytes)
	}
	return key, nil
}

// writeTokenKey writes a new key, whole or not at all.
func writeTokenKey(path string) error {
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(part.Name()) // gone already when all went well
	key := make([]byte, tokenKeyBytes)
	_, _ = rand.Read(key) // never fails
	_, err = part.Write(key)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
