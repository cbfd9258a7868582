package adapter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

var (
	// ErrFile is wrapped by every reason why an adapter's file cannot be used.
	ErrFile = errors.New("unusable adapter")
	// ErrOtherModel says that an adapter belongs to the vectors of another model.
	ErrOtherModel = errors.New("the adapter was trained for another model")
)

const (
	maxParts       = 16
	maxName        = 64 // bytes
	maxFingerprint = 64 // bytes
)

// Adapter holds the projections for the searches that a query is made of, by their names. Each belongs to one
// kind of target, such as the vectors of photos.
type Adapter struct {
	model string
	dim   int
	parts map[string]*Projection
}

// New returns an adapter of at least one projection for the vectors of the model with a fingerprint. It owns the
// projections from then on. An error wraps ErrFile.
func New(model string, parts map[string]*Projection) (*Adapter, error) {
	a := &Adapter{model: model, parts: maps.Clone(parts)}
	if err := a.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return a, nil
}

func (a *Adapter) check() error {
	if len(a.model) == 0 || len(a.model) > maxFingerprint {
		return fmt.Errorf("the model's fingerprint has %d bytes: 1 to %d are allowed", len(a.model), maxFingerprint)
	}
	if len(a.parts) == 0 || len(a.parts) > maxParts {
		return fmt.Errorf("it has %d projections: 1 to %d are allowed", len(a.parts), maxParts)
	}
	for _, name := range a.Parts() {
		p := a.parts[name]
		if a.dim == 0 {
			a.dim = p.Dim
		}
		switch {
		case name == "" || len(name) > maxName:
			return fmt.Errorf("the name %q of a projection has %d bytes: 1 to %d are allowed", name, len(name), maxName)
		case p.Dim != a.dim:
			return fmt.Errorf("the projection %s is of %d dimensions and others of %d", name, p.Dim, a.dim)
		case p.Dim < 1 || p.Dim > MaxDim || p.Rank < 1 || p.Rank > MaxRank:
			return fmt.Errorf("the projection %s has rank %d of %d dimensions: at most %d of %d are allowed", name, p.Rank, p.Dim, MaxRank, MaxDim)
		case len(p.A) != p.Rank*p.Dim || len(p.B) != p.Rank*p.Dim:
			return fmt.Errorf("the projection %s has %d and %d numbers for rank %d of %d dimensions", name, len(p.A), len(p.B), p.Rank, p.Dim)
		case !finite(p.A...) || !finite(p.B...):
			return fmt.Errorf("the projection %s has a number that is not finite", name)
		}
	}
	return nil
}

// Model is the fingerprint of the encoder whose vectors the adapter is for.
func (a *Adapter) Model() string { return a.model }

// Parts are the names of the projections, in their order.
func (a *Adapter) Parts() []string { return slices.Sorted(maps.Keys(a.parts)) }

// Fits returns an error that wraps ErrOtherModel unless the adapter is for the vectors of the model of a fingerprint.
func (a *Adapter) Fits(model string, dim int) error {
	if a.model != model || a.dim != dim {
		return fmt.Errorf("%w: %s of %d dimensions, and this is %s of %d: train it again", ErrOtherModel, a.model, a.dim, model, dim)
	}
	return nil
}

// Adapt returns the unit vector by which the search of a name is made in the place of vector, which stays as it
// is. Without a projection of that name, it is vector itself. The vector has the dimensions that Fits has checked.
func (a *Adapter) Adapt(name string, vector []float32) []float32 {
	part, ok := a.parts[name]
	if !ok {
		return vector
	}
	return part.Apply(vector)
}
