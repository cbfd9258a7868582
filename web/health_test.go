package web

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"testing"

	"vitrine/retrieval"
)

type fakeFaults []Fault

func (f fakeFaults) Faults() []Fault { return f }

// healthOf asks an address of health, which must be as described.
func healthOf(t *testing.T, shop *fakeShop, opts Options, search string, path string) (health, int) {
	t.Helper()
	h := New(shop, opts)
	if search != "" {
		get(t, h, search)
	}
	response, body := loadDescription(t).ask(t, h, httptest.NewRequest("GET", path, nil), true)
	var told health
	if err := json.Unmarshal([]byte(body), &told); err != nil {
		t.Fatal(err)
	}
	return told, response.StatusCode
}

// codes are the faults of each part that has some.
func (h health) codes() map[string][]Fault {
	found := map[string][]Fault{}
	for _, part := range h.Parts {
		for _, fault := range part.Faults {
			found[part.Part] = append(found[part.Part], fault.Code)
		}
	}
	return found
}

func TestHealthNamesThePartThatIsDegraded(t *testing.T) {
	for _, row := range faultTable {
		shop, faults := newFakeShop(t), fakeFaults{row.fault}
		told, status := healthOf(t, shop, Options{Faults: faults}, "", "/healthz")
		if status != 200 || told.Status != worse(statusOK, row.down) || !slices.Equal(told.codes()[row.part], []Fault{row.fault}) || len(told.codes()) != 1 {
			t.Errorf("%s: %d %+v", row.fault, status, told)
		}
		if _, status := healthOf(t, shop, Options{Faults: faults}, "", "/readyz"); (status == 503) != row.down {
			t.Errorf("%s: ready with %d", row.fault, status)
		}
	}
	told, status := healthOf(t, newFakeShop(t), Options{}, "/api/v1/search?q=shoes", "/readyz")
	if status != 200 || told.Status != "ok" || told.Generation != "gen-000001" || len(told.Parts) != 5 || len(told.codes()) != 0 {
		t.Errorf("a sound shop: %d %+v", status, told)
	}
}

func TestHealthTellsWhatFailedInTheLastSearch(t *testing.T) {
	for name, test := range map[string]struct {
		search string
		err    error
		change func(*retrieval.Response)
		want   Fault
		part   string
	}{
		"vectors": {change: func(r *retrieval.Response) {
			r.Legs = append(r.Legs, retrieval.LegReport{Leg: retrieval.LegTextImage, Error: "late"})
		}, want: FaultEncoderFailing, part: "encoder"},
		"keyword":      {change: func(r *retrieval.Response) { r.Legs[0].Error = "late" }, want: FaultKeywordFailing, part: "index"},
		"ranker":       {change: func(r *retrieval.Response) { r.Ranker = &retrieval.RankerReport{Error: "late"} }, want: FaultRankerFailing, part: "ranker"},
		"keyword only": {search: "/api/v1/search?q=shoes&mode=keyword", err: retrieval.ErrAllLegsFailed, want: FaultKeywordFailing, part: "index"},
		"vector only":  {search: "/api/v1/search?q=shoes&mode=vector", err: retrieval.ErrAllLegsFailed, want: FaultEncoderFailing, part: "encoder"},
	} {
		shop := newFakeShop(t)
		shop.change, shop.err = test.change, test.err
		search := test.search
		if search == "" {
			search = "/api/v1/search?q=shoes"
		}
		told, _ := healthOf(t, shop, Options{}, search, "/healthz")
		if !slices.Equal(told.codes()[test.part], []Fault{test.want}) || len(told.codes()) != 1 || told.Status != statusDegraded {
			t.Errorf("%s: %+v", name, told)
		}
	}

	shop := newFakeShop(t)
	h := New(shop, Options{})
	shop.change = func(r *retrieval.Response) { r.Legs[0].Error = "late" }
	get(t, h, "/api/v1/search?q=shoes")
	shop.change = nil
	get(t, h, "/api/v1/search?q=shoes")
	if _, body := get(t, h, "/healthz"); !json.Valid([]byte(body)) || body[:15] != `{"status":"ok",` {
		t.Errorf("after a sound search: %s", body)
	}
}

func TestHealthDoesNotSayWhereAnythingLies(t *testing.T) {
	shop := newFakeShop(t)
	shop.generation = ""
	told, status := healthOf(t, shop, Options{}, "", "/healthz")
	if status != 200 || told.Status != statusDown || !slices.Equal(told.codes()["index"], []Fault{FaultIndexMissing}) {
		t.Errorf("without an index: %d %+v", status, told)
	}
}
