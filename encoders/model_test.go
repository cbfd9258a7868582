package encoders

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"
)

func openMini(t testing.TB) *Model {
	t.Helper()
	model, err := Open(context.Background(), Mini(), Options{RuntimeLibrary: os.Getenv("ONNXRUNTIME_LIB")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := model.Close(); err != nil {
			t.Error(err)
		}
	})
	return model
}

func TestTextVectorsEqualPythons(t *testing.T) {
	data, err := os.ReadFile("testdata/embedding_golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Text      string    `json:"text"`
		Embedding []float64 `json:"embedding"`
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	model := openMini(t)
	for _, g := range golden {
		vector, err := model.EmbedText(t.Context(), g.Text)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range g.Embedding {
			if math.Abs(float64(vector[i])-want) > 1e-4 {
				t.Errorf("%q: number %d is %g, want %g", g.Text, i, vector[i], want)
			}
		}
	}
}
