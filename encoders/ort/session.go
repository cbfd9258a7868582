package ort

import (
	"context"
	"errors"
	"fmt"

	onnx "github.com/yalue/onnxruntime_go"
)

// Port is an input or an output of a network.
type Port struct {
	Name  string
	Shape []int64 // -1 where any size is taken
	Type  string  // "float", "int64", …
}

// Inspect returns the inputs and outputs of an ONNX model. Load must have succeeded before.
func Inspect(model []byte) (inputs, outputs []Port, err error) {
	in, out, err := onnx.GetInputOutputInfoWithONNXData(model)
	if err != nil {
		return nil, nil, fmt.Errorf("not a model that this ONNX Runtime can read: %w", err)
	}
	return ports(in), ports(out), nil
}

func ports(infos []onnx.InputOutputInfo) []Port {
	list := make([]Port, len(infos))
	for i, info := range infos {
		list[i] = Port{Name: info.Name, Shape: info.Dimensions, Type: typeNames[info.DataType]}
	}
	return list
}

var typeNames = map[onnx.TensorElementDataType]string{
	onnx.TensorElementDataTypeFloat: "float",
	onnx.TensorElementDataTypeInt64: "int64",
	onnx.TensorElementDataTypeInt32: "int32",
}

// Metadata returns the values of some keys of an ONNX model's custom metadata; keys that it lacks are left out. Load must
// have succeeded before.
func Metadata(model []byte, keys ...string) (map[string]string, error) {
	metadata, err := onnx.GetModelMetadataWithONNXData(model)
	if err != nil {
		return nil, fmt.Errorf("read the model's metadata: %w", err)
	}
	defer func() { _ = metadata.Destroy() }() // it was only read
	values := map[string]string{}
	for _, key := range keys {
		value, found, err := metadata.LookupCustomMetadataMap(key)
		if err != nil {
			return nil, fmt.Errorf("read the model's metadata: %w", err)
		}
		if found {
			values[key] = value
		}
	}
	return values, nil
}

// Session is one network with chosen inputs and one output. Safe for concurrent use, but Close must come
// after the last Run has returned.
type Session struct {
	session *onnx.DynamicAdvancedSession
}

// NewSession loads an ONNX model. Each Run uses as many threads as stated, its caller's own among them.
// The model's bytes are not kept.
func NewSession(model []byte, inputs []string, output string, threads int) (*Session, error) {
	options, err := onnx.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	err = errors.Join(
		options.SetIntraOpNumThreads(threads),
		options.SetInterOpNumThreads(1),
		// Threads that wait by spinning take the cores from those that decode and search.
		options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		// Patterns are remembered for each input shape, and texts come in hundreds of shapes.
		options.SetMemPattern(false),
	)
	if err != nil {
		return nil, err
	}
	session, err := onnx.NewDynamicAdvancedSessionWithONNXData(model, inputs, []string{output}, options)
	if err != nil {
		return nil, err
	}
	return &Session{session: session}, nil
}

// Input is a tensor in row-major order: Ints or Floats, the other nil.
type Input struct {
	Shape  []int64
	Ints   []int64
	Floats []float32
}

func (i Input) value() (onnx.Value, error) {
	if i.Ints != nil {
		return onnx.NewTensor(onnx.Shape(i.Shape), i.Ints)
	}
	return onnx.NewTensor(onnx.Shape(i.Shape), i.Floats)
}

// Run computes the output, a float tensor of the given shape, for the inputs in the order of NewSession. A
// context that ends while it runs stops it before its next operator.
func (s *Session) Run(ctx context.Context, inputs []Input, shape ...int64) ([]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var values []onnx.Value
	defer func() {
		for _, value := range values {
			_ = value.Destroy() // it cannot fail
		}
	}()
	for _, input := range inputs {
		value, err := input.value()
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	output, err := onnx.NewEmptyTensor[float32](onnx.Shape(shape))
	if err != nil {
		return nil, err
	}
	defer output.Destroy()
	if err := s.runStoppable(ctx, values, output); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return output.GetData(), nil
}

func (s *Session) runStoppable(ctx context.Context, inputs []onnx.Value, output onnx.Value) error {
	options, err := onnx.NewRunOptions()
	if err != nil {
		return err
	}
	terminated := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(terminated)
		_ = options.Terminate() // the run then ends by itself, later
	})
	err = s.session.RunWithOptions(inputs, []onnx.Value{output}, options)
	if !stop() {
		<-terminated // its function still uses the options
	}
	return errors.Join(err, options.Destroy())
}

// Close frees the network. The session must not be used afterwards.
func (s *Session) Close() error {
	return s.session.Destroy()
}
