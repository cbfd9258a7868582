package main

import (
	"context"
	"fmt"

	"vitrine/indexer/backup"
)

type backupCmd struct {
	To             string `arg:"" placeholder:"FILE" type:"path" help:"The backup: a new file whose name ends with .tar or, for a smaller one, .tar.gz."`
	Data           string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
	WithEmbeddings bool   `help:"Also embeddings.db, the cache of vectors: without it a new index embeds everything again."`
	JSON           bool   `help:"Print JSON."`
}

func (c *backupCmd) Run(ctx context.Context, t *terminal) error {
	bar := t.progress()
	defer bar.close()
	written, err := backup.Write(ctx, c.Data, c.To, backup.Options{Embeddings: c.WithEmbeddings, Progress: kilobytes(bar, "backup, KB")})
	if err != nil {
		return err
	}
	bar.close()
	for _, name := range written.Skipped {
		t.notef("left out: %s, which is no file", name)
	}
	if _, secret := written.Files["impressions.key"]; secret {
		t.notef("The backup holds impressions.key, a secret of the server: keep the file where only you can read it.")
	}
	if c.JSON {
		return t.json(written)
	}
	fmt.Fprintf(t.out, "%s: %d products, %s, %d files, %.1f MB\n", c.To, written.Products, indexed(written.Generation), len(written.Files), float64(written.Bytes)/1e6)
	return nil
}

type restoreCmd struct {
	From string `arg:"" placeholder:"FILE" type:"existingfile" help:"A backup."`
	Data string `required:"" placeholder:"DIR" type:"path" help:"Data directory to make: absent or empty."`
	JSON bool   `help:"Print JSON."`
}

func (c *restoreCmd) Run(ctx context.Context, t *terminal) error {
	bar := t.progress()
	defer bar.close()
	manifest, err := backup.Restore(ctx, c.From, c.Data, kilobytes(bar, "restore, KB"))
	if err != nil {
		return err
	}
	bar.close()
	if c.JSON {
		return t.json(manifest)
	}
	fmt.Fprintf(t.out, "%s: %d products, %s, as they were on %s\n", c.Data, manifest.Products, indexed(manifest.Generation), manifest.Created.Local().Format("2 January 2006 at 15:04:05"))
	return nil
}

func indexed(generation string) string {
	if generation == "" {
		return "no index"
	}
	return generation
}

// kilobytes reports bytes as steps of a stage.
func kilobytes(bar *progress, stage string) func(done, total int64) {
	return func(done, total int64) { bar.report(stage, int(done+1023)>>10, int(total+1023)>>10) }
}
