package encoders

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"vitrine/encoders/ort"
)

// Keys of an ONNX model's metadata that a Table reads.
const (
	tableFeatures = "features" // names of the columns, in the order of the one input, separated by commas
	tableOutput   = "output"   // what the output means: logit or probability
)

// Table is a network over rows of numbers, made elsewhere. Safe for concurrent use.
type Table struct {
	columns  []string
	separate [][]int64 // with one input a column, its shape for one row; nil = one input for all
	width    int       // numbers of the output a row, of which the last counts
	flat     bool      // the output has one dimension
	logit    bool
	session  *ort.Session

	closing sync.RWMutex // read-held by every run
	closed  bool
}

// OpenTable loads a network and checks that it takes the columns. It has either one input, floats of N rows and as many
// columns, whose metadata "features" names them in the right order, separated by commas; or one input a column, of that
// name, floats of N rows. Its metadata "output" says whether the first output of floats (N, N × 1, or N × 2 with the
// second class last) is a "logit" or a "probability". Errors wrap ErrModel when the network is at fault.
func OpenTable(ctx context.Context, network []byte, columns []string, opts Options) (*Table, error) {
	opts = opts.WithDefaults()
	if err := ort.Load(ctx, opts.RuntimeLibrary, opts.Progress); err != nil {
		return nil, err
	}
	t := &Table{columns: slices.Clone(columns)}
	inputs, outputs, err := ort.Inspect(network)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	metadata, err := ort.Metadata(network, tableFeatures, tableOutput)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	used, err := t.readInputs(inputs, metadata[tableFeatures])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	output, err := t.readOutput(outputs, metadata[tableOutput])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	if t.session, err = ort.NewSession(network, used, output, 1); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	return t, nil
}

// readInputs returns the names of the inputs in the order in which Run feeds them.
func (t *Table) readInputs(inputs []ort.Port, features string) ([]string, error) {
	if len(inputs) == 1 && len(t.columns) != 1 {
		if err := fits(inputs[0], ort.Port{Name: inputs[0].Name, Shape: []int64{-1, int64(len(t.columns))}, Type: "float"}); err != nil {
			return nil, err
		}
		var named []string
		for name := range strings.SplitSeq(features, ",") {
			named = append(named, strings.TrimSpace(name))
		}
		if features == "" {
			return nil, fmt.Errorf("its metadata has no %q: name there the columns of its input, separated by commas: %s", tableFeatures, strings.Join(t.columns, ","))
		}
		return []string{inputs[0].Name}, sameColumns(named, t.columns)
	}
	var named []string
	shapes := map[string][]int64{}
	for _, port := range inputs {
		named, shapes[port.Name] = append(named, port.Name), []int64{1}
		if fits(port, ort.Port{Shape: []int64{-1}, Type: "float"}) == nil {
			continue
		}
		if err := fits(port, ort.Port{Name: port.Name, Shape: []int64{-1, 1}, Type: "float"}); err != nil {
			return nil, err
		}
		shapes[port.Name] = []int64{1, 1}
	}
	for _, name := range t.columns {
		t.separate = append(t.separate, shapes[name])
	}
	return t.columns, sameColumns(slices.Sorted(slices.Values(named)), slices.Sorted(slices.Values(t.columns)))
}

// sameColumns says what is missing, what is too much, or that the order differs.
func sameColumns(found, want []string) error {
	if slices.Equal(found, want) {
		return nil
	}
	var wrong []string
	for _, name := range want {
		if !slices.Contains(found, name) {
			wrong = append(wrong, name+" is missing")
		}
	}
	for _, name := range found {
		if !slices.Contains(want, name) {
			wrong = append(wrong, name+" is unknown")
		}
	}
	if len(wrong) == 0 {
		wrong = []string{"they are in another order or doubled"}
	}
	return fmt.Errorf("its columns are not those that can be given: %s", strings.Join(wrong, ", "))
}

func (t *Table) readOutput(outputs []ort.Port, meaning string) (string, error) {
	if meaning != "logit" && meaning != "probability" {
		return "", fmt.Errorf("its metadata has no %q that says logit or probability", tableOutput)
	}
	t.logit = meaning == "logit"
	for _, port := range outputs {
		if port.Type != "float" {
			continue // such as the label of a classifier
		}
		for _, width := range []int{1, 2} {
			if fits(port, ort.Port{Shape: []int64{-1, int64(width)}, Type: "float"}) == nil && port.Shape[1] == int64(width) {
				t.width = width
				return port.Name, nil
			}
		}
		if fits(port, ort.Port{Shape: []int64{-1}, Type: "float"}) == nil {
			t.width, t.flat = 1, true
			return port.Name, nil
		}
	}
	return "", fmt.Errorf("none of its outputs, %s, is of floats, one or two a row", names(outputs))
}

// Logit says whether the output is a logit; else it is a probability.
func (t *Table) Logit() bool { return t.logit }

// Run writes the output of each row into a slice of that length; rows has one value a column and row.
func (t *Table) Run(ctx context.Context, rows []float32, into []float32) error {
	t.closing.RLock()
	defer t.closing.RUnlock()
	if t.closed {
		return ErrClosed
	}
	n, columns := len(into), len(t.columns)
	if n == 0 {
		return ctx.Err()
	}
	if len(rows) != n*columns {
		return fmt.Errorf("%d values are not %d rows of %d columns", len(rows), n, columns)
	}
	inputs := []ort.Input{{Shape: []int64{int64(n), int64(columns)}, Floats: rows}}
	if t.separate != nil {
		inputs = t.byColumn(rows, n)
	}
	shape := []int64{int64(n), int64(t.width)}
	if t.flat {
		shape = shape[:1]
	}
	out, err := t.session.Run(ctx, inputs, shape...)
	if err != nil {
		return err
	}
	for i := range into {
		into[i] = out[(i+1)*t.width-1]
	}
	return nil
}

func (t *Table) byColumn(rows []float32, n int) []ort.Input {
	inputs := make([]ort.Input, len(t.columns))
	for j := range inputs {
		column := make([]float32, n)
		for i := range column {
			column[i] = rows[i*len(t.columns)+j]
		}
		shape := slices.Clone(t.separate[j])
		shape[0] = int64(n)
		inputs[j] = ort.Input{Shape: shape, Floats: column}
	}
	return inputs
}

// Close waits for the runs that go on and frees the network. Closing twice does nothing.
func (t *Table) Close() error {
	t.closing.Lock()
	defer t.closing.Unlock()
	if t.closed {
		return nil
	}
	t.closed = true
	return t.session.Close()
}
