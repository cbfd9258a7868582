package encoders

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"vitrine/encoders/ort"
)

func openMini(t testing.TB) *Model {
	t.Helper()
	// The variable serves machines without a network; elsewhere the runtime is found or fetched.
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

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readGolden(t testing.TB, name string, rows any) {
	t.Helper()
	if err := json.Unmarshal(read(t, name), rows); err != nil {
		t.Fatal(err)
	}
}

func cosine(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func largestDifference(a, b []float32) (largest float64) {
	for i := range a {
		largest = max(largest, math.Abs(float64(a[i])-float64(b[i])))
	}
	return largest
}

func TestTextVectorsEqualPythons(t *testing.T) {
	var golden []struct {
		Text      string    `json:"text"`
		Embedding []float32 `json:"embedding"`
	}
	readGolden(t, "embedding_golden.json", &golden)
	model := openMini(t)
	for _, g := range golden {
		vector, err := model.EmbedText(t.Context(), g.Text)
		if err != nil {
			t.Fatal(err)
		}
		if d := largestDifference(vector[:len(g.Embedding)], g.Embedding); d > 1e-4 {
			t.Errorf("%q: a number differs by %g", g.Text, d)
		}
	}
}

func TestPhotoVectorsEqualPythons(t *testing.T) {
	var golden []struct {
		Photo     string    `json:"photo"`
		Embedding []float32 `json:"embedding"`
	}
	readGolden(t, "photo_golden.json", &golden)
	model := openMini(t)
	for _, g := range golden {
		vector, err := model.EmbedPhoto(t.Context(), read(t, g.Photo), image.Rectangle{})
		if err != nil {
			t.Fatal(err)
		}
		least := 0.9999
		if filepath.Ext(g.Photo) == ".jpg" { // two decoders, and eight bits make small differences larger
			least = 0.998
		}
		if c := cosine(vector, g.Embedding); c < least {
			t.Errorf("%s: cosine %.5f", g.Photo, c)
		}
		if d := largestDifference(vector[:8], g.Embedding[:8]); d > 2e-2 {
			t.Errorf("%s: one of the first numbers differs by %g", g.Photo, d)
		}
	}
}

func TestVectorsHaveLengthOneAndTheModelsDimension(t *testing.T) {
	model := openMini(t)
	vectors, err := model.EmbedTexts(t.Context(), []string{"", "red shoes", strings.Repeat("红色 ", 300)})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		if len(v) != model.Info().Dim || math.Abs(cosine(v, v)-1) > 1e-6 {
			t.Errorf("%d numbers, squared length %g", len(v), cosine(v, v))
		}
	}
}

func TestATextHasTheSameVectorAloneAndInABatch(t *testing.T) {
	model := openMini(t)
	var texts []string
	for n := range 100 { // lengths in no order, more than one batch
		texts = append(texts, strings.Repeat("blue shirt ", n*37%23)+fmt.Sprint(n))
	}
	together, err := model.EmbedTexts(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		alone, err := model.EmbedText(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if d := largestDifference(alone, together[i]); d > 1e-5 {
			t.Errorf("%q differs by %g", text, d)
		}
	}
}

func TestBrokenPhotosLeaveTheOthersAlone(t *testing.T) {
	model := openMini(t)
	shoe := read(t, "shoe.jpg")
	want, err := model.EmbedPhoto(t.Context(), shoe, image.Rectangle{})
	if err != nil {
		t.Fatal(err)
	}
	var photos [][]byte
	for n := range 70 {
		if n%3 == 0 {
			photos = append(photos, shoe[:len(shoe)/2])
		} else {
			photos = append(photos, shoe)
		}
	}
	vectors, broken, err := model.EmbedPhotos(t.Context(), photos)
	if err != nil {
		t.Fatal(err)
	}
	for n := range photos {
		if n%3 == 0 {
			if vectors[n] != nil || !errors.Is(broken[n], ErrPhoto) {
				t.Errorf("photo %d: a vector of %d numbers, %v", n, len(vectors[n]), broken[n])
			}
		} else if broken[n] != nil || largestDifference(vectors[n], want) > 1e-5 {
			t.Errorf("photo %d: %v, or another vector than alone", n, broken[n])
		}
	}
}

func TestPhotosThatAreAllBrokenAreNoFailure(t *testing.T) {
	vectors, broken, err := openMini(t).EmbedPhotos(t.Context(), [][]byte{nil, []byte("text")})
	if err != nil || len(vectors) != 2 || broken[0] == nil || broken[1] == nil {
		t.Errorf("%v %v %v", vectors, broken, err)
	}
}

func TestNothingToEmbedIsNoFailure(t *testing.T) {
	model := openMini(t)
	if vectors, err := model.EmbedTexts(t.Context(), nil); err != nil || len(vectors) != 0 {
		t.Errorf("texts: %v, %v", vectors, err)
	}
	if vectors, broken, err := model.EmbedPhotos(t.Context(), nil); err != nil || len(vectors) != 0 || len(broken) != 0 {
		t.Errorf("photos: %v, %v, %v", vectors, broken, err)
	}
}

func TestACropChangesWhatIsSeen(t *testing.T) {
	model := openMini(t)
	shoe := read(t, "shoe.png")
	all, err := model.EmbedPhoto(t.Context(), shoe, image.Rect(0, 0, 150, 101))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := model.EmbedPhoto(t.Context(), shoe, image.Rectangle{})
	if err != nil {
		t.Fatal(err)
	}
	corner, err := model.EmbedPhoto(t.Context(), shoe, image.Rect(0, 0, 40, 20))
	if err != nil {
		t.Fatal(err)
	}
	if largestDifference(all, whole) > 0 || cosine(corner, whole) > 0.99 {
		t.Errorf("all: differs by %g; a corner: cosine %g", largestDifference(all, whole), cosine(corner, whole))
	}
	if _, err := model.EmbedPhoto(t.Context(), shoe, image.Rect(900, 900, 950, 950)); !errors.Is(err, ErrPhoto) {
		t.Errorf("outside: %v", err)
	}
}

func TestACancelledContextIsReportedAsSuch(t *testing.T) {
	model := openMini(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := model.EmbedTexts(ctx, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("texts: %v", err)
	}
	if _, err := model.EmbedPhoto(ctx, read(t, "shoe.jpg"), image.Rectangle{}); !errors.Is(err, context.Canceled) {
		t.Errorf("photo: %v", err)
	}
	if _, _, err := model.EmbedPhotos(ctx, [][]byte{read(t, "shoe.jpg")}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrPhoto) {
		t.Errorf("photos: %v", err)
	}
}

func TestManyCallersAndModelsAtTheSameTime(t *testing.T) {
	shoe := read(t, "shoe.jpg")
	models := []*Model{openMini(t), openMini(t)}
	want, err := models[0].EmbedText(t.Context(), "red shoes")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			model := models[n%2]
			for range 20 {
				if got, err := model.EmbedText(t.Context(), "red shoes"); err != nil || largestDifference(got, want) > 1e-6 {
					t.Errorf("text: %v", err)
				}
				if _, _, err := model.EmbedPhotos(t.Context(), [][]byte{shoe, shoe}); err != nil {
					t.Errorf("photos: %v", err)
				}
			}
		})
	}
	group.Wait()
}

