package encoders

import (
	"errors"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
)

var tableColumns = []string{"price", "stock", "age"}

func openTable(t testing.TB, name string, columns ...string) (*Table, error) {
	t.Helper()
	table, err := OpenTable(t.Context(), read(t, name), columns, Options{RuntimeLibrary: os.Getenv("ONNXRUNTIME_LIB")})
	if err == nil {
		t.Cleanup(func() {
			if err := table.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return table, err
}

func TestTablesOfEveryShapeGiveTheirOutput(t *testing.T) {
	rows := []float32{10, 1, 2, -4, 0.5, 0, 0, 0, 0}
	logits := []float64{3.625, -2.875, 0.125} // training/table_models.py has the weights
	for _, name := range []string{"table_matrix.onnx", "table_columns.onnx", "table_classes.onnx"} {
		table, err := openTable(t, name, tableColumns...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if table.Logit() != (name != "table_classes.onnx") {
			t.Errorf("%s: a logit is %t", name, table.Logit())
		}
		got := make([]float32, 3)
		if err := table.Run(t.Context(), rows, got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, want := range logits {
			if !table.Logit() {
				want = 1 / (1 + math.Exp(-want))
			}
			if math.Abs(float64(got[i])-want) > 1e-6 {
				t.Errorf("%s: row %d has %v, want %v", name, i, got[i], want)
			}
		}
	}
}

func TestTablesOfOtherColumnsAreRefused(t *testing.T) {
	for _, test := range []struct {
		file    string
		columns []string
		want    string
	}{
		{"table_matrix.onnx", []string{"price", "stock"}, "x is float[-1 3], but float[-1 2] is needed"},
		{"table_matrix.onnx", []string{"price", "stock", "colour"}, "colour is missing, age is unknown"},
		{"table_columns.onnx", []string{"price", "stock", "age", "size"}, "size is missing"},
		{"table_columns.onnx", []string{"price", "stock"}, "age is unknown"},
		{"table_swapped.onnx", tableColumns, "in another order"},
		{"table_unnamed.onnx", tableColumns, `no "features": name there the columns of its input, separated by commas: price,stock,age`},
		{"table_unclear.onnx", tableColumns, `no "output" that says logit or probability`},
		{"shoe.jpg", tableColumns, "not a model"},
	} {
		if _, err := openTable(t, test.file, test.columns...); !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s with %v: error %v, want %q", test.file, test.columns, err, test.want)
		}
	}
	network := read(t, "../mini/onnx/text_model.onnx")
	if _, err := OpenTable(t.Context(), network, tableColumns, Options{RuntimeLibrary: os.Getenv("ONNXRUNTIME_LIB")}); !errors.Is(err, ErrModel) {
		t.Errorf("a text encoder: error %v", err)
	}
}

func TestATableIsClosedAfterItsLastRun(t *testing.T) {
	table, err := openTable(t, "table_matrix.onnx", tableColumns...)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if err := table.Run(t.Context(), make([]float32, 30), make([]float32, 10)); err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
			}
		})
	}
	if err := table.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	if err := table.Run(t.Context(), make([]float32, 3), make([]float32, 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	if err := table.Run(t.Context(), nil, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
}

func TestATableRefusesRowsOfAnotherWidth(t *testing.T) {
	table, err := openTable(t, "table_matrix.onnx", tableColumns...)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Run(t.Context(), make([]float32, 5), make([]float32, 2)); err == nil || !strings.Contains(err.Error(), "5 values are not 2 rows of 3 columns") {
		t.Errorf("error %v", err)
	}
}
