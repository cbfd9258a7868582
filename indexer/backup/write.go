package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vitrine/catalog"
	"vitrine/catalog/durable"
)

// Options say what Write writes.
type Options struct {
	Embeddings bool // also the cache of vectors, without which a new model or index begins from nothing
	// Progress is called now and then with bytes; may be nil.
	Progress func(done, total int64)
}

// Written says what a backup holds.
type Written struct {
	Manifest
	Bytes   int64    `json:"bytes"`   // of the file
	Skipped []string `json:"skipped"` // what is neither file nor folder, such as links to folders
}

// Write writes a backup of dataDir to a new file whose name ends with .tar or .tar.gz; nobody else may read it, for it holds
// impressions.key. A server and an index run may go on meanwhile: the catalogue is that of one moment, and not older than the
// index. With an error there is no file.
func Write(ctx context.Context, dataDir, to string, opts Options) (written *Written, err error) {
	if err := checkTarget(dataDir, to); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(to), filepath.Base(to)+".*.part")
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	w := &writer{ctx: ctx, dataDir: dataDir, work: work, opts: opts, path: filepath.Join(work, "archive"), meter: meter{ctx: ctx, progress: opts.Progress}}
	err = w.write(strings.HasSuffix(to, ".gz"))
	if err == nil {
		err = os.Rename(w.path, to)
	}
	if err == nil {
		err = durable.SyncFolder(filepath.Dir(to))
	}
	if err = errors.Join(err, os.RemoveAll(work)); err != nil {
		if errors.Is(err, syscall.ENOSPC) {
			err = fmt.Errorf("the disk that holds %s is full; the backup needs up to %.1f MB: %w", to, float64(w.meter.total+w.databases)/1e6, err)
		}
		return nil, fmt.Errorf("backup: %w", err)
	}
	info, err := os.Stat(to)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return &Written{Manifest: w.manifest, Bytes: info.Size(), Skipped: w.skipped}, nil
}

func checkTarget(dataDir, to string) error {
	if !strings.HasSuffix(to, ".tar") && !strings.HasSuffix(to, ".tar.gz") {
		return fmt.Errorf("%s: a backup's name ends with .tar or .tar.gz", to)
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: choose another name", to)
	}
	if _, err := os.Stat(filepath.Join(dataDir, "catalog.db")); err != nil {
		return fmt.Errorf("there is no catalogue in %s: %w", dataDir, err)
	}
	folder, err := filepath.Abs(filepath.Dir(to))
	if err != nil {
		return err
	}
	data, err := filepath.Abs(dataDir)
	if err != nil {
		return err
	}
	if inside, err := filepath.Rel(data, folder); err == nil && filepath.IsLocal(inside) {
		return fmt.Errorf("%s lies in the data directory that it is to outlive: choose another folder", to)
	}
	return nil
}

// writer writes one backup.
type writer struct {
	ctx           context.Context
	dataDir, work string
	opts          Options
	path          string // of the archive, until it is whole
	manifest      Manifest
	skipped       []string

	tar       *tar.Writer
	meter     meter
	databases int64 // bytes of their copies
}

func (w *writer) write(compress bool) error {
	w.manifest = Manifest{Format: formatVersion, Created: time.Now().UTC().Truncate(time.Second), Files: make(map[string]File)}
	// The index before the catalogue, so that the catalogue has all that was indexed.
	found, err := gather(w.dataDir)
	if err != nil {
		return err
	}
	defer found.close()
	w.manifest.Generation, w.skipped = found.generation, append([]string{}, found.skipped...)
	copies, err := w.copyDatabases()
	if err != nil {
		return err
	}
	defer copies.close()
	all := append(copies.files, found.files...)
	for _, from := range all {
		w.meter.total += from.info.Size()
	}
	return w.archive(all, compress)
}

// copyDatabases copies the databases into the working folder and opens the copies.
func (w *writer) copyDatabases() (copies *sources, err error) {
	store, err := catalog.Open(w.ctx, w.dataDir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	copied := filepath.Join(w.work, "catalog.db")
	if err := store.CopyTo(w.ctx, copied); err != nil {
		return nil, err
	}
	if err := w.describeCatalogue(); err != nil {
		return nil, err
	}
	copies = &sources{}
	if err := copies.open(copied, "catalog.db"); err != nil {
		return nil, err
	}
	if w.opts.Embeddings {
		if err := w.copyEmbeddings(copies); err != nil {
			copies.close()
			return nil, err
		}
	}
	for _, c := range copies.files {
		w.databases += c.info.Size()
	}
	return copies, nil
}

// describeCatalogue notes what the copy of the catalogue has.
func (w *writer) describeCatalogue() error {
	copied, err := catalog.Open(w.ctx, w.work)
	if err != nil {
		return err
	}
	products, err := copied.Count(w.ctx)
	if err == nil {
		w.manifest.Sequence, err = copied.Sequence(w.ctx)
	}
	w.manifest.Products = products
	return errors.Join(err, copied.Close())
}

func (w *writer) copyEmbeddings(copies *sources) error {
	cache, err := catalog.OpenEmbeddings(w.ctx, w.dataDir)
	if err != nil {
		return err
	}
	copied := filepath.Join(w.work, "embeddings.db")
	if err := errors.Join(cache.CopyTo(w.ctx, copied), cache.Close()); err != nil {
		return err
	}
	return copies.open(copied, "embeddings.db")
}

// archive writes all files and, last, the manifest.
func (w *writer) archive(all []source, compress bool) error {
	file, err := os.OpenFile(w.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	var out io.WriteCloser = file
	if compress {
		out = gzip.NewWriter(file)
	}
	w.tar = tar.NewWriter(out)
	for _, from := range all {
		if err = w.add(from); err != nil {
			break
		}
	}
	if err == nil {
		err = w.addManifest()
	}
	err = errors.Join(err, w.tar.Close())
	if compress {
		err = errors.Join(err, out.Close())
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func (w *writer) add(from source) error {
	size := from.info.Size()
	header := &tar.Header{Typeflag: tar.TypeReg, Name: from.name, Mode: int64(from.info.Mode().Perm()), Size: size, ModTime: from.info.ModTime(), Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(header); err != nil {
		return err
	}
	hash := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w.tar, hash), w.meter.of(from.file), size); err != nil {
		return fmt.Errorf("%s: %w", from.name, err)
	}
	w.manifest.Files[from.name] = File{Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))}
	return nil
}

func (w *writer) addManifest() error {
	data, err := w.manifest.seal()
	if err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: manifestName, Mode: 0o600, Size: int64(len(data)), ModTime: w.manifest.Created, Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(header); err != nil {
		return err
	}
	_, err = w.tar.Write(data)
	return err
}
