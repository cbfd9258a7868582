package ort

import (
	"context"
	"errors"
	"fmt"

	onnx "github.com/yalue/onnxruntime_go"
)

// The runtime is one for the process, loaded by the first Load that succeeds and kept until the process
// ends: unloading it under a session that another model still holds would crash.
var (
	loading = make(chan struct{}, 1) // held by the one that loads; a channel, so that waiting ends with its context
	loaded  string                   // path of the library; guarded by loading
)

// Load finds ONNX Runtime's shared library and starts the runtime. After the first success it does nothing,
// but fails when explicit names another library than the one in use.
//
// The library is the first of: explicit (which must exist, when it is not empty); the folder of the running
// binary; the user's cache; the system's library path; else it is fetched into the cache, with npm or from
// ONNX Runtime's releases. What lies in the cache and what is fetched must have a pinned SHA-256. Processes
// that need the library at the same time fetch it once. Progress, which may be nil, is told bytes fetched
// and bytes expected. An error that wraps ErrNotFound says what to install.
func Load(ctx context.Context, explicit string, progress func(done, total int64)) error {
	select {
	case loading <- struct{}{}:
		defer func() { <-loading }()
	case <-ctx.Done():
		return fmt.Errorf("load ONNX Runtime: %w", ctx.Err())
	}
	if loaded != "" {
		if explicit != "" && explicit != loaded {
			return fmt.Errorf("ONNX Runtime is already loaded from %s: %s cannot be loaded beside it", loaded, explicit)
		}
		return nil
	}
	s, err := newSearch(progress)
	if err != nil {
		return err
	}
	path, err := s.locate(ctx, explicit)
	if err != nil {
		return err
	}
	onnx.SetSharedLibraryPath(path)
	if err := onnx.InitializeEnvironment(onnx.WithLogLevelError()); err != nil {
		return fmt.Errorf("%s is not a usable ONNX Runtime of version %s or later for %s: remove it, or set ONNXRUNTIME_LIB to another: %w",
			path, OldestVersion, thisPlatform, err)
	}
	// Windows builds report usage to Microsoft unless told not to; one that cannot be told is not used.
	if err := onnx.DisableTelemetry(); err != nil {
		return errors.Join(fmt.Errorf("turn ONNX Runtime's telemetry off: %w", err), onnx.DestroyEnvironment())
	}
	loaded = path
	return nil
}