func TestCloseWaitsForCallsAndThenRefusesThem(t *testing.T) {
	model := openMini(t)
	var group sync.WaitGroup
	started := make(chan struct{}, 8)
	for range 8 {
		group.Go(func() {
			started <- struct{}{}
			for {
				if _, err := model.EmbedText(context.Background(), "red shoes"); err != nil {
					if !errors.Is(err, ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	<-started
	if err := errors.Join(model.Close(), model.Close()); err != nil {
		t.Error(err)
	}
	group.Wait()
	if _, _, err := model.EmbedPhotos(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if _, err := model.EmbedPhoto(t.Context(), nil, image.Rectangle{}); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// mutable is a copy of vitrine-mini whose files a test may change.
func mutable(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{configFile, preprocessorFile, tokenizerFile, textFile, visionFile} {
		data, err := fs.ReadFile(Mini(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

func TestOpenRefusesDirectoriesThatDoNotFit(t *testing.T) {
	openMini(t) // so that a runtime is there when a network is at fault
	replace := func(name, from, to string) func(t *testing.T, files fstest.MapFS) {
		return func(t *testing.T, files fstest.MapFS) {
			changed := bytes.Replace(files[name].Data, []byte(from), []byte(to), 1)
			if bytes.Equal(changed, files[name].Data) {
				t.Fatalf("%s is not in %s", from, name)
			}
			files[name] = &fstest.MapFile{Data: changed}
		}
	}
	for name, c := range map[string]struct {
		change func(t *testing.T, files fstest.MapFS)
		says   string
	}{
		"no tokenizer":         {func(t *testing.T, files fstest.MapFS) { delete(files, tokenizerFile) }, tokenizerFile},
		"no network":           {func(t *testing.T, files fstest.MapFS) { delete(files, visionFile) }, visionFile},
		"config is no JSON":    {replace(configFile, "{", "["), configFile},
		"no dimension":         {replace(configFile, "256", "-1"), "projection_dim is -1"},
		"another dimension":    {replace(configFile, "256", "128"), "text_embeds is float[-1 256], but float[-1 128] is needed"},
		"another picture size": {replace(configFile, `"image_size": 112`, `"image_size": 64`), "image_size is 64"},
		"small vocabulary":     {replace(configFile, "31921", "4000"), "vocab_size is 4000"},
		"few positions":        {replace(configFile, `"max_position_embeddings": 64`, `"max_position_embeddings": 32`), "max_position_embeddings"},
		"padding not a token":  {replace(configFile, `"pad_token_id": 0`, `"pad_token_id": 99999`), "pad_token_id"},
		"grey pictures":        {replace(configFile, `"num_channels": 3`, `"num_channels": 1`), "num_channels"},
		"network is damaged":   {func(t *testing.T, files fstest.MapFS) { files[textFile].Data = files[textFile].Data[:1000] }, textFile},
		"towers are swapped":   {func(t *testing.T, files fstest.MapFS) { files[textFile] = files[visionFile] }, "it has the inputs pixel_values"},
		"both picture sizes new": {func(t *testing.T, files fstest.MapFS) {
			replace(configFile, `"image_size": 112`, `"image_size": 64`)(t, files)
			replace(preprocessorFile, "\"size\": {\n    \"height\": 112,\n    \"width\": 112", `"size": {"height": 64, "width": 64`)(t, files)
		}, "pixel_values is float[-1 3 112 112], but float[-1 3 64 64] is needed"},
	} {
		t.Run(name, func(t *testing.T) {
			files := mutable(t)
			c.change(t, files)
			model, err := Open(t.Context(), files, Options{})
			if err == nil {
				t.Fatal(model.Close())
			}
			if !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestTheFingerprintFollowsEveryFile(t *testing.T) {
	first, err := readDirectory(mutable(t))
	if err != nil {
		t.Fatal(err)
	}
	same, err := readDirectory(Mini())
	if err != nil {
		t.Fatal(err)
	}
	if first.info != same.info {
		t.Errorf("%+v and %+v", first.info, same.info)
	}
	for name := range mutable(t) {
		files := mutable(t)
		files[name].Data = append(files[name].Data, '\n')
		other, err := readDirectory(files)
		if err != nil {
			t.Fatal(err)
		}
		if other.info.Fingerprint == first.info.Fingerprint {
			t.Errorf("%s does not matter", name)
		}
	}
}

func TestInfoDescribesMini(t *testing.T) {
	info := openMini(t).Info()
	if info.Name != "vitrine-mini" || info.Dim != 256 || info.ImageSize != 112 || info.MaxTokens != 64 || len(info.Fingerprint) != 32 {
		t.Errorf("%+v", info)
	}
	if info.Bytes > 16<<20 {
		t.Errorf("the embedded model has %d bytes, at most 16 MB are allowed", info.Bytes)
	}
}

func TestASecondRuntimeIsRefused(t *testing.T) {
	openMini(t)
	other := t.TempDir() + "/other.so"
	if err := os.WriteFile(other, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := ort.Load(t.Context(), other, nil); err == nil || !strings.Contains(err.Error(), "already loaded") {
		t.Error(err)
	}
}

func TestVectorsThatAreZeroOrNotNumbersAreErrors(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, v := range [][]float32{{0, 0}, {1, nan}, {inf, 1}} {
		if err := unit(v); !errors.Is(err, errVector) {
			t.Errorf("%v: %v", v, err)
		}
	}
	if v := []float32{3, 4}; unit(v) != nil || v[0] != 0.6 || v[1] != 0.8 {
		t.Errorf("got %v", v)
	}
}
