package encoders

import (
	"encoding/json"
	"errors"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// layouts are the model directories of training/model_goldens.py, whose networks are tiny and of random weights.
var layouts = []string{"clip", "siglip", "chinese_clip", "bert", "xlm_roberta"}

// modelGolden is what PyTorch makes of some texts and photos.
type modelGolden struct {
	Texts []struct {
		Text      string    `json:"text"`
		Embedding []float32 `json:"embedding"`
	} `json:"texts"`
	Photos []struct {
		Photo     string    `json:"photo"`
		Embedding []float32 `json:"embedding"`
	} `json:"photos"`
}

func layout(name string) string { return filepath.Join("testdata", "models", name) }

func openLayout(t testing.TB, files fs.FS) *Model {
	t.Helper()
	model, err := Open(t.Context(), files, Options{RuntimeLibrary: os.Getenv("ONNXRUNTIME_LIB")})
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

func TestEveryLayoutGivesPyTorchsVectors(t *testing.T) {
	for _, name := range layouts {
		t.Run(name, func(t *testing.T) {
			var golden modelGolden
			readGolden(t, filepath.Join("models", name, "golden.json"), &golden)
			model := openLayout(t, os.DirFS(layout(name)))
			compareTexts(t, model, golden)
			for _, g := range golden.Photos {
				vector, err := model.EmbedPhoto(t.Context(), readPhoto(t, g.Photo), image.Rectangle{})
				if err != nil {
					t.Fatal(err)
				}
				limit := 1e-4
				if g.Photo == "shoe.png" { // Pillow 13 resizes its width last, so that pixels differ by one of 255 levels
					limit = 1e-3
				}
				if d := largestDifference(vector, g.Embedding); d > limit {
					t.Errorf("%s: a number differs by %g", g.Photo, d)
				}
			}
		})
	}
}

func compareTexts(t *testing.T, model *Model, golden modelGolden) {
	t.Helper()
	texts := make([]string, len(golden.Texts))
	for i, g := range golden.Texts {
		texts[i] = g.Text
	}
	vectors, err := model.EmbedTexts(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range golden.Texts {
		if d := largestDifference(vectors[i], g.Embedding); d > 1e-4 || len(vectors[i]) != len(g.Embedding) {
			t.Errorf("%.30q: a number of %d differs by %g", g.Text, len(vectors[i]), d)
		}
	}
}

func readPhoto(t testing.TB, name string) []byte {
	t.Helper()
	for _, folder := range []string{"testdata", filepath.Join("photo", "testdata")} {
		if data, err := os.ReadFile(filepath.Join(folder, name)); err == nil {
			return data
		}
	}
	t.Fatalf("there is no photo %s", name)
	return nil
}

func TestARealModelGivesSentenceTransformersVectors(t *testing.T) {
	folder := os.Getenv("SENTENCE_MODEL")
	if folder == "" {
		t.Skip("SENTENCE_MODEL is not set to the directory that training/sentence_model.py makes")
	}
	data, err := os.ReadFile(filepath.Join(folder, "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var golden modelGolden
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	compareTexts(t, openLayout(t, os.DirFS(folder)), golden)
}

func TestPrefixesTellQueriesFromProducts(t *testing.T) {
	model := openLayout(t, os.DirFS(layout("xlm_roberta")))
	query, err := model.EmbedText(t.Context(), "red shoes")
	if err != nil {
		t.Fatal(err)
	}
	products, err := model.EmbedTexts(t.Context(), []string{"red shoes"})
	if err != nil {
		t.Fatal(err)
	}
	if largestDifference(query, products[0]) < 1e-3 {
		t.Error("a query has the vector of a product")
	}
	files := copyOf(t, layout("xlm_roberta"))
	delete(files, promptsFile)
	spelt, err := openLayout(t, files).EmbedTexts(t.Context(), []string{"query: red shoes"})
	if err != nil {
		t.Fatal(err)
	}
	if d := largestDifference(query, spelt[0]); d > 1e-5 {
		t.Errorf("the prefix is not %q: a number differs by %g", "query: ", d)
	}
}

func TestATextEncoderRefusesPhotosAndSaysWhy(t *testing.T) {
	model := openLayout(t, os.DirFS(layout("bert")))
	if info := model.Info(); info.ImageSize != 0 || info.Dim != 16 || info.MaxTokens != 32 {
		t.Errorf("%+v", info)
	}
	shoe := read(t, "shoe.jpg")
	if _, err := model.EmbedPhoto(t.Context(), shoe, image.Rectangle{}); !errors.Is(err, ErrNoPhotos) || !strings.Contains(err.Error(), "bert") {
		t.Error(err)
	}
	vectors, broken, err := model.EmbedPhotos(t.Context(), [][]byte{shoe, nil})
	if err != nil || len(vectors) != 2 || !errors.Is(broken[0], ErrNoPhotos) || !errors.Is(broken[1], ErrNoPhotos) {
		t.Errorf("%v %v %v", vectors, broken, err)
	}
}

// copyOf is the files of a folder, which a test may change.
func copyOf(t *testing.T, folder string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestHostileDirectoriesAreRefusedWithTheReason(t *testing.T) {
	openLayout(t, os.DirFS(layout("bert"))) // so that a runtime is there when a network is at fault
	put := func(name, data string) func(fstest.MapFS) {
		return func(files fstest.MapFS) { files[name] = &fstest.MapFile{Data: []byte(data)} }
	}
	drop := func(name string) func(fstest.MapFS) {
		return func(files fstest.MapFS) { delete(files, name) }
	}
	for name, c := range map[string]struct {
		layout string
		change func(fstest.MapFS)
		says   string
	}{
		"no network":                 {"bert", drop(modelFile), "onnx/model.onnx"},
		"no text network":            {"clip", drop(textFile), textFile},
		"no image network":           {"clip", drop(visionFile), visionFile},
		"no tokenizer":               {"bert", drop(tokenizerFile), "AutoTokenizer"},
		"no preprocessor":            {"clip", drop(preprocessorFile), preprocessorFile},
		"vocab.json without merges":  {"chinese_clip", func(f fstest.MapFS) { delete(f, "vocab.txt"); put("vocab.json", "{}")(f) }, "merges.txt"},
		"weights in a second file":   {"bert", put(modelFile+"_data", "x"), "weights in one file"},
		"pooling outside":            {"bert", put(modulesFile, `[{"path":"../../secret","type":"Pooling"}]`), "../../secret/config.json"},
		"transformer elsewhere":      {"bert", put(modulesFile, `[{"path":"0_Transformer","type":"Transformer"}]`), "0_Transformer"},
		"a layer that is not ours":   {"bert", put(modulesFile, `[{"path":"2_Dense","type":"sentence_transformers.models.Dense"}]`), "sentence_embedding"},
		"pooling by the last token":  {"bert", put("1_Pooling/config.json", `{"pooling_mode_lasttoken":true}`), "first one"},
		"pooling is no JSON":         {"bert", put("1_Pooling/config.json", `[`), "1_Pooling/config.json"},
		"padding not a token":        {"bert", put(tokenizerConfigFile, `{"pad_token":"<fill>","model_max_length":40}`), "<fill>"},
		"longer than its positions":  {"bert", put(sentenceFile, `{"max_seq_length":4000}`), "max_position_embeddings is 40"},
		"no room for a text":         {"bert", put(sentenceFile, `{"max_seq_length":2}`), "no room"},
		"towers of different models": {"clip", func(f fstest.MapFS) { f[visionFile].Data = read(t, "models/siglip/onnx/vision_model.onnx") }, "image_embeds"},
		"a network without texts":    {"clip", func(f fstest.MapFS) { f[textFile] = f[visionFile] }, "it has the inputs pixel_values"},
		"a network that is cut off":  {"bert", func(f fstest.MapFS) { f[modelFile].Data = f[modelFile].Data[:500] }, modelFile},
		"a dimension that is wrong":  {"clip", replaceIn(t, configFile, `"projection_dim": 12`, `"projection_dim": 13`), "text_embeds is float[-1 12], but float[-1 13]"},
		"a picture of another size":  {"clip", func(f fstest.MapFS) { f[preprocessorFile].Data = read(t, "../photo/testdata/clip.json") }, "image_size is 32"},
	} {
		t.Run(name, func(t *testing.T) {
			files := copyOf(t, layout(c.layout))
			c.change(files)
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

func TestALinkOutOfTheDirectoryIsRefused(t *testing.T) {
	folder := t.TempDir()
	for name, file := range copyOf(t, layout("bert")) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, file.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "tokenizer.json")
	inside := filepath.Join(folder, tokenizerFile)
	if err := errors.Join(os.Rename(inside, outside), os.Symlink(outside, inside)); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if _, err := readDirectory(root.FS()); err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Error(err)
	}
}

func replaceIn(t *testing.T, name, from, to string) func(fstest.MapFS) {
	return func(files fstest.MapFS) {
		changed := strings.ReplaceAll(string(files[name].Data), from, to)
		if changed == string(files[name].Data) {
			t.Fatalf("%s is not in %s", from, name)
		}
		files[name] = &fstest.MapFile{Data: []byte(changed)}
	}
}

func TestTheNetworkMayStateWhatTheConfigurationLeavesOut(t *testing.T) {
	files := copyOf(t, layout("clip"))
	var config map[string]any
	if err := json.Unmarshal(files[configFile].Data, &config); err != nil {
		t.Fatal(err)
	}
	config["text_config"], config["vision_config"] = map[string]any{}, map[string]any{}
	delete(config, "projection_dim")
	short, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	files[configFile].Data = short
	if info := openLayout(t, files).Info(); info.Dim != 12 || info.ImageSize != 32 || info.MaxTokens != 48 {
		t.Errorf("%+v", info)
	}
}
