package trees

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-json-experiment/json"
)

// ErrModel is wrapped by every reason why a model file cannot be used.
var ErrModel = errors.New("unusable model of trees")

const (
	fileFormat = 1
	maxFile    = 256 << 20 // bytes
)

// file is the JSON of a model; FORMAT.md describes it.
type file struct {
	Format    int        `json:"format"`
	Features  []string   `json:"features"`
	Label     string     `json:"label"`
	Objective Objective  `json:"objective"`
	Base      float64    `json:"base"`
	Trees     []fileTree `json:"trees"`
}

// fileTree has one entry a node in each list.
type fileTree struct {
	Feature   []int     `json:"feature"` // -1 of a leaf
	Threshold []float64 `json:"threshold"`
	Child     []int     `json:"child"` // 0 of a leaf
	Value     []float64 `json:"value"`
	Rows      []float64 `json:"rows"`
}

// Write writes the model as JSON; numbers are written so that they read back bit for bit.
func (m *Model) Write(w io.Writer) error {
	f := file{Format: fileFormat, Features: m.features, Label: m.label, Objective: m.objective, Base: m.base}
	for i := range m.trees {
		t := &m.trees[i]
		out := fileTree{Value: t.values, Rows: t.covers}
		for at, n := range t.nodes {
			feature, threshold, child := int(n.feature), n.threshold, int(n.child)
			if t.isLeaf(at) {
				feature, threshold, child = -1, 0, 0
			}
			out.Feature, out.Threshold, out.Child = append(out.Feature, feature), append(out.Threshold, threshold), append(out.Child, child)
		}
		f.Trees = append(f.Trees, out)
	}
	data, err := json.Marshal(f)
	if err == nil {
		_, err = w.Write(append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the model of trees: %w", err)
	}
	return nil
}

// Read reads a model that Write has written. Its errors wrap ErrModel where the file is no such model:
// another format, unknown, missing or doubled fields, numbers that are not finite, trees that are none.
func Read(r io.Reader) (*Model, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the model of trees: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%w: it is larger than %d bytes", ErrModel, maxFile)
	}
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	if version.Format != fileFormat {
		return nil, fmt.Errorf("%w: format %d, this program reads %d: train it again, or use the program that made it", ErrModel, version.Format, fileFormat)
	}
	var f file
	if err := json.Unmarshal(data, &f, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	m, err := f.model()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	return m, nil
}

// model checks the file.
func (f file) model() (*Model, error) {
	if err := checkFeatures(f.Features); err != nil {
		return nil, err
	}
	if f.Objective != Logistic && f.Objective != LambdaRank {
		return nil, fmt.Errorf("the objective %.20q is neither %s nor %s", f.Objective, Logistic, LambdaRank)
	}
	if len(f.Trees) == 0 || len(f.Trees) > maxTrees {
		return nil, fmt.Errorf("%d trees, where 1 to %d are allowed", len(f.Trees), maxTrees)
	}
	m := &Model{features: f.Features, label: f.Label, objective: f.Objective, base: f.Base}
	for i, t := range f.Trees {
		tree, err := t.tree(len(f.Features))
		if err != nil {
			return nil, fmt.Errorf("tree %d: %w", i+1, err)
		}
		m.trees = append(m.trees, tree)
	}
	return m, nil
}

// tree checks that each node but the root has one parent, which stands before it, so that every way ends.
func (f fileTree) tree(width int) (tree, error) {
	size := len(f.Feature)
	if size == 0 || size > 2*maxLeaves-1 || len(f.Threshold) != size || len(f.Child) != size || len(f.Value) != size || len(f.Rows) != size {
		return tree{}, fmt.Errorf("its lists have %d, %d, %d, %d and %d entries: they are as long, 1 to %d", size, len(f.Threshold), len(f.Child), len(f.Value), len(f.Rows), 2*maxLeaves-1)
	}
	t := tree{values: f.Value, covers: f.Rows}
	taken, reached := make([]bool, size), 1
	for at := range size {
		feature, child := f.Feature[at], f.Child[at]
		if math.IsNaN(f.Threshold[at]) || math.Abs(f.Threshold[at]) > math.MaxFloat64 || math.Abs(f.Value[at]) > math.MaxFloat64 || !(f.Rows[at] > 0) {
			return tree{}, fmt.Errorf("node %d has a number that is not finite, or no rows", at)
		}
		if feature == -1 && child == 0 {
			t.nodes = append(t.nodes, leafNode(at))
			continue
		}
		if feature < 0 || feature >= width || child <= at || child+1 >= size || taken[child] || taken[child+1] {
			return tree{}, fmt.Errorf("node %d asks feature %d and has the child %d", at, feature, child)
		}
		taken[child], taken[child+1] = true, true
		t.nodes = append(t.nodes, node{f.Threshold[at], uint32(feature), uint32(child)})
		reached += 2
	}
	if reached != size {
		return tree{}, fmt.Errorf("%d of %d nodes are reached", reached, size)
	}
	return t, nil
}
