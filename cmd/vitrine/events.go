package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"vitrine/catalog"
)

// eventsAtOnce is the number of lines of an import that are stored in one transaction.
const eventsAtOnce = 5000

type eventsCmd struct {
	Import eventsImportCmd `cmd:"" help:"Read events and queries, and served searches as export writes them (User Behavior Insights 1.3.0, one JSON object a line) into the data directory."`
	Export eventsExportCmd `cmd:"" help:"Write all queries, then all events, then what searches showed, each in order of time, as import reads them."`
	Stats  eventsStatsCmd  `cmd:"" help:"Count what is stored."`
	Forget eventsForgetCmd `cmd:"" help:"Delete everything that one visitor did."`
	Prune  eventsPruneCmd  `cmd:"" help:"Delete what is older than an age."`
}

// storeData is the data directory of a verb that needs the catalogue alone.
type storeData struct {
	Data string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
}

// use opens the catalogue for as long as do runs. It takes no lock: events may come in while an index is built.
func (d storeData) use(ctx context.Context, do func(*catalog.Store) error) (err error) {
	store, err := catalog.Open(ctx, d.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(store)
}

type eventsImportCmd struct {
	storeData
	File string `arg:"" placeholder:"FILE" help:"The file, also gzipped; - = standard input."`
	JSON bool   `help:"Print the counts as JSON."`
}

// imported is what an import did.
type imported struct {
	catalog.Recorded
	Rejected int `json:"rejected"`
}

// Run stores what can be used, in batches, and lists the first lines that cannot. An import that was cut short is
// done again with the same file: what is stored is known.
func (c *eventsImportCmd) Run(ctx context.Context, t *terminal) error {
	in, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	events, err := catalog.NewEventReader(in, catalog.EventLimits{Now: time.Now()})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	var done imported
	err = c.use(ctx, func(store *catalog.Store) error { return c.store(ctx, t, store, events, &done) })
	if c.JSON {
		return errors.Join(err, t.json(done))
	}
	fmt.Fprintf(t.out, "stored %d events, %d queries and %d served searches; %d were known, %d lines rejected\n", done.Events, done.Queries, done.Served, done.Known, done.Rejected)
	if err == nil && done.Rejected > 0 && done.Events+done.Queries+done.Served+done.Known == 0 {
		err = fmt.Errorf("%s: no line could be used", c.File)
	}
	return err
}

// store reads to the end of the file, and stores what was read also when the rest cannot be.
func (c *eventsImportCmd) store(ctx context.Context, t *terminal, store *catalog.Store, events *catalog.EventReader, done *imported) error {
	bar := t.progress()
	defer bar.close()
	var batch catalog.EventBatch
	next := eventsAtOnce // the line at which to store
	for {
		line, readErr := events.Next(&batch)
		if errors.Is(readErr, catalog.ErrInvalidEvent) {
			if done.Rejected++; done.Rejected <= shownRejections {
				t.notef("%s: line %d: %v", c.File, line, readErr)
			}
			readErr = nil
		}
		if readErr == nil && line < next {
			continue
		}
		next = line + eventsAtOnce
		recorded, err := store.RecordEvents(ctx, batch)
		if err != nil {
			return err
		}
		batch = catalog.EventBatch{}
		done.add(recorded)
		bar.report("import events", done.Events+done.Queries+done.Served+done.Known+done.Rejected, 0)
		if errors.Is(readErr, io.EOF) {
			return nil
		}
		if readErr != nil {
			return fmt.Errorf("%s: line %d: %w", c.File, line, readErr)
		}
	}
}

func (i *imported) add(r catalog.Recorded) {
	i.Events += r.Events
	i.Queries += r.Queries
	i.Served += r.Served
	i.Known += r.Known
}

func openInput(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(path)
}

type eventsExportCmd struct {
	storeData
	Since time.Time `placeholder:"TIME" help:"Leave out what is older, such as 2026-11-01T00:00:00Z; empty = all."`
	File  string    `arg:"" optional:"" placeholder:"FILE" type:"path" help:"The file to write, whole or not at all; empty = standard output."`
}

// Run writes one JSON object a line.
func (c *eventsExportCmd) Run(ctx context.Context, t *terminal) error {
	return c.use(ctx, func(store *catalog.Store) error {
		if c.File == "" {
			return c.write(ctx, t, store, t.out)
		}
		return replaceFile(c.File, func(w io.Writer) error { return c.write(ctx, t, store, w) })
	})
}

func (c *eventsExportCmd) write(ctx context.Context, t *terminal, store *catalog.Store, w io.Writer) error {
	bar := t.progress()
	defer bar.close()
	buffered := bufio.NewWriterSize(w, 64<<10)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	queries, err := exportAll(encoder, store.Queries(ctx, c.Since), func(n int) { bar.report("export queries", n, 0) })
	if err != nil {
		return err
	}
	events, err := exportAll(encoder, store.Events(ctx, c.Since), func(n int) { bar.report("export events", n, 0) })
	if err != nil {
		return err
	}
	served, err := exportAll(encoder, store.Served(ctx, c.Since), func(n int) { bar.report("export served searches", n, 0) })
	if err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	t.notef("%d queries, %d events and %d served searches", queries, events, served)
	return nil
}

// exportAll writes all values, a line each, and counts them.
func exportAll[T any](encoder *json.Encoder, values iter.Seq2[T, error], report func(n int)) (n int, err error) {
	for value, err := range values {
		if err == nil {
			err = encoder.Encode(value)
		}
		if err != nil {
			return n, err
		}
		if n++; n%eventsAtOnce == 0 {
			report(n)
		}
	}
	return n, nil
}

type eventsStatsCmd struct {
	storeData
	JSON bool `help:"Print JSON."`
}

// Run prints the counts.
func (c *eventsStatsCmd) Run(ctx context.Context, t *terminal) error {
	return c.use(ctx, func(store *catalog.Store) error {
		stats, err := store.EventStats(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return t.json(stats)
		}
		return printEventStats(t.out, stats)
	})
}

// printEventStats lists the actions in the order of their names.
func printEventStats(out io.Writer, stats catalog.EventStats) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "queries\t%d\nserved\t%d\nevents\t%d\n", stats.Queries, stats.Served, stats.Events)
	for _, action := range slices.Sorted(maps.Keys(stats.Actions)) {
		fmt.Fprintf(table, "  %s\t%d\n", action, stats.Actions[action])
	}
	if len(stats.Doubted) > 0 {
		doubted := 0
		for _, n := range stats.Doubted {
			doubted += n
		}
		fmt.Fprintf(table, "doubted\t%d\n", doubted)
	}
	for _, reason := range slices.Sorted(maps.Keys(stats.Doubted)) {
		fmt.Fprintf(table, "  %s\t%d\n", reason, stats.Doubted[reason])
	}
	fmt.Fprintf(table, "visitors\t%d\n", stats.Visitors)
	if !stats.First.IsZero() {
		fmt.Fprintf(table, "first\t%s\nlast\t%s\n", stats.First.Format(time.RFC3339), stats.Last.Format(time.RFC3339))
	}
	return table.Flush()
}

