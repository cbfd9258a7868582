package backup

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"vitrine/catalog/durable"
)

// Restore makes dataDir, which must be absent or empty, out of the backup in a file. Everything is written to dataDir.tmp,
// compared with the checksums in the backup and synced before it gets its name: with an error, and at any moment before the end,
// there is no dataDir. progress is called now and then with bytes of the file; may be nil.
func Restore(ctx context.Context, from, dataDir string, progress func(done, total int64)) (*Manifest, error) {
	m, err := restore(ctx, from, filepath.Clean(dataDir), progress)
	if errors.Is(err, syscall.ENOSPC) {
		err = fmt.Errorf("the disk that holds %s is full: %w", dataDir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("restore %s: %w", from, err)
	}
	return m, nil
}

func restore(ctx context.Context, from, dataDir string, progress func(done, total int64)) (*Manifest, error) {
	if err := checkEmpty(dataDir); err != nil {
		return nil, err
	}
	file, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer file.Close() // was only read
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	parent := filepath.Dir(dataDir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	staging := dataDir + ".tmp"
	if err := os.Mkdir(staging, 0o755); errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s is there: another restore is at work, or was interrupted: remove it and try again", staging)
	} else if err != nil {
		return nil, err
	}
	x := &extractor{ctx: ctx, folder: staging, files: make(map[string]File)}
	read := meter{ctx: ctx, total: info.Size(), progress: progress}
	m, err := x.extract(read.of(file))
	if err == nil {
		err = durable.SyncTree(staging)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(staging))
	}
	if err := os.Remove(dataDir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it is empty
		return nil, errors.Join(err, os.RemoveAll(staging))
	}
	if err := os.Rename(staging, dataDir); err != nil {
		return nil, err
	}
	return m, durable.SyncFolder(parent)
}

func checkEmpty(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty: move it away first, or choose another folder with --data", folder)
	}
	return nil
}

// extractor writes the entries of one backup below folder.
type extractor struct {
	ctx    context.Context
	folder string
	files  map[string]File
}

func (x *extractor) extract(from io.Reader) (*Manifest, error) {
	buffered := bufio.NewReaderSize(from, 1<<16)
	var stream io.Reader = buffered
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		if stream, err = gzip.NewReader(buffered); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	entries := tar.NewReader(stream)
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: it ends before its end, or is no backup of vitrine", ErrDamaged)
		}
		if err != nil {
			return nil, x.readError(err)
		}
		if header.Name == manifestName {
			return x.verify(entries, stream)
		}
		if err := x.file(header, entries); err != nil {
			return nil, err
		}
	}
}

// readError tells what is wrong with the backup from an interruption.
func (x *extractor) readError(err error) error {
	if x.ctx.Err() != nil {
		return x.ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

func (x *extractor) file(header *tar.Header, content io.Reader) error {
	name := filepath.FromSlash(header.Name)
	if header.Typeflag != tar.TypeReg || !filepath.IsLocal(name) {
		return fmt.Errorf("%w: %q is no file below a data directory", ErrDamaged, header.Name)
	}
	path := filepath.Join(x.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fs.FileMode(header.Mode).Perm())
	if err != nil {
		return err
	}
	hash := sha256.New()
	reads := &failedReads{reader: content}
	size, err := io.Copy(io.MultiWriter(file, hash), reads)
	if reads.err != nil {
		err = x.readError(reads.err)
	}
	x.files[header.Name] = File{Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))}
	return errors.Join(err, file.Close())
}

// verify compares what was written with the manifest, which is the last entry.
func (x *extractor) verify(content, stream io.Reader) (*Manifest, error) {
	data, err := io.ReadAll(io.LimitReader(content, maxManifest))
	if err == nil {
		_, err = io.Copy(io.Discard, stream) // to the checksum of gzip
	}
	if err != nil {
		return nil, x.readError(err)
	}
	m, err := parseManifest(data)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if got, ok := x.files[name]; !ok || got != m.Files[name] {
			return nil, fmt.Errorf("%w: %s is not what was written", ErrDamaged, name)
		}
	}
	if len(x.files) != len(m.Files) {
		return nil, fmt.Errorf("%w: it has %d files and was written with %d", ErrDamaged, len(x.files), len(m.Files))
	}
	return m, nil
}

// failedReads remembers the error of a reader, to tell it from one of writing.
type failedReads struct {
	reader io.Reader
	err    error
}

func (f *failedReads) Read(p []byte) (int, error) {
	n, err := f.reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}
