package online

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// ErrOptions is wrapped by every reason why options cannot be used.
var ErrOptions = errors.New("unusable options of an online model")

// Limits of a model.
const (
	maxDense   = 4096
	maxFields  = 16
	maxCrosses = 64
	maxBands   = 64
	maxName    = 256 // bytes of a feature's, a field's or a cross's name
	maxBuckets = 1 << 22
)

// Options say what a model sees and how it learns.
type Options struct {
	Dense   []Feature // numbers
	Fields  []string  // names of the words
	Crosses []string  // fields whose values count together, joined by ×: "query×product"; one field alone counts by itself
	Buckets int       // weights that the values of the crosses share, a power of two; 0 = 2¹⁸

	// Bands part the positions: {1, 3, 10} has the bands 1, 2 to 3, 4 to 10, and beyond. nil = 1, 2, 3, 4, 5,
	// 6 to 8, 9 to 12, 13 to 24, 25 to 48 and beyond.
	Bands []int

	// Prior is the share of clicks that is expected, from which learning starts; 0 = 1/2. Where clicks are
	// rare, the bias needs thousands of examples to come down from even odds, and all weights help it meanwhile.
	Prior float64

	Alpha float64 // step of a weight at its first gradient, before Beta; 0 = 0.1
	Beta  float64 // slows the first steps; 0 = 1
	L1    float64 // at which a weight is left at exactly 0, of summed gradients
	L2    float64 // penalty on the weights; neither is on the bias and on the bands
}

// Feature is a number of an example. The model sees (value − Mean) / Scale, cut to ±100; NaN is the mean.
type Feature struct {
	Name  string
	Mean  float64
	Scale float64 // 0 = 1
}

// WithDefaults returns a copy with the defaults filled in.
func (o Options) WithDefaults() Options {
	o.Dense = slices.Clone(o.Dense)
	for i := range o.Dense {
		if o.Dense[i].Scale == 0 {
			o.Dense[i].Scale = 1
		}
	}
	if o.Buckets == 0 {
		o.Buckets = 1 << 18
	}
	if o.Bands == nil {
		o.Bands = []int{1, 2, 3, 4, 5, 8, 12, 24, 48}
	}
	if o.Prior == 0 {
		o.Prior = 0.5
	}
	if o.Alpha == 0 {
		o.Alpha = 0.1
	}
	if o.Beta == 0 {
		o.Beta = 1
	}
	return o
}

// Validate returns an error that wraps ErrOptions where a model could not go by the options, defaults
// filled in.
func (o Options) Validate() error {
	_, err := o.crosses()
	switch {
	case len(o.Dense) > maxDense || len(o.Fields) > maxFields || len(o.Crosses) > maxCrosses:
		err = fmt.Errorf("%d numbers, %d fields and %d crosses: choose at most %d, %d and %d", len(o.Dense), len(o.Fields), len(o.Crosses), maxDense, maxFields, maxCrosses)
	case err != nil:
	case o.Buckets < 1 || o.Buckets > maxBuckets || bits.OnesCount(uint(o.Buckets)) != 1:
		err = fmt.Errorf("%d buckets: choose a power of two, at most %d", o.Buckets, maxBuckets)
	case len(o.Bands) == 0 || len(o.Bands) > maxBands || o.Bands[0] < 1 || !slices.IsSorted(o.Bands) || len(slices.Compact(slices.Clone(o.Bands))) != len(o.Bands):
		err = fmt.Errorf("the bands %v: choose 1 to %d rising positions", o.Bands, maxBands)
	case !(o.Prior > 0 && o.Prior < 1):
		err = fmt.Errorf("a prior of %v: choose a share of clicks above 0 and below 1", o.Prior)
	case !(o.Alpha > 0) || !(o.Beta > 0) || !(o.L1 >= 0) || !(o.L2 >= 0) || !finite(o.Alpha, o.Beta, o.L1, o.L2):
		err = fmt.Errorf("alpha %v, beta %v, l1 %v, l2 %v: alpha and beta are above 0, the penalties 0 or more", o.Alpha, o.Beta, o.L1, o.L2)
	default:
		err = o.checkDense()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return nil
}

func (o Options) checkDense() error {
	seen := map[string]bool{}
	for _, f := range o.Dense {
		switch {
		case f.Name == "" || len(f.Name) > maxName:
			return fmt.Errorf("%.20q names a number: a name has 1 to %d bytes", f.Name, maxName)
		case seen[f.Name]:
			return fmt.Errorf("two numbers are called %q: rename one", f.Name)
		case !(f.Scale > 0) || !finite(f.Mean, f.Scale):
			return fmt.Errorf("%q has the mean %v and the scale %v: they are finite, and the scale above 0", f.Name, f.Mean, f.Scale)
		}
		seen[f.Name] = true
	}
	return nil
}

// cross is a cross of the options, taken apart.
type cross struct {
	seed   uint64 // of its hashes
	fields []int
}

// crosses finds the fields that the crosses name.
func (o Options) crosses() ([]cross, error) {
	places := map[string]int{}
	for i, name := range o.Fields {
		if _, twice := places[name]; twice || name == "" || len(name) > maxName || strings.Contains(name, "×") {
			return nil, fmt.Errorf("a field is called %.20q: names are unique, of 1 to %d bytes, without ×", name, maxName)
		}
		places[name] = i
	}
	seen := map[string]bool{}
	crosses := make([]cross, 0, len(o.Crosses))
	for _, name := range o.Crosses {
		if seen[name] || len(name) > maxName {
			return nil, fmt.Errorf("the cross %.40q is there twice or longer than %d bytes", name, maxName)
		}
		seen[name] = true
		c := cross{seed: hash(name)}
		for field := range strings.SplitSeq(name, "×") {
			place, known := places[strings.TrimSpace(field)]
			if !known || slices.Contains(c.fields, place) {
				return nil, fmt.Errorf("the cross %q names %q, which is no field or is there twice: the fields are %s", name, field, strings.Join(o.Fields, ", "))
			}
			c.fields = append(c.fields, place)
		}
		crosses = append(crosses, c)
	}
	return crosses, nil
}

func finite(values ...float64) bool {
	return !slices.ContainsFunc(values, func(value float64) bool { return math.IsNaN(value) || math.IsInf(value, 0) })
}
