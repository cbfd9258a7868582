package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// interrupting is a terminal at which Ctrl-C is pressed as soon as some text appears.
type interrupting struct {
	bytes.Buffer
	at        string
	interrupt context.CancelFunc
}

func (w *interrupting) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(w.at)) {
		w.interrupt()
	}
	return w.Buffer.Write(p)
}

func TestAnInterruptedTrainingWritesTheBestModelSoFar(t *testing.T) {
	dir := t.TempDir()
	table := "x,click\n"
	for i := range 40 {
		table += fmt.Sprintf("%d,%d\n", i, i/20)
	}
	csv, out := filepath.Join(dir, "train.csv"), filepath.Join(dir, "model.json")
	if err := os.WriteFile(csv, []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	train := func(at string) (code int, stdout, stderr string) {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		screen, errors := &interrupting{at: at, interrupt: interrupt}, new(bytes.Buffer)
		code = run(ctx, []string{"train", "ctr", "--csv", csv, "--features", "x", "--label", "click", "--epochs", "1000000", "--patience", "0", "--out", out}, screen, errors)
		return code, screen.String(), errors.String()
	}

	code, stdout, stderr := train("rows to train on") // before the first epoch
	if code != exitInterrupted || !strings.Contains(stderr, "no model was written") {
		t.Errorf("code %d: %s%s", code, stdout, stderr)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("a model was written: %v", err)
	}

	code, stdout, stderr = train("epoch 3")
	if want := "stopped after epoch 3: the model of epoch 3, the best so far, is in " + out; code != exitInterrupted || !strings.Contains(stdout, want) {
		t.Errorf("code %d: %s%s", code, stdout, stderr)
	}
	if _, err := readClickModel(out, "--evaluate"); err != nil {
		t.Error(err)
	}
}
