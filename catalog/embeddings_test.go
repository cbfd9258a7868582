package catalog

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func openCache(t *testing.T, dir string) *Embeddings {
	t.Helper()
	cache, err := OpenEmbeddings(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cache.Close() })
	return cache
}

func wantCached(t *testing.T, cache *Embeddings, fingerprint string, keys []string, want map[string][]float32) {
	t.Helper()
	got, err := cache.Get(t.Context(), fingerprint, keys)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestEmbeddingsAreKeptByModelAndKey(t *testing.T) {
	dir := t.TempDir()
	cache := openCache(t, dir)
	vectors := make(map[string][]float32)
	keys := []string{"absent"}
	for i := range 2*keysPerQuery + 1 {
		key := fmt.Sprint("key ", i)
		keys = append(keys, key)
		vectors[key] = []float32{float32(i), -0.5, math.SmallestNonzeroFloat32}
	}
	if err := cache.Put(t.Context(), "m1", vectors); err != nil {
		t.Fatal(err)
	}
	if err := cache.Put(t.Context(), "m2", map[string][]float32{"key 0": {7}}); err != nil {
		t.Fatal(err)
	}
	if err := cache.Close(); err != nil {
		t.Fatal(err)
	}
	cache = openCache(t, dir)
	wantCached(t, cache, "m1", keys, vectors)
	wantCached(t, cache, "m2", keys, map[string][]float32{"key 0": {7}})
	wantCached(t, cache, "m3", keys, map[string][]float32{})
	wantCached(t, cache, "m1", nil, map[string][]float32{})
}

func TestEmbeddingsRefuseWhatIsNoVector(t *testing.T) {
	cache := openCache(t, t.TempDir())
	for _, bad := range [][]float32{nil, {}, {1, float32(math.NaN())}, {float32(math.Inf(1))}} {
		if err := cache.Put(t.Context(), "m", map[string][]float32{"good": {1}, "bad": bad}); err == nil || !strings.Contains(err.Error(), `"bad"`) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	wantCached(t, cache, "m", []string{"good", "bad"}, map[string][]float32{})
}

func TestEmbeddingWithAWrongChecksumIsAbsent(t *testing.T) {
	cache := openCache(t, t.TempDir())
	if err := cache.Put(t.Context(), "m", map[string][]float32{"a": {1, 2}, "b": {3, 4}, "c": {5, 6}}); err != nil {
		t.Fatal(err)
	}
	for key, change := range map[string]string{"a": "zeroblob(12)", "b": "substr(vector, 1, 8)"} {
		if _, err := cache.db.write.Exec("UPDATE vectors SET vector = "+change+" WHERE key = ?", key); err != nil {
			t.Fatal(err)
		}
	}
	wantCached(t, cache, "m", []string{"a", "b", "c"}, map[string][]float32{"c": {5, 6}})
}

func TestDamagedCacheIsMovedAwayAndBegunAnew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "embeddings.db")
	rubbish := []byte(strings.Repeat("rubbish ", 1000))
	if err := os.WriteFile(path, rubbish, 0o600); err != nil {
		t.Fatal(err)
	}
	cache := openCache(t, dir)
	if err := cache.Put(t.Context(), "m", map[string][]float32{"a": {1}}); err != nil {
		t.Fatal(err)
	}
	wantCached(t, cache, "m", []string{"a"}, map[string][]float32{"a": {1}})
	if moved, err := os.ReadFile(path + ".damaged"); err != nil || string(moved) != string(rubbish) {
		t.Errorf("the old file is not there: %v", err)
	}
}

func TestCacheThatIsDamagedWithinIsBegunAnew(t *testing.T) {
	dir := t.TempDir()
	cache := openCache(t, dir)
	vectors := make(map[string][]float32)
	for i := range 3000 {
		vectors[fmt.Sprint(i)] = make([]float32, 64)
	}
	if err := cache.Put(t.Context(), "m", vectors); err != nil {
		t.Fatal(err)
	}
	if err := cache.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "embeddings.db")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 8192; i < len(data); i++ { // the first pages name the tables: it opens
		data[i] = 0xa5
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cache = openCache(t, dir)
	wantCached(t, cache, "m", []string{"1", "2"}, map[string][]float32{})
	if err := cache.Put(t.Context(), "m", map[string][]float32{"1": {1}}); err != nil {
		t.Fatal(err)
	}
	wantCached(t, cache, "m", []string{"1", "2"}, map[string][]float32{"1": {1}})
}

func TestCacheOfALaterVersionIsBegunAnew(t *testing.T) {
	dir := t.TempDir()
	cache := openCache(t, dir)
	if _, err := cache.db.write.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := cache.Close(); err != nil {
		t.Fatal(err)
	}
	wantCached(t, openCache(t, dir), "m", []string{"a"}, map[string][]float32{})
}

func FuzzDecodeVector(f *testing.F) {
	f.Add(encodeVector([]float32{1, 2}))
	f.Add([]byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, blob []byte) {
		if vector := decodeVector(blob); vector != nil && string(encodeVector(vector)) != string(blob) {
			t.Errorf("%x was read as %v", blob, vector)
		}
	})
}
