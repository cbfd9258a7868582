package annbench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Ours is the name of package vector's graph among the methods.
const Ours = "vitrine"

// ErrOtherVectors is wrapped when the peers were measured on other vectors than these.
var ErrOtherVectors = errors.New("the peers' results are about other vectors")

// Results are the figures of one set.
type Results struct {
	Set          string        `json:"set"`
	Rows         int           `json:"rows"`
	Dim          int           `json:"dim"`
	Queries      int           `json:"queries"`
	Vectors      string        `json:"vectors,omitempty"` // SHA-256 of base.fvecs and query.fvecs; empty when they were not written
	Machine      string        `json:"machine"`
	Measurements []Measurement `json:"measurements"`
	Filters      []Filtered    `json:"filters,omitempty"` // searches under filters, of peers none
	Peers        []Measurement `json:"peers,omitempty"`   // other programs, on the same vectors
}

// Measurement is one method with one setting, on one number of threads.
//
// Its Bytes are for package vector what its file, which is mapped into memory, holds beside the floats: codes, links
// and, once for all rows, the header. For peers they are what the file that they would save holds beside the floats; in memory a
// peer may need more. For coder/hnsw, which shares the vectors of the set, they are what it adds to the heap.
type Measurement struct {
	Method       string  `json:"method"`
	Setting      string  `json:"setting"`
	K            int     `json:"k"` // results asked for: recall@100 and its price are in the rows of k = 100
	Threads      int     `json:"threads"`
	Recall10     float64 `json:"recall@10"`
	Recall100    float64 `json:"recall@100,omitzero"` // 0 when fewer results were asked for
	Rate         float64 `json:"queries_per_second"`
	P50          float64 `json:"p50_us,omitzero"` // µs a query under that load; of peers on one thread only
	P99          float64 `json:"p99_us,omitzero"`
	BuildSeconds float64 `json:"build_seconds"` // on as many threads
	Bytes        float64 `json:"bytes_per_vector"`
}

func newResults(set *Set) *Results {
	return &Results{
		Set: set.Name, Rows: set.Rows(), Dim: set.Dim, Queries: set.queries(),
		Machine: fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
	}
}

// Load reads the results that a run has left in a folder.
func Load(folder string) (*Results, error) {
	return read(filepath.Join(folder, oursFile))
}

// AddPeers adds what ann_peers.py has left in the folder, if it was run. The error wraps ErrOtherVectors,
// and nothing is added, when that was done with other vectors.
func (r *Results) AddPeers(folder string) error {
	path := filepath.Join(folder, peersFile)
	peers, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if peers.Vectors != r.Vectors {
		return fmt.Errorf("%s: %w: run ann_peers.py again", path, ErrOtherVectors)
	}
	r.Peers = peers.Measurements
	return nil
}

func read(path string) (*Results, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	var r Results
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("read results: %s: %w", path, err)
	}
	return &r, nil
}

func (r *Results) write(path string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}
