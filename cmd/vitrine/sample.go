package main

import (
	"context"
	"fmt"

	"vitrine/catalog/sample"
)

type sampleCmd struct {
	Dir  string `arg:"" placeholder:"DIR" type:"path" help:"Folder to fill with feed.jsonl and images/."`
	Seed uint64 `default:"1" help:"Another seed draws another shop."`
}

func (c *sampleCmd) Run(ctx context.Context, t *terminal) error {
	feed, err := drawSample(ctx, c.Dir, sample.Options{Seed: c.Seed}, t)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, feed)
	return nil
}

// drawSample fills dir with the demo's catalogue and returns the path of its feed.
func drawSample(ctx context.Context, dir string, options sample.Options, t *terminal) (string, error) {
	bar := t.progress()
	defer bar.close()
	options.Progress = func(done, total int) { bar.report("drawing products", done, total) }
	return sample.Generate(ctx, dir, options)
}
