package ort

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// extractTar takes the one regular file pin.path out of a gzipped tar archive and checks it. Nothing else in
// the archive is written anywhere.
func extractTar(archive string, pin library, staged string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(archive), err)
	}
	reader := tar.NewReader(unzipped)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s does not hold %s", filepath.Base(archive), pin.path)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(archive), err)
		}
		if header.Typeflag == tar.TypeReg && path.Clean(header.Name) == pin.path {
			return keep(reader, staged, pin)
		}
	}
}

// extractZip is extractTar for the archives of Windows.
func extractZip(archive string, pin library, staged string) error {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(archive), err)
	}
	defer reader.Close()
	file, err := reader.Open(pin.path)
	if err != nil {
		return fmt.Errorf("%s does not hold %s: %w", filepath.Base(archive), pin.path, err)
	}
	defer file.Close()
	return keep(file, staged, pin)
}
