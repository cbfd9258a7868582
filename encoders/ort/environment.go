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

// Load finds the library as Locate does and starts the runtime. After the first success it does nothing, but
// fails when explicit names another library than the one in use.
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
	path, err := Locate(ctx, explicit, progress)
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
