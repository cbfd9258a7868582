package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"vitrine/catalog"
	"vitrine/catalog/versions"
	"vitrine/encoders"
)

// defaultModel is the name of the model in the binary.
const defaultModel = "vitrine-mini"

// runtimeLibrary is the path of ONNX Runtime's library, or empty to have it found.
type runtimeLibrary string

// openModel opens the default model (also for an empty name), a model below <data>/models, or a model
// directory, looked for in this order.
func openModel(ctx context.Context, dataDir, name string, library runtimeLibrary, t *terminal) (*encoders.Model, error) {
	folder, err := modelFolder(dataDir, name)
	if err != nil {
		return nil, err
	}
	files := encoders.Mini()
	if folder != "" {
		root, err := os.OpenRoot(folder) // nothing of a model is read from outside its directory
		if err != nil {
			return nil, err
		}
		defer root.Close() // it was only read from
		files = root.FS()
	}
	bar := t.progress()
	defer bar.close()
	return encoders.Open(ctx, files, encoders.Options{
		RuntimeLibrary: string(library),
		Progress:       func(done, total int64) { bar.report("fetching ONNX Runtime, MB", int(done>>20), int(total>>20)) },
	})
}

// modelFolder is where a model lies; empty = in the binary.
func modelFolder(dataDir, name string) (string, error) {
	if name == "" || name == defaultModel {
		return "", nil
	}
	folders := []string{name}
	if filepath.IsLocal(name) {
		folders = []string{filepath.Join(dataDir, "models", name), name}
	}
	for _, folder := range folders {
		if isFolder(folder) {
			return folder, nil
		}
	}
	return "", fmt.Errorf("no model %q: name %s, a folder below %s, or a model directory", name, defaultModel, filepath.Join(dataDir, "models"))
}

// recordedName is the name by which openModel finds the model again from any working directory.
func recordedName(dataDir, name string) (string, error) {
	if name == defaultModel || isFolder(filepath.Join(dataDir, "models", name)) || !isFolder(name) {
		return name, nil
	}
	return filepath.Abs(name)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// modelsCmd groups the verbs about models.
type modelsCmd struct {
	List            modelsListCmd            `cmd:"" help:"List the encoders that index can use and, of a data directory, the adapters and ranker models."`
	Runs            modelsRunsCmd            `cmd:"" help:"List the trainings of ranker models, with what they used and what became of them."`
	Adopt           modelsAdoptCmd           `cmd:"" help:"Serve a ranker model that was trained before."`
	Rollback        modelsRollbackCmd        `cmd:"" help:"Serve the ranker model again that was served before."`
	RollbackAdapter modelsRollbackAdapterCmd `cmd:"" help:"Use the adapter again that was used before, or none."`
}

type modelsListCmd struct {
	Data string `placeholder:"DIR" type:"existingdir" help:"Data directory whose models are listed beside the one in the binary."`
	JSON bool   `help:"Print JSON."`
}

// listedModel is one row of `models list`.
type listedModel struct {
	Name        string `json:"name"`
	Where       string `json:"where"`
	Dim         int    `json:"dim,omitempty"`
	Bytes       int64  `json:"bytes,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Error       string `json:"error,omitempty"` // why it cannot be used
}

func (c *modelsListCmd) Run(ctx context.Context, t *terminal, library runtimeLibrary) error {
	models := []listedModel{describeModel(ctx, "", defaultModel, "in the binary", library, t)}
	if c.Data != "" {
		folder := filepath.Join(c.Data, "models")
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("list models: %w", err)
		}
		for _, entry := range entries {
			if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
				models = append(models, describeModel(ctx, c.Data, entry.Name(), filepath.Join(folder, entry.Name()), library, t))
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.JSON {
		return c.json(t, models, library)
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tDIM\tSIZE\tFINGERPRINT\tWHERE")
	for _, m := range models {
		if m.Error != "" {
			fmt.Fprintf(table, "%s\t-\t-\t-\t%s: %s\n", m.Name, m.Where, m.Error)
			continue
		}
		fmt.Fprintf(table, "%s\t%d\t%.1f MB\t%s\t%s\n", m.Name, m.Dim, float64(m.Bytes)/1e6, m.Fingerprint, m.Where)
	}
	if err := table.Flush(); err != nil || c.Data == "" {
		return err
	}
	adapters, err := listAdapters(c.Data)
	if err != nil {
		return err
	}
	if len(adapters) > 0 {
		fmt.Fprintln(t.out)
		if err := printAdapters(t.out, adapters); err != nil {
			return err
		}
	}
	rankers, err := listRankers(c.Data, library)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	return printRankers(t.out, rankers)
}

// json prints the encoders as a list or, of a data directory, all kinds of models.
func (c *modelsListCmd) json(t *terminal, encoders []listedModel, library runtimeLibrary) error {
	if c.Data == "" {
		return t.json(encoders)
	}
	adapters, err := listAdapters(c.Data)
	if err != nil {
		return err
	}
	rankers, err := listRankers(c.Data, library)
	if err != nil {
		return err
	}
	return t.json(struct {
		Encoders []listedModel   `json:"encoders"`
		Adapters []listedAdapter `json:"adapters"`
		Rankers  []listedRanker  `json:"rankers"`
	}{encoders, adapters, rankers})
}

func describeModel(ctx context.Context, dataDir, name, where string, library runtimeLibrary, t *terminal) listedModel {
	model, err := openModel(ctx, dataDir, name, library, t)
	if err != nil {
		return listedModel{Name: name, Where: where, Error: err.Error()}
	}
	info := model.Info()
	m := listedModel{Name: name, Where: where, Dim: info.Dim, Bytes: info.Bytes, Fingerprint: info.Fingerprint}
	if err := model.Close(); err != nil {
		m.Error = err.Error()
	}
	return m
}

// changeLive holds the lock of a folder of versions, which a training holds too, while change runs.
func changeLive(store *versions.Store, change func() error) (err error) {
	lock, err := catalog.LockDir(store.Folder())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	return change()
}