type eventsForgetCmd struct {
	storeData
	Client string `required:"" placeholder:"ID" help:"The visitor's client_id."`
}

// Run deletes and says how much.
func (c *eventsForgetCmd) Run(ctx context.Context, t *terminal) error {
	return c.use(ctx, func(store *catalog.Store) error {
		n, err := store.ForgetClient(ctx, c.Client)
		fmt.Fprintf(t.out, "deleted %d events, queries and served searches of client %s\n", n, c.Client)
		return err
	})
}

type eventsPruneCmd struct {
	storeData
	OlderThan age `required:"" placeholder:"AGE" help:"In days (90d) or hours (36h)."`
}

// Run deletes and says how much.
func (c *eventsPruneCmd) Run(ctx context.Context, t *terminal) error {
	before := time.Now().Add(-time.Duration(c.OlderThan))
	return c.use(ctx, func(store *catalog.Store) error {
		n, err := store.PruneEvents(ctx, before)
		fmt.Fprintf(t.out, "deleted %d events, queries and served searches of before %s\n", n, before.UTC().Format(time.RFC3339))
		return err
	})
}

// age is a positive length of time on the command line.
type age time.Duration

// UnmarshalText takes whole days, such as 90d, beside what time.ParseDuration takes.
func (a *age) UnmarshalText(text []byte) error {
	const most = 100 * 365 // days; keeps the product in range
	if number, isDays := strings.CutSuffix(string(text), "d"); isDays {
		if days, err := strconv.Atoi(number); err == nil && days > 0 && days <= most {
			*a = age(time.Duration(days) * 24 * time.Hour)
			return nil
		}
	} else if length, err := time.ParseDuration(string(text)); err == nil && length > 0 {
		*a = age(length)
		return nil
	}
	return fmt.Errorf("%q is no age: write days, such as 90d, or hours, such as 36h", text)
}
