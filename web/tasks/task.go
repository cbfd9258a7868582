package tasks

import (
	"context"
	"encoding/json"
	"time"
)

// State says where a task stands.
type State string

// The states, in order; the last three are ends.
const (
	Queued    State = "queued" // another task runs
	Running   State = "running"
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Task is one job as it stood when it was asked for.
type Task struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	State State  `json:"state"`

	Stage string `json:"stage,omitempty"` // of the work; it has names of its own
	Done  int    `json:"done"`            // steps of the stage
	Total int    `json:"total"`           // 0 = unknown

	Created time.Time `json:"created"`
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`

	Error   string          `json:"error,omitempty"`   // why it failed
	Summary json.RawMessage `json:"summary,omitempty"` // what came of it, an object of the work's own

	Version int64 `json:"-"` // grows with each change of the task
}

// Over reports whether nothing more will happen to the task.
func (t Task) Over() bool { return !t.Ended.IsZero() }

// Work does the job until ctx ends. It tells how far it is by report, which is safe for concurrent use, and returns a
// JSON object about what came of it, or nothing.
type Work func(ctx context.Context, report func(stage string, done, total int)) (summary json.RawMessage, err error)
