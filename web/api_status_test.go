package web

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/web/tasks"
)

// fakeStatus answers with a status, or an error where there is none.
type fakeStatus struct{ status *Status }

func (f fakeStatus) Status(context.Context) (*Status, error) {
	if f.status == nil {
		return nil, errors.New("the disk is gone")
	}
	return f.status, nil
}

func TestAPIStatusAndMetricsTellHowTheShopStands(t *testing.T) {
	d := loadDescription(t)
	at := time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC)
	full := &Status{
		Generation: &GenerationStatus{
			Name: "gen-000007", Created: at, Format: 1, Sequence: 40, Products: 12, Rows: map[string]int{"text": 14, "photo": 11},
			Recall: map[string]float64{"text": 1, "photo": 0.998}, Model: ModelStatus{Name: "vitrine-mini", Fingerprint: "f00", Dim: 256},
		},
		Catalogue: CatalogueStatus{Products: 13, Sequence: 44, Delta: 3, PendingImages: 2},
		Ranker:    "prior", Adapter: "none",
		Disk: DiskStatus{
			Parts: []DiskPart{{"catalog.db", 1000}, {"embeddings.db", 2000}, {"index/gen-000006", 300}, {"index/gen-000007", 400}, {"my photos", 9}, {"notes", 1}},
			Bytes: 3710, Free: 1 << 40,
		},
		LastRun: &catalog.IndexRun{Seq: 3, Started: at, Elapsed: time.Second, Generation: "gen-000007", Products: 12, Rejected: 1},
		Server:  &ServerStatus{Started: at, Uptime: time.Hour, Generation: "gen-000007", Tasks: []tasks.Task{{ID: "x", Kind: reindexKind, State: tasks.Running, Created: at, Started: at}}},
	}
	for _, status := range []*Status{full, {Ranker: "prior", Adapter: "none", Disk: DiskStatus{Parts: []DiskPart{}, Free: -1}}} {
		h := New(newFakeShop(t), Options{Status: fakeStatus{status}})
		response, body := d.ask(t, h, local("GET", "/api/v1/status", "", ""), true)
		wantStatus(t, response, body, 200)
		var got Status
		if err := json.Unmarshal([]byte(body), &got); err != nil || !reflect.DeepEqual(&got, status) {
			t.Errorf("the answer is %s, %v", body, err)
		}
	}
	_, metrics := get(t, New(newFakeShop(t), Options{Status: fakeStatus{full}}), "/metrics")
	wantText(t, metrics, "vitrine_catalogue_products 13", "vitrine_catalogue_delta_products 3", "vitrine_catalogue_pending_images 2",
		"vitrine_generation_created_timestamp_seconds 1.7959", `vitrine_disk_bytes{part="index"} 700`, `vitrine_disk_bytes{part="other"} 10`, "vitrine_disk_free_bytes 1.099511627776e+12")
	if strings.Contains(metrics, "my photos") {
		t.Error("the metrics name a folder of the shop's")
	}

	h := New(newFakeShop(t), Options{Status: fakeStatus{}})
	response, body := d.ask(t, h, local("GET", "/api/v1/status", "", ""), true)
	wantStatus(t, response, body, 500)
	response, body = get(t, h, "/metrics")
	wantStatus(t, response, body, 200)
}
