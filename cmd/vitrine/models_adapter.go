package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"vitrine/encoders/adapter"
)

// listedAdapter is one adapter in `models list`.
type listedAdapter struct {
	Version string    `json:"version"`
	Model   string    `json:"model,omitempty"` // fingerprint of the encoder that it is for
	Legs    []string  `json:"legs,omitempty"`  // searches that it moves
	Source  string    `json:"source,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Gain    float64   `json:"gain,omitempty"` // of the MRR of its first leg, when it was trained
	Live    bool      `json:"live"`
	Error   string    `json:"error,omitempty"` // why it cannot be used
}

// listAdapters lists the adapters of a data directory.
func listAdapters(dataDir string) ([]listedAdapter, error) {
	store := openAdapters(dataDir)
	live, _, err := store.Live()
	if err != nil && !errors.Is(err, adapter.ErrFile) {
		return nil, err
	}
	versions, err := store.Versions()
	if err != nil {
		return nil, err
	}
	listed := []listedAdapter{}
	for _, version := range versions {
		row := listedAdapter{Version: version, Live: version == live}
		a, err := store.Load(version)
		if err == nil {
			row.Legs = a.Parts()
			err = row.describe(store)
		}
		if err != nil {
			row.Error = err.Error()
		}
		listed = append(listed, row)
	}
	return listed, nil
}

// describe adds what the manifest says.
func (l *listedAdapter) describe(store *adapterStore) error {
	m, err := store.Manifest(l.Version)
	if err != nil {
		return err
	}
	l.Model, l.Created = m.Model, m.Created
	var report struct {
		Source string `json:"source"`
		Legs   []struct {
			Leg  string `json:"leg"`
			Gain *struct {
				Difference float64 `json:"difference"`
			} `json:"gain"`
		} `json:"legs"`
	}
	if err := json.Unmarshal(m.Report, &report); err != nil {
		return fmt.Errorf("the report in its manifest: %w", err)
	}
	l.Source = report.Source
	for _, made := range report.Legs {
		if made.Gain != nil && made.Leg == l.Legs[0] {
			l.Gain = made.Gain.Difference
		}
	}
	return nil
}

func printAdapters(out io.Writer, adapters []listedAdapter) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ADAPTER\tFOR MODEL\tLEARNT FROM\tLEGS\tMRR\tLIVE")
	for _, a := range adapters {
		live := ""
		if a.Live {
			live = "live"
		}
		if a.Error != "" {
			fmt.Fprintf(table, "%s\t-\t-\t-\t-\t%s %s\n", a.Version, live, a.Error)
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%v\t%+.4f\t%s\n", a.Version, a.Model, a.Source, a.Legs, a.Gain, live)
	}
	return table.Flush()
}

type modelsRollbackAdapterCmd struct {
	Data string `required:"" placeholder:"DIR" type:"existingdir" help:"Data directory."`
}

// Run makes the adapter live that was before the live one, or none.
func (c *modelsRollbackAdapterCmd) Run(t *terminal) error {
	store := openAdapters(c.Data)
	return changeLive(store.Store, func() error {
		version, err := store.Rollback()
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "adapter %s is live again\n", version)
		return nil
	})
}
