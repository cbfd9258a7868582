package encoders

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"vitrine/encoders/ort"
)

// tower is a network with known inputs and one output of vectors.
type tower struct {
	session *ort.Session
	inputs  []ort.Port // that the network has, of those that can be given
	output  output
	dim     int
}

// output is a way in which networks give vectors: one a text or photo, or one a token.
type output struct {
	name     string
	perToken bool
}

// oneSize in the shape of a port that is wanted: any size, or a single one.
const oneSize = -2

// openTower checks the network's ports against what the caller can feed and loads it. Used are the inputs that
// the network has; it must have the first one and no other than these. Of the outputs the first that it has is
// used. A dim of 0 is that of the network.
func openTower(n network, feeds []ort.Port, candidates []output, dim int) (*tower, error) {
	inputs, outputs, err := ort.Inspect(n.encoded)
	if err != nil {
		return nil, err
	}
	var used []ort.Port
	for _, feed := range feeds {
		if i := slices.IndexFunc(inputs, func(p ort.Port) bool { return p.Name == feed.Name }); i >= 0 {
			if err := fits(inputs[i], feed); err != nil {
				return nil, err
			}
			used = append(used, inputs[i])
		}
	}
	if len(used) != len(inputs) || len(used) == 0 || used[0].Name != feeds[0].Name {
		return nil, fmt.Errorf("it has the inputs %s, but these can be given: %s", names(inputs), names(feeds))
	}
	t := &tower{inputs: used}
	if t.output, t.dim, err = choose(outputs, candidates, dim); err != nil {
		return nil, err
	}
	t.session, err = ort.NewSession(n.encoded, portNames(used), t.output.name, 1)
	return t, err
}

// choose returns the first of the candidates that the network has, and the numbers in its vectors.
func choose(outputs []ort.Port, candidates []output, dim int) (output, int, error) {
	wanted := make([]string, len(candidates))
	for n, c := range candidates {
		wanted[n] = c.name
		i := slices.IndexFunc(outputs, func(p ort.Port) bool { return p.Name == c.name })
		if i < 0 {
			continue
		}
		port := outputs[i]
		if last := len(port.Shape) - 1; dim == 0 && last >= 0 {
			dim = int(port.Shape[last])
		}
		if dim < 1 {
			return output{}, 0, fmt.Errorf("neither it nor %s says how many numbers a vector of %s has", configFile, c.name)
		}
		shape := []int64{-1, int64(dim)}
		if c.perToken {
			shape = []int64{-1, oneSize, int64(dim)}
		}
		return c, dim, fits(port, ort.Port{Name: c.name, Shape: shape, Type: "float"})
	}
	return output{}, 0, fmt.Errorf("it has the outputs %s, but not %s", names(outputs), strings.Join(wanted, " or "))
}

// fits fails unless the port takes tensors of the wanted type and shape; −1 = any size.
func fits(port, want ort.Port) error {
	ok := port.Type == want.Type && len(port.Shape) == len(want.Shape)
	for i := 0; ok && i < len(want.Shape); i++ {
		// A fixed size where any is needed will not do: the batch.
		ok = port.Shape[i] == want.Shape[i] || port.Shape[i] < 0 || want.Shape[i] == oneSize
	}
	if !ok {
		return fmt.Errorf("%s is %s%v, but %s%v is needed", port.Name, port.Type, port.Shape, want.Type, want.Shape)
	}
	return nil
}

func portNames(ports []ort.Port) []string {
	list := make([]string, len(ports))
	for i, p := range ports {
		list[i] = p.Name
	}
	return list
}

func names(ports []ort.Port) string { return strings.Join(portNames(ports), ", ") }

// run returns n unit vectors.
func (t *tower) run(ctx context.Context, inputs []ort.Input, n int) ([][]float32, error) {
	flat, err := t.session.Run(ctx, inputs, int64(n), int64(t.dim))
	if err != nil {
		return nil, err
	}
	return t.unitVectors(flat, n)
}

// unitVectors cuts flat into n vectors of length one.
func (t *tower) unitVectors(flat []float32, n int) ([][]float32, error) {
	vectors := make([][]float32, n)
	for i := range vectors {
		vectors[i] = slices.Clone(flat[i*t.dim : (i+1)*t.dim])
		if err := unit(vectors[i]); err != nil {
			return nil, err
		}
	}
	return vectors, nil
}

var errVector = errors.New("the model gave a vector that is zero or not a number")

// unit scales the vector to length 1.
func unit(vector []float32) error {
	var sum float64
	for _, x := range vector {
		sum += float64(x) * float64(x)
	}
	if !(sum > 0) || math.IsInf(sum, 0) { // NaN fails the first comparison
		return errVector
	}
	scale := 1 / math.Sqrt(sum)
	for i, x := range vector {
		vector[i] = float32(float64(x) * scale)
	}
	return nil
}

func (t *tower) close() error { return t.session.Close() }
