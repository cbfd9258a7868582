package encoders

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"sync"

	"vitrine/encoders/ort"
	"vitrine/encoders/photo"
	"vitrine/encoders/tokenizer"
)

// ErrPhoto is wrapped by every reason why a photo cannot be used: too large, too many pixels, TIFF, cut off,
// unknown format.
var ErrPhoto = photo.ErrPhoto

// ErrClosed is returned by the methods of a Model that was closed.
var ErrClosed = errors.New("model is closed")

// ErrNoPhotos is why a model that reads texts alone has no vector of a photo.
var ErrNoPhotos = errors.New("reads texts alone: photos need a model with an image tower, such as vitrine-mini")

// Options of Open. The zero value is useful.
type Options struct {
	RuntimeLibrary string                  // path of ONNX Runtime's shared library; empty: it is searched for, else fetched once
	Threads        int                     // cores that one model keeps busy, at most; 0 = all that Go may use
	Progress       func(done, total int64) // bytes of the runtime's download; nil = not reported
}

// WithDefaults returns a copy with the defaults filled in.
func (o Options) WithDefaults() Options {
	if o.Threads < 1 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Progress == nil {
		o.Progress = func(done, total int64) {}
	}
	return o
}

// Info describes a model.
type Info struct {
	Name        string
	Fingerprint string // 32 hex digits; vectors of different fingerprints must never be compared
	Dim         int    // numbers in a vector
	ImageSize   int    // pixels of the square that the image tower sees; 0 = the model reads texts alone
	MaxTokens   int    // of a text; what is longer is cut off
	Bytes       int64  // of the model's files
}

// Model is a text tower and an image tower whose vectors can be compared, or a text tower alone. Safe for concurrent use.
//
// Each run of a network uses one thread, and as many runs as Options.Threads go on at once: on batches that
// is faster than threads within a run, and a search keeps to one core.
type Model struct {
	info      Info
	tokenizer *tokenizer.Tokenizer
	sentence  sentence
	rule      *photo.Rule // nil without an image tower
	text      *textTower
	vision    *visionTower  // nil as well
	running   chan struct{} // one element for each run that goes on

	closing sync.RWMutex // read-held by every call, so that Close waits for them
	closed  bool
}

// Open reads and checks a model directory and loads its networks. Errors wrap ErrModel when the directory is
// at fault. Close the model when it is no longer needed.
func Open(ctx context.Context, dir fs.FS, opts Options) (*Model, error) {
	opts = opts.WithDefaults()
	d, err := readDirectory(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	if err := ort.Load(ctx, opts.RuntimeLibrary, opts.Progress); err != nil {
		return nil, err
	}
	m := &Model{info: d.info, tokenizer: d.tokenizer, sentence: d.sentence, rule: d.rule, running: make(chan struct{}, opts.Threads)}
	if m.text, err = openTextTower(d); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, d.text.file, err)
	}
	m.info.Dim = m.text.dim
	if d.rule == nil {
		return m, nil
	}
	if m.vision, err = openVisionTower(d, m.text); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s: %w", ErrModel, d.vision.file, err), m.text.close())
	}
	return m, nil
}

// Info returns what the model is.
func (m *Model) Info() Info { return m.info }

// Close waits for the calls that go on and frees the networks. Closing twice does nothing.
func (m *Model) Close() error {
	m.closing.Lock()
	defer m.closing.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	if m.vision == nil {
		return m.text.close()
	}
	return errors.Join(m.text.close(), m.vision.close())
}

func (m *Model) noPhotos() error { return fmt.Errorf("model %s %w", m.info.Name, ErrNoPhotos) }

// enter keeps the model open until leave is called.
func (m *Model) enter() (leave func(), err error) {
	m.closing.RLock()
	if m.closed {
		m.closing.RUnlock()
		return nil, ErrClosed
	}
	return m.closing.RUnlock, nil
}

// acquire waits for a core of the model's share.
func (m *Model) acquire(ctx context.Context) (release func(), err error) {
	select {
	case m.running <- struct{}{}:
		return func() { <-m.running }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
