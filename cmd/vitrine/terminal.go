package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// plainInterval is the least time between two progress lines where there is no terminal.
const plainInterval = 5 * time.Second

// terminal is where a verb talks to its user: results go to out, all else to err.
type terminal struct {
	out, err io.Writer
	live     bool         // err is a terminal, on which a bar can be redrawn
	notes    *slog.Logger // takes the notes in the place of err; nil = none does
}

func newTerminal(out, err io.Writer) *terminal {
	file, ok := err.(*os.File)
	return &terminal{out: out, err: err, live: ok && term.IsTerminal(int(file.Fd()))}
}

// notef tells the user something; what begins with vitrine: is a failure that is lived with.
func (t *terminal) notef(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if t.notes == nil {
		fmt.Fprintln(t.err, text)
		return
	}
	failure, failed := strings.CutPrefix(text, "vitrine: ")
	level := slog.LevelInfo
	if failed {
		level = slog.LevelWarn
	}
	t.notes.Log(context.Background(), level, failure)
}

func (t *terminal) json(value any) error {
	encoder := json.NewEncoder(t.out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// progress shows how far each stage of a long job is: a bar on a terminal, else a line now and then.
// It is safe for concurrent use.
type progress struct {
	terminal *terminal

	mu     sync.Mutex
	stage  string
	total  int
	bar    *progressbar.ProgressBar
	told   time.Time
	closed bool
}

func (t *terminal) progress() *progress { return &progress{terminal: t} }

// report notes that done of total (0 = unknown) steps of a stage are done.
func (p *progress) report(stage string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	begins := stage != p.stage
	if p.terminal.live {
		if begins || total != p.total {
			p.finish()
			p.bar = p.newBar(stage, total)
		}
		_ = p.bar.Set(done)
	} else if begins || done == total || time.Since(p.told) > plainInterval {
		p.told = time.Now()
		p.terminal.notef("%s", plainLine(stage, done, total))
	}
	p.stage, p.total = stage, total
}

func (p *progress) newBar(stage string, total int) *progressbar.ProgressBar {
	if total == 0 {
		total = -1
	}
	return progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.terminal.err),
		progressbar.OptionSetDescription(fmt.Sprintf("%-22s", stage)),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionFullWidth(),
		// Without a total the bar would redraw itself for ever, also over what follows it.
		progressbar.OptionSetSpinnerChangeInterval(0),
	)
}

func plainLine(stage string, done, total int) string {
	if total == 0 {
		return fmt.Sprintf("%s: %d", stage, done)
	}
	return fmt.Sprintf("%s: %d of %d", stage, done, total)
}

// finish leaves the bar as it stands and goes to the next line.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Exit()
		p.bar = nil
		fmt.Fprintln(p.terminal.err)
	}
}

// close ends the display; reports that come later are ignored.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
	p.closed = true
}
