package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// childGrace is how long a child has to end in order once it is told to.
const childGrace = 30 * time.Second

// beside is a vitrine in a process of its own, behind all others, so that searches are not slower and its memory is not the
// server's. What it tells on standard error is in told. When ctx ends it is interrupted.
func beside(ctx context.Context, args ...string) (command *exec.Cmd, told *bytes.Buffer, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	args = append([]string{program}, args...)
	if nice, err := exec.LookPath("nice"); err == nil {
		args = append([]string{nice, "-n", "19"}, args...)
	}
	command, told = exec.CommandContext(ctx, args[0], args[1:]...), &bytes.Buffer{}
	command.Stderr = told
	// Its flags say all: settings of the server's user, such as a feed to index, are not meant for it.
	command.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "VITRINE_") })
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = childGrace
	return command, told, nil
}

// childFailure is why a child failed, in its own last words.
func childFailure(err error, told *bytes.Buffer) error {
	lines := strings.Split(strings.TrimSpace(told.String()), "\n")
	return fmt.Errorf("%w: %s", err, strings.TrimPrefix(lines[len(lines)-1], "vitrine: "))
}

// progressInterval is the least time between two lines of a stage, but its first and its last.
const progressInterval = 100 * time.Millisecond

// progressLine is how a child says how far it is.
type progressLine struct {
	Stage string `json:"stage"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// progressLines writes progress as JSON lines. It is safe for concurrent use.
type progressLines struct {
	mu    sync.Mutex
	out   *json.Encoder
	stage string
	told  time.Time
}

func newProgressLines(out io.Writer) *progressLines { return &progressLines{out: json.NewEncoder(out)} }

func (p *progressLines) report(stage string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stage == p.stage && done != total && time.Since(p.told) < progressInterval {
		return
	}
	p.stage, p.told = stage, time.Now()
	_ = p.out.Encode(progressLine{stage, done, total}) // who listened has gone: standard input says so
}

// readProgress passes on the lines that a child writes, until it writes no more.
func readProgress(from io.Reader, report func(stage string, done, total int)) error {
	for lines := json.NewDecoder(from); ; {
		var line progressLine
		switch err := lines.Decode(&line); err {
		case nil:
			report(line.Stage, line.Done, line.Total)
		case io.EOF:
			return nil
		default:
			_, _ = io.Copy(io.Discard, from) // so that it can go on
			return fmt.Errorf("what the child said: %w", err)
		}
	}
}

// leashed returns a context that ends with standard input, which a server holds open for as long as it lives: so its child
// does not outlive it, however it ends.
func leashed(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() { // until the process ends
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return ctx
}
