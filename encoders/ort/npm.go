package ort

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// fromNPM lets npm download the package, which needs no project, runs none of its scripts and uses whatever
// registry and proxy the user's npm is set to, and takes the one library from it.
func (f fetcher) fromNPM(ctx context.Context, p platform, staging string) (string, error) {
	if f.npm == "" {
		return "", errors.New("npm: it is not installed, or not on the PATH")
	}
	download := filepath.Join(staging, "npm")
	if err := os.Mkdir(download, 0o755); err != nil {
		return "", err
	}
	if err := f.pack(ctx, download); err != nil {
		return "", err
	}
	packed, err := filepath.Glob(filepath.Join(download, "*.tgz"))
	if err != nil || len(packed) != 1 {
		return "", fmt.Errorf("npm pack left %d archives in %s and not 1", len(packed), download)
	}
	staged := filepath.Join(staging, "from-npm")
	if err := extractTar(packed[0], p.npm, staged); err != nil {
		return "", fmt.Errorf("npm: %w", err)
	}
	return staged, nil
}

// pack runs npm in folder. Its cache is put there too: the package is needed once, and the file that grows
// there is the only sign of progress that npm gives to other programs.
func (f fetcher) pack(ctx context.Context, folder string) error {
	var output bytes.Buffer
	command := exec.CommandContext(ctx, f.npm, "pack", npmPackage+"@"+Version, "--ignore-scripts", "--loglevel=error",
		"--cache", filepath.Join(folder, "cache"), "--pack-destination", folder)
	command.Dir, command.Stdout, command.Stderr = folder, &output, &output
	command.WaitDelay = 5 * time.Second // a child that keeps the pipe open must not outlive the context

	finished := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		f.watch(folder, finished)
	}()
	err := command.Run()
	close(finished)
	<-watched
	if err != nil {
		return fmt.Errorf("npm pack %s@%s: %w: %s", npmPackage, Version, err, lastLines(output.String(), 3))
	}
	return nil
}

// watch reports the size of the largest file below folder until finished is closed.
func (f fetcher) watch(folder string, finished <-chan struct{}) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	f.progress(0, npmBytes)
	for {
		select {
		case <-finished:
			f.progress(npmBytes, npmBytes)
			return
		case <-tick.C:
			f.progress(min(largestFile(folder), npmBytes), npmBytes)
		}
	}
}

func largestFile(folder string) (largest int64) {
	// Files come and go while npm works: what cannot be read does not count.
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			largest = max(largest, info.Size())
		}
		return nil
	})
	return largest
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}
