package web

import (
	"context"
	"net/http"
	"time"

	"vitrine/catalog"
	"vitrine/web/tasks"
)

// StatusReporter tells how the shop stands. It must be safe for concurrent use.
type StatusReporter interface {
	Status(ctx context.Context) (*Status, error)
}

// Status is how a shop stands: what is indexed, what has changed since, and what it takes on the disk.
type Status struct {
	Generation *GenerationStatus `json:"generation"` // the live one; nil = nothing is indexed yet
	Catalogue  CatalogueStatus   `json:"catalogue"`
	Ranker     string            `json:"ranker"`  // version of the live model
	Adapter    string            `json:"adapter"` // version of the live adapter; "none"
	Disk       DiskStatus        `json:"disk"`
	LastRun    *catalog.IndexRun `json:"last_run"`         // of the indexer; nil = none is remembered
	Server     *ServerStatus     `json:"server,omitempty"` // nil = not asked of a running one
}

// GenerationStatus describes an index.
type GenerationStatus struct {
	Name     string             `json:"name"`
	Created  time.Time          `json:"created"`
	Format   int                `json:"format"`
	Sequence int64              `json:"sequence"` // of the last change that is surely in it
	Products int                `json:"products"`
	Rows     map[string]int     `json:"rows"`   // vectors, by space
	Recall   map[string]float64 `json:"recall"` // recall@10 of the vector index against exact search, by space
	Model    ModelStatus        `json:"model"`
}

// ModelStatus names the encoder model that made the vectors.
type ModelStatus struct {
	Name        string `json:"name"`
	Fingerprint string `json:"fingerprint"`
	Dim         int    `json:"dim"`
}

// CatalogueStatus counts what is stored.
type CatalogueStatus struct {
	Products      int   `json:"products"`
	Sequence      int64 `json:"sequence"`       // of the last change
	Delta         int   `json:"delta"`          // products that changed, came or went since the generation
	PendingImages int   `json:"pending_images"` // photos that are still to be had
}

// DiskStatus says what the data directory takes, in bytes.
type DiskStatus struct {
	Parts []DiskPart `json:"parts"` // by name
	Bytes int64      `json:"bytes"` // all of them
	Free  int64      `json:"free"`  // for this user, on that disk; -1 = unknown
}

// DiskPart is a database, a generation or another folder of the data directory.
type DiskPart struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// ServerStatus is of the process that answers.
type ServerStatus struct {
	Started    time.Time     `json:"started"`
	Uptime     time.Duration `json:"uptime_ns"`
	Generation string        `json:"generation"` // that is searched; within seconds it is the live one
	Tasks      []tasks.Task  `json:"tasks"`      // that run or wait, the newest first
}

// apiStatus answers with how the shop stands.
func (s *site) apiStatus(w http.ResponseWriter, r *http.Request) error {
	if s.opts.Status == nil {
		return errNotOffered
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	status, err := s.opts.Status.Status(ctx)
	if err != nil {
		return err
	}
	return sendJSON(w, status)
}
