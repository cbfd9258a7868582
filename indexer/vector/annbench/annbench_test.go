package annbench

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/indexer/vector"
)

// quick is a run of a few seconds.
func quick(folder string) Options {
	return Options{Ef: []int{16, 32}, Window: time.Millisecond, Windows: 1, CoderRows: 3000, Folder: folder}
}

func draw(t *testing.T, name string, rows int) *Set {
	t.Helper()
	set, err := Synthetic(name, rows, 40, 16, 1)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func run(t *testing.T, set *Set, opts Options) *Results {
	t.Helper()
	results, err := Run(t.Context(), set, opts)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestRunMeasuresEveryMethod(t *testing.T) {
	results := run(t, draw(t, "clustered", 3000), quick(""))
	if results.Set != "clustered" || results.Rows != 3000 || results.Dim != 16 || results.Queries != 40 {
		t.Errorf("%+v", results)
	}
	best := map[string]Measurement{}
	for _, m := range results.Measurements {
		if m.Rate <= 0 || m.P50 <= 0 || m.P99 < m.P50 || (m.Recall100 > 0) != (m.K == 100) {
			t.Errorf("%+v", m)
		}
		if m.Recall10 > best[m.Method].Recall10 {
			best[m.Method] = m
		}
	}
	for method, least := range map[string]float64{Ours: 0.99, "vitrine scan": 1, "float scan": 1, "coder/hnsw": 0.1} {
		if got := best[method]; got.Recall10 < least {
			t.Errorf("%s: %+v", method, got)
		}
	}
	if graph := best[Ours]; graph.Bytes < 64 || graph.BuildSeconds <= 0 {
		t.Errorf("%+v", graph)
	}
}

func TestCoderIsLeftOutOfLargeSets(t *testing.T) {
	opts := quick("")
	opts.CoderRows = 2999
	for _, m := range run(t, draw(t, "unclustered", 3000), opts).Measurements {
		if m.Method == "coder/hnsw" {
			t.Fatalf("%+v", m)
		}
	}
}

func TestRunStopsWhenCancelled(t *testing.T) {
	for _, at := range []string{
		"truth", "build, threads 1", "recall graph", "measure graph", "build coder/hnsw M=64 ef=800 k=800",
		"draw filters", "recall, filter far 50 %", "measure filters",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		opts := quick("")
		if !strings.Contains(at, "coder") {
			opts.CoderRows = 0 // slow to build
		}
		reached := false
		opts.Progress = func(stage string, _, _ int) {
			if strings.HasSuffix(stage, ": "+at) {
				reached = true
				cancel()
			}
		}
		if _, err := Run(ctx, draw(t, "clustered", 2500), opts); !reached || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: reached %v, error %v", at, reached, err)
		}
	}
}

func TestSetsAreRefusedByName(t *testing.T) {
	for name, rows := range map[string]int{"nosuch": 10, "clustered": 0} {
		if _, err := Synthetic(name, rows, 10, 8, 1); !errors.Is(err, ErrSet) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestHoldOutTakesQueriesOutOfAnIndex(t *testing.T) {
	all := draw(t, "clustered", 200)
	index, err := vector.Build(t.Context(), all.Base, all.Dim, vector.Options{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := HoldOut("real", index, 1000, 1)
	if err != nil || set.Rows() != 180 || set.queries() != 20 || set.Folder() != "real-180x16" {
		t.Fatalf("%v (%v)", set, err)
	}
	sorted := func(values []float32) []float32 { return slices.Sorted(slices.Values(values)) }
	if !slices.Equal(sorted(slices.Concat(set.Base, set.Queries)), sorted(all.Base)) {
		t.Error("base and queries together are not the index's rows")
	}
	tiny, err := vector.Build(t.Context(), all.Base[:9*16], 16, vector.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := HoldOut("real", tiny, 1000, 1); !errors.Is(err, ErrSet) {
		t.Errorf("nine rows: error %v", err)
	}
}

func TestFilesHoldWhatWasMeasured(t *testing.T) {
	folder := t.TempDir()
	set := draw(t, "unclustered", 120)
	results := run(t, set, quick(folder))
	if got := slices.Concat(readTexmex[float32](t, filepath.Join(folder, baseFile))...); !slices.Equal(got, set.Base) {
		t.Error("the base differs")
	}
	if got := slices.Concat(readTexmex[float32](t, filepath.Join(folder, queryFile))...); !slices.Equal(got, set.Queries) {
		t.Error("the queries differ")
	}
	truth := readTexmex[uint32](t, filepath.Join(folder, truthFile))
	if len(truth) != set.queries() {
		t.Fatalf("the truth of %d queries", len(truth))
	}
	for i, rows := range truth {
		var cosines []float64
		for _, row := range rows {
			var sum float64
			for d, x := range set.query(i) {
				sum += float64(x) * float64(set.vector(int(row))[d])
			}
			cosines = append(cosines, sum)
		}
		if len(rows) != 100 || !slices.IsSortedFunc(cosines, func(a, b float64) int {
			return int(math.Round(1e5*b)) - int(math.Round(1e5*a))
		}) {
			t.Fatalf("query %d: the truth has cosines %v", i, cosines)
		}
	}
	loaded, err := Load(folder)
	if err != nil || !reflect.DeepEqual(loaded, results) {
		t.Errorf("loaded %+v, want %+v (%v)", loaded, results, err)
	}
}

// readTexmex reads a file of rows, each its length and then its values.
func readTexmex[T float32 | uint32](t *testing.T, path string) (rows [][]T) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for {
		var n int32
		if err := binary.Read(file, binary.LittleEndian, &n); errors.Is(err, io.EOF) {
			return rows
		}
		row := make([]T, n)
		if err := binary.Read(file, binary.LittleEndian, row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func TestPeersOfOtherVectorsAreNotAdded(t *testing.T) {
	folder := t.TempDir()
	peer := Measurement{Method: "hnswlib", K: 10, Threads: 1, Recall10: 1, Rate: 10}
	peers := &Results{Vectors: "same", Measurements: []Measurement{peer}}
	if err := (&Results{}).AddPeers(folder); err != nil {
		t.Errorf("without peers: error %v", err)
	}
	if err := peers.write(filepath.Join(folder, peersFile)); err != nil {
		t.Fatal(err)
	}
	ours := &Results{Vectors: "same"}
	if err := ours.AddPeers(folder); err != nil || !slices.Equal(ours.Peers, peers.Measurements) {
		t.Errorf("%+v (%v)", ours, err)
	}
	other := &Results{Vectors: "other"}
	if err := other.AddPeers(folder); !errors.Is(err, ErrOtherVectors) || other.Peers != nil {
		t.Errorf("%+v (%v)", other, err)
	}
}

func TestRecallLetsEqualVectorsStandForEachOther(t *testing.T) {
	scores := []float32{1, 0.5, 0.5, 0.5, 0.2}
	score := func(row uint32) float32 { return scores[row] }
	exact := []vector.Neighbour{{Row: 0, Score: 1}, {Row: 1, Score: 0.5}}
	for want, rows := range map[float64][]uint32{1: {3, 0}, 0.5: {4, 2}, 0: {}} {
		var found []vector.Neighbour
		for _, row := range rows {
			found = append(found, vector.Neighbour{Row: row})
		}
		if got := recall(found, exact, 10, score); got != want {
			t.Errorf("%v: recall %v, want %v", rows, got, want)
		}
	}
}

func TestRatesAreComparedAtEqualRecall(t *testing.T) {
	point := func(method string, recall, rate float64) Measurement {
		return Measurement{Method: method, Threads: 1, K: 10, Recall10: recall, Rate: rate}
	}
	deep := point(Ours, 1, 1e9)
	deep.K = 100
	r := &Results{
		Set: "clustered", Rows: 10,
		Measurements: []Measurement{
			point(Ours, 0.98, 4000), point(Ours, 1.00, 1000), // half-way, the geometric mean
			point(Ours, 0.985, 900), deep, // beaten, and another k
		},
		Peers: []Measurement{
			point("a", 0.995, 500), point("a", 0.998, 100), // begins above .99, ends below .999
			point("b", 1, 50), // one setting only
		},
	}
	want := []Ratio{
		{Peer: "a", Threads: 1, Recall: .99, Ours: 2000, Theirs: 500, TheirsAtLeast: true},
		{Peer: "a", Threads: 1, Recall: .999, Ours: 1000 * math.Pow(4, .05), Theirs: 0},
		{Peer: "b", Threads: 1, Recall: .99, Ours: 2000, Theirs: 50, TheirsAtLeast: true},
		{Peer: "b", Threads: 1, Recall: .999, Ours: 1000 * math.Pow(4, .05), Theirs: 50, TheirsAtLeast: true},
	}
	near := func(a, b Ratio) bool {
		near := math.Abs(a.Ours-b.Ours) < 1e-6*b.Ours && math.Abs(a.Theirs-b.Theirs) <= 1e-6*b.Theirs
		a.Ours, a.Theirs, b.Ours, b.Theirs = 0, 0, 0, 0
		return near && a == b
	}
	if got := r.Ratios(); !slices.EqualFunc(got, want, near) {
		t.Errorf("%+v", got)
	}

	var table strings.Builder
	if err := WriteTable(&table, []*Results{r}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"clustered  10  vitrine / a  threads 1  recall@10 0.99   ≤4.00 (2000 / ≥500)",
		"clustered  10  vitrine / a  threads 1  recall@10 0.999  not reached by a",
	} {
		if !strings.Contains(table.String(), line) {
			t.Errorf("no line %q in\n%s", line, table.String())
		}
	}
}

func TestRatioIsABoundWhereTheFastestSettingFindsMoreThanAsked(t *testing.T) {
	for want, r := range map[string]Ratio{
		"2.00 (100 / 50)":   {Ours: 100, Theirs: 50},
		"≥2.00 (≥100 / 50)": {Ours: 100, OursAtLeast: true, Theirs: 50},
		"≤2.00 (100 / ≥50)": {Ours: 100, Theirs: 50, TheirsAtLeast: true},
		"~2.00 (≥100 / ≥50)": {
			Ours: 100, OursAtLeast: true, Theirs: 50, TheirsAtLeast: true,
		},
	} {
		if got := r.text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
