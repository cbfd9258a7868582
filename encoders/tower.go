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
	dim     int
}

// openTower checks the network's ports against what the caller can feed and loads it. Used are the inputs that
// the network has; it must have the first one and no other than these.
func openTower(network []byte, feeds []ort.Port, output string, dim int) (*tower, []string, error) {
	inputs, outputs, err := ort.Inspect(network)
	if err != nil {
		return nil, nil, err
	}
	var used []string
	for _, feed := range feeds {
		if i := slices.IndexFunc(inputs, func(p ort.Port) bool { return p.Name == feed.Name }); i >= 0 {
			if err := fits(inputs[i], feed); err != nil {
				return nil, nil, err
			}
			used = append(used, feed.Name)
		}
	}
	if len(used) != len(inputs) || len(used) == 0 || used[0] != feeds[0].Name {
		return nil, nil, fmt.Errorf("it has the inputs %s, but these can be given: %s", names(inputs), names(feeds))
	}
	i := slices.IndexFunc(outputs, func(p ort.Port) bool { return p.Name == output })
	if i < 0 {
		return nil, nil, fmt.Errorf("it has the outputs %s, but not %s", names(outputs), output)
	}
	if err := fits(outputs[i], ort.Port{Name: output, Shape: []int64{-1, int64(dim)}, Type: "float"}); err != nil {
		return nil, nil, err
	}
	session, err := ort.NewSession(network, used, output, 1)
	if err != nil {
		return nil, nil, err
	}
	return &tower{session: session, dim: dim}, used, nil
}

// fits fails unless the port takes tensors of the wanted type and shape; −1 = any size.
func fits(port, want ort.Port) error {
	ok := port.Type == want.Type && len(port.Shape) == len(want.Shape)
	for i := 0; ok && i < len(want.Shape); i++ {
		// A fixed size where any is needed will not do: the batch, the length of a text.
		ok = port.Shape[i] == want.Shape[i] || port.Shape[i] < 0
	}
	if !ok {
		return fmt.Errorf("%s is %s%v, but %s%v is needed", port.Name, port.Type, port.Shape, want.Type, want.Shape)
	}
	return nil
}

func names(ports []ort.Port) string {
	list := make([]string, len(ports))
	for i, p := range ports {
		list[i] = p.Name
	}
	return strings.Join(list, ", ")
}

// run returns n unit vectors.
func (t *tower) run(ctx context.Context, inputs []ort.Input, n int) ([][]float32, error) {
	flat, err := t.session.Run(ctx, inputs, int64(n), int64(t.dim))
	if err != nil {
		return nil, err
	}
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
