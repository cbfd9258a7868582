package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vitrine/catalog/sample"
)

// TestKilledIndexLeavesTheOldGenerationServing kills `vitrine index` at several moments with SIGKILL. The
// old generation must serve after each, and the next run must go on from what the killed one had embedded.
func TestKilledIndexLeavesTheOldGenerationServing(t *testing.T) {
	folder, dataDir := t.TempDir(), t.TempDir()
	feed, err := sample.Generate(t.Context(), folder, sample.Options{PerKind: 6, Size: 64})
	if err != nil {
		t.Fatal(err)
	}
	small := filepath.Join(folder, "small.jsonl")
	if err := os.WriteFile(small, firstLines(t, feed, 40), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, code := vitrine(t, "index", "--data", dataDir, "--feed", small); code != 0 {
		t.Fatalf("first index: code %d\n%s", code, out)
	}

	for _, stage := range []string{"texts: ", "photos: ", "vectors: "} {
		kill(t, stage, "index", "--data", dataDir, "--fold", "--feed", feed)
		out, code := vitrine(t, "search", "--data", dataDir, "-k", "3", "shirt")
		if code != 0 || !strings.Contains(out, "gen-000001") {
			t.Errorf("after a kill at %q, search has code %d:\n%s", stage, code, out)
		}
		if out, code := vitrine(t, "check", "--data", dataDir); code != 0 && !strings.Contains(out, ".tmp") {
			t.Errorf("after a kill at %q, check has code %d:\n%s", stage, code, out)
		}
	}

	out, code := vitrine(t, "index", "--data", dataDir, "--fold", "--feed", feed)
	if code != 0 || !strings.Contains(out, "is live") {
		t.Fatalf("index after the kills: code %d\n%s", code, out)
	}
	if strings.Contains(out, " 0 were known") {
		t.Errorf("the killed runs' embeddings were lost:\n%s", out)
	}
	if out, code := vitrine(t, "check", "--data", dataDir); code != 0 {
		t.Errorf("check at the end has code %d:\n%s", code, out)
	}
}

// vitrine runs a verb in this process.
func vitrine(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var buffer bytes.Buffer
	code = run(t.Context(), args, &buffer, &buffer)
	return buffer.String(), code
}

// kill runs a verb in a process of its own and kills it when it reports the stage.
func kill(t *testing.T, stage string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "vitrine", args...) // testscript's Main put it on the PATH
	var stderr output
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for {
		if strings.Contains(stderr.String(), stage) {
			_ = command.Process.Kill()
			<-ended
			return
		}
		select {
		case <-ended:
			t.Fatalf("the verb ended before it reported %q:\n%s", stage, stderr.String())
		case <-time.After(time.Millisecond):
		}
	}
}

func firstLines(t *testing.T, path string, n int) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	return bytes.Join(lines[:n], nil)
}
