package annbench

import (
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

func TestRunMeasuresSearchesUnderEveryFilter(t *testing.T) {
	matching := map[string]int{
		"50 %": 1500, "10 %": 300, "1 %": 30, "0.1 %": 3, "1 row": 1,
		"far 99 %": 2970, "far 50 %": 1500, "far 10 %": 300,
	}
	results := run(t, draw(t, "clustered", 3000), quick(""))
	for _, f := range results.Filters {
		if f.Matching != matching[f.Filter] || f.Due != min(10, f.Matching) || f.Fewest != f.Due || f.Threads != 1 {
			t.Errorf("%+v", f)
		}
		if want := map[bool]int{false: 40, true: farQueries}[strings.HasPrefix(f.Filter, "far ")]; f.Queries != want {
			t.Errorf("%s: %d queries, want %d", f.Filter, f.Queries, want)
		}
		for _, l := range []Latency{f.Planned, f.Scan} {
			if l.P50 <= 0 || l.P99 < l.P50 || l.Mean <= 0 {
				t.Errorf("%s: %+v", f.Filter, l)
			}
		}
		if f.TimesScan != f.Planned.Mean/f.Scan.Mean || f.Recall10 < MinFilteredRecall || f.Recall10 > 1 {
			t.Errorf("%+v", f)
		}
		delete(matching, f.Filter)
	}
	if len(matching) > 0 {
		t.Errorf("not measured: %v", matching)
	}
}

// drawn is a run that has come as far as its filters.
func drawn(t *testing.T, set *Set) (*runner, []filter) {
	t.Helper()
	r := &runner{Options: Options{}.WithDefaults(), set: set}
	if err := r.prepare(t.Context(), newResults(set)); err != nil {
		t.Fatal(err)
	}
	filters, err := r.drawFilters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r, filters
}

func TestScanUnderAFilterFindsAll(t *testing.T) {
	r, filters := drawn(t, draw(t, "unclustered", 500))
	r.index = r.flat
	for _, f := range filters {
		got, err := r.checkFilter(t.Context(), f)
		if err != nil || got.Recall10 != 1 || got.Fewest != got.Due {
			t.Errorf("%+v (%v)", got, err)
		}
		if slices.ContainsFunc(got.Plans, func(plan string) bool { return !strings.HasPrefix(plan, "exact ") }) {
			t.Errorf("%s: plans %q", f.name, got.Plans)
		}
	}
}

func TestFarFiltersLetNoneOfTheNearestRowsPass(t *testing.T) {
	set := draw(t, "unclustered", 200)
	r, filters := drawn(t, set)
	for _, f := range filters {
		for query, allowed := range f.allowed {
			if int(allowed.GetCardinality()) != f.matching {
				t.Errorf("%s, query %d: %d rows, want %d", f.name, query, allowed.GetCardinality(), f.matching)
			}
			if !strings.HasPrefix(f.name, "far ") {
				continue
			}
			nearest, err := exactSearch(t.Context(), r.flat, set.query(query), set.Rows()-f.matching, nil)
			if err != nil {
				t.Fatal(err)
			}
			if allowed.Intersects(roaring.BitmapOf(rowsOf(nearest)...)) {
				t.Errorf("%s, query %d: one of the %d nearest passes", f.name, query, len(nearest))
			}
		}
	}
}

func TestTableShowsSearchesUnderFilters(t *testing.T) {
	r := &Results{Set: "clustered", Rows: 1000, Filters: []Filtered{{
		Filter: "far 10 %", Matching: 100, Threads: 2, Plans: []string{"exact float", "graph ef=80"}, Recall10: 0.995, Fewest: 9, Due: 10,
		Planned: Latency{Mean: 12, P50: 11, P99: 20}, Scan: Latency{Mean: 8, P50: 7, P99: 15}, TimesScan: 1.5,
	}}}
	var table strings.Builder
	if err := WriteTable(&table, []*Results{r}); err != nil {
		t.Fatal(err)
	}
	want := "clustered  1000  far 10 %  100       2        exact float / graph ef=80  0.9950     9 of 10  12.0        11.0  20.0  8.0      7.0  15.0  1.50\n"
	if !strings.Contains(table.String(), want) {
		t.Errorf("no line %q in\n%s", want, table.String())
	}
}
