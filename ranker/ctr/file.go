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
	fileFormat = 2
	maxFile    = 256 << 20 // bytes
)

// file is the JSON of a model; FORMAT.md describes it.
type file struct {
	fileV1
	Steps       []string        `json:"steps"`
	Objective   Objective       `json:"objective"`
	NDCGAt      int             `json:"ndcg_at"`
	Machine     *fileMachine    `json:"machine,omitzero"`
	Positions   *filePositions  `json:"positions,omitzero"`
	Calibration fileCalibration `json:"calibration"`
}

// fileV1 is the part that format 1 has.
type fileV1 struct {
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

type fileMachine struct {
	Factors int       `json:"factors"`
	Weights []float64 `json:"weights"` // features × (1 + factors), row by row
}

type filePositions struct {
	Mean    float64      `json:"mean"`
	Layouts []fileLayout `json:"layouts"`
}

type fileLayout struct {
	Name string    `json:"name"`
	Bias []float64 `json:"bias"` // one a band
}

type fileCalibration struct {
	Slope     float64 `json:"slope"`
	Intercept float64 `json:"intercept"`
}

// Write writes the model as JSON; numbers are written so that they read back bit for bit.
func (m *Model) Write(w io.Writer) error {
	f := file{
		fileV1:      fileV1{Format: fileFormat, Label: m.label, PositiveWeight: m.trained.positiveWeight},
		Steps:       m.steps,
		Objective:   m.trained.objective,
		NDCGAt:      m.trained.ndcgAt,
		Calibration: fileCalibration{m.slope, m.intercept},
	}
	for i, name := range m.features {
		f.Features = append(f.Features, fileFeature{name, m.standard.mean[i], m.standard.scale[i]})
	}
	for _, l := range m.network.layers {
		f.Layers = append(f.Layers, fileLayer{l.bias, l.weights})
	}
	if m.network.factors > 0 {
		f.Machine = &fileMachine{m.network.factors, m.network.machine}
	}
	if m.tower != nil {
		f.Positions = &filePositions{Mean: m.tower.mean}
		for i, layout := range m.tower.layouts {
			f.Positions.Layouts = append(f.Positions.Layouts, fileLayout{layout, m.tower.values[i*bands : (i+1)*bands]})
		}
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
	var f file
	switch version.Format {
	case 1: // before there were other objectives, steps, factors, positions and calibrations
		f = file{Objective: LogLoss, NDCGAt: Options{}.WithDefaults().NDCGAt, Calibration: fileCalibration{Slope: 1}}
		err = json.Unmarshal(data, &f.fileV1, json.RejectUnknownMembers(true))
	case fileFormat:
		err = json.Unmarshal(data, &f, json.RejectUnknownMembers(true))
	default:
		err = fmt.Errorf("format %d, this program reads 1 to %d: train it again, or use the program that made it", version.Format, fileFormat)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	m, err := f.model()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	return m, nil
}

// model checks the file.
func (f *file) model() (*Model, error) {
	m := &Model{
		label: f.Label, steps: f.Steps,
		trained: objectives{f.Objective, f.NDCGAt, f.PositiveWeight},
		slope:   f.Calibration.Slope, intercept: f.Calibration.Intercept,
	}
	for _, feature := range f.Features {
		if !(feature.Scale > 0) || !finite(feature.Mean, feature.Scale) {
			return nil, fmt.Errorf("the standardisation of %q: mean and scale must be finite, and the scale above 0", feature.Name)
		}
		m.features = append(m.features, feature.Name)
		m.standard.mean = append(m.standard.mean, feature.Mean)
		m.standard.scale = append(m.standard.scale, feature.Scale)
	}
	if err := checkNames(m.features, m.Tasks()); err != nil {
		return nil, err
	}
	if err := f.checkTraining(); err != nil {
		return nil, err
	}
	if err := checkCalibration(m.slope, m.intercept); err != nil {
		return nil, err
	}
	var err error
	if m.network, err = f.network(); err != nil {
		return nil, err
	}
	if m.tower, err = f.Positions.tower(); err != nil {
		return nil, err
	}
	m.network.pack(&m.packed)
	return m, nil
}

// checkTraining checks what the model was trained for.
func (f *file) checkTraining() error {
	switch {
	case !(f.PositiveWeight > 0) || !finite(f.PositiveWeight):
		return fmt.Errorf("positive_weight %v must be above 0", f.PositiveWeight)
	case len(f.Steps) > maxSteps:
		return fmt.Errorf("%d steps: at most %d may follow the label", len(f.Steps), maxSteps)
	case f.Objective != LogLoss && !f.Objective.listwise():
		return fmt.Errorf("the objective %q is unknown", f.Objective)
	case f.Objective.listwise() && len(f.Steps) > 0:
		return fmt.Errorf("the objective %s has no steps", f.Objective)
	case f.NDCGAt < 1 || f.NDCGAt > maxGroup:
		return fmt.Errorf("ndcg_at %d must be from 1 to %d", f.NDCGAt, maxGroup)
	}
	return nil
}

func (f *file) network() (*network, error) {
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
	if units := 1 + len(f.Steps); last == 0 || sizes[last] != units {
		return nil, fmt.Errorf("the last layer must have one unit for the label and one for each step, %d", units)
	}
	if err := checkHidden(sizes[1:last]); err != nil {
		return nil, err
	}
	machine := fileMachine{}
	if f.Machine != nil {
		machine = *f.Machine
		switch {
		case machine.Factors < 1 || machine.Factors > maxFactors:
			return nil, fmt.Errorf("a machine of %d factors: it has 1 to %d", machine.Factors, maxFactors)
		case len(machine.Weights) != machineSize(sizes[0], machine.Factors):
			return nil, fmt.Errorf("a machine of %d factors has %d weights for %d features", machine.Factors, len(machine.Weights), sizes[0])
		case !finite(machine.Weights...):
			return nil, errors.New("the machine has a number that is not finite")
		case len(f.Steps) > 0:
			return nil, errors.New("a machine has no steps")
		}
	}
	n := newNetwork(sizes, machine.Factors)
	for i, l := range f.Layers {
		copy(n.layers[i].weights, l.Weights)
		copy(n.layers[i].bias, l.Bias)
	}
	copy(n.machine, machine.Weights)
	return n, nil
}

func (f *filePositions) tower() (*tower, error) {
	if f == nil {
		return nil, nil
	}
	if len(f.Layouts) == 0 || len(f.Layouts) > maxLayouts || !finite(f.Mean) {
		return nil, fmt.Errorf("positions of %d layouts, mean %v: there are 1 to %d, and the mean is finite", len(f.Layouts), f.Mean, maxLayouts)
	}
	t := &tower{mean: f.Mean}
	for i, layout := range f.Layouts {
		if i > 0 && layout.Name <= f.Layouts[i-1].Name {
			return nil, fmt.Errorf("the layouts %q and %q are not in order", f.Layouts[i-1].Name, layout.Name)
		}
		if len(layout.Bias) != bands || !finite(layout.Bias...) {
			return nil, fmt.Errorf("the positions of the layout %q must be %d finite numbers", layout.Name, bands)
		}
		t.layouts, t.values = append(t.layouts, layout.Name), append(t.values, layout.Bias...)
	}
	return t, nil
}
