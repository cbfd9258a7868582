package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"vitrine/catalog"
	"vitrine/web"
)

type statusCmd struct {
	Data string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	JSON bool   `help:"Print JSON, as GET /api/v1/status gives it."`
}

// Run tells how a data directory stands, whether or not a server runs on it.
func (c *statusCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) (err error) {
	if _, err := os.Stat(filepath.Join(c.Data, "catalog.db")); err != nil {
		return fmt.Errorf("there is no catalogue in %s: index a feed with vitrine index --feed", c.Data)
	}
	store, err := catalog.Open(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	status, err := shopStatus(ctx, c.Data, store, library)
	if err != nil {
		return err
	}
	if status.Disk, err = measureDisk(c.Data); err != nil {
		return err
	}
	if c.JSON {
		return t.json(status)
	}
	return printStatus(t.out, status)
}

func printStatus(out io.Writer, s *web.Status) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	if g := s.Generation; g != nil {
		row("generation", "%s of %s, format %d", g.Name, minute(g.Created), g.Format)
		row("indexed", "%d products, %d texts, %d photos%s", g.Products, g.Rows["text"], g.Rows["photo"], recallNote(g.Recall))
		row("encoder", "%s, %d dimensions, fingerprint %s", g.Model.Name, g.Model.Dim, g.Model.Fingerprint)
	} else {
		row("generation", "none: run vitrine index")
	}
	row("catalogue", "%d products, the last change is number %d", s.Catalogue.Products, s.Catalogue.Sequence)
	row("beside the index", "%d products that changed since", s.Catalogue.Delta)
	row("pending images", "%d", s.Catalogue.PendingImages)
	row("ranker", "%s", s.Ranker)
	row("adapter", "%s", s.Adapter)
	row("last run", "%s", runNote(s.LastRun))
	row("disk", "%s%s", size(s.Disk.Bytes), freeNote(s.Disk.Free))
	for _, part := range s.Disk.Parts {
		if part.Bytes == 0 {
			continue // a lock
		}
		row("", "%s  %s", size(part.Bytes), part.Name)
	}
	return table.Flush()
}

func recallNote(recall map[string]float64) string {
	var note strings.Builder
	for _, space := range []string{"text", "photo"} {
		if r, known := recall[space]; known {
			fmt.Fprintf(&note, ", %s recall@10 %.4f", space, r)
		}
	}
	return note.String()
}

// runNote says in a line what came of a run of the indexer.
func runNote(r *catalog.IndexRun) string {
	if r == nil {
		return "none is remembered"
	}
	note := fmt.Sprintf("%s, took %s: ", minute(r.Started), r.Elapsed.Round(10*time.Millisecond))
	switch {
	case r.Error != "":
		return note + r.Error
	case r.UpToDate:
		note += r.Generation + " was up to date"
	default:
		note += fmt.Sprintf("%s, %d new, %d changed, %d unchanged, %d removed", r.Generation, r.Added, r.Changed, r.Unchanged, r.Deleted)
	}
	if lost := r.Rejected + r.PhotoProblems; lost > 0 {
		note += fmt.Sprintf("; %d rows rejected, %d photos cannot be used", r.Rejected, r.PhotoProblems)
	}
	return note
}

func freeNote(free int64) string {
	if free < 0 {
		return ""
	}
	return ", " + size(free) + " free"
}

func minute(at time.Time) string { return at.Local().Format("2006-01-02 15:04") }

// size is a number of bytes in a unit that fits.
func size(bytes int64) string {
	if bytes < 1000 {
		return fmt.Sprintf("%d B", bytes)
	}
	value, unit := float64(bytes)/1000, "kB"
	for _, larger := range []string{"MB", "GB", "TB"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, larger
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}
