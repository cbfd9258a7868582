package ctr

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
)

// ErrModel is wrapped by every reason why a model file cannot be used.
var ErrModel = errors.New("unusable click model")

const (
	fileFormat = 1
	maxFile    = 256 << 20 // bytes
)

// file is the JSON of a model; FORMAT.md describes it.
type file struct {
	Format         int           `json:"format"`
	Features       []fileFeature `json:"features"`
	Label          string        `json:"label"`
	PositiveWeight float64       `json:"positive_weight"`
	Layers         []fileLayer   `json:"layers"`
}

type fileFeature struct {
	Name  string  `json:"name"`
	Mean  float64 `json:"mean"`
	Scale float64 `json:"scale"`
}

type fileLayer struct {
	Bias    []float64 `json:"bias"`    // one a unit
	Weights []float64 `json:"weights"` // units × inputs, row by row
}

// Write writes the model as JSON; numbers are written so that they read back bit for bit.
func (m *Model) Write(w io.Writer) error {
	f := file{Format: fileFormat, Label: m.label, PositiveWeight: m.network.positiveWeight}
	for i, name := range m.features {
		f.Features = append(f.Features, fileFeature{name, m.standard.mean[i], m.standard.scale[i]})
	}
	for _, l := range m.network.layers {
		f.Layers = append(f.Layers, fileLayer{l.bias, l.weights.Data})
	}
	data, err := json.Marshal(f)
	if err == nil {
		_, err = w.Write(append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the click model: %w", err)
	}
	return nil
}

// Read reads a model that Write has written. Its errors wrap ErrModel where the file is no such model:
// another format, unknown, missing or doubled fields, numbers that are not finite, layers that do not fit.
func Read(r io.Reader) (*Model, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the click model: %w", err)
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
	m := &Model{label: f.Label}
	for _, feature := range f.Features {
		if !(feature.Scale > 0) || !finite(feature.Mean, feature.Scale) {
			return nil, fmt.Errorf("the standardisation of %q: mean and scale must be finite, and the scale above 0", feature.Name)
		}
		m.features = append(m.features, feature.Name)
		m.standard.mean = append(m.standard.mean, feature.Mean)
		m.standard.scale = append(m.standard.scale, feature.Scale)
	}
	if err := checkNames(m.features, []string{f.Label}); err != nil {
		return nil, err
	}
	if !(f.PositiveWeight > 0) || !finite(f.PositiveWeight) {
		return nil, fmt.Errorf("positive_weight %v must be above 0", f.PositiveWeight)
	}
	sizes := []int{len(f.Features)}
	for i, l := range f.Layers {
		if inputs := sizes[i]; len(l.Bias) == 0 || len(l.Weights) != inputs*len(l.Bias) {
			return nil, fmt.Errorf("layer %d has %d biases and %d weights for %d inputs", i+1, len(l.Bias), len(l.Weights), inputs)
		}
		if !finite(l.Bias...) || !finite(l.Weights...) {
			return nil, fmt.Errorf("layer %d has a number that is not finite", i+1)
		}
		sizes = append(sizes, len(l.Bias))
	}
	last := len(sizes) - 1
	if last == 0 || sizes[last] != 1 {
		return nil, errors.New("the last layer must have one unit")
	}
	if err := checkHidden(sizes[1:last]); err != nil {
		return nil, err
	}
	m.network = newNetwork(sizes)
	m.network.positiveWeight = f.PositiveWeight
	for i, l := range f.Layers {
		copy(m.network.layers[i].weights.Data, l.Weights)
		copy(m.network.layers[i].bias, l.Bias)
	}
	return m, nil
}
