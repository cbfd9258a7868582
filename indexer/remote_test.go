package indexer_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

func TestRemotePhotosAreFetchedOnceAndFailuresTriedAgain(t *testing.T) {
	var asked atomic.Int64
	var up atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/late.png" && !up.Load() {
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(indexertest.Photo(red))
	}))
	defer server.Close()
	local := func(o *indexer.BuildOptions) { o.AllowAddr = func(a netip.Addr) bool { return a.IsLoopback() } }
	lines := []string{
		`{"id":"a","title":"A","photos":["` + server.URL + `/a.png"]}`,
		`{"id":"late","title":"Late","photos":["` + server.URL + `/late.png"]}`,
	}
	s := newShop(t)
	first, err := s.index(context.Background(), local, lines...)
	if err != nil || first.PhotosEmbedded != 1 || len(first.PhotoProblems) != 1 || first.PhotoProblems[0].ID != "late" {
		t.Fatalf("%+v, %v", first, err)
	}
	if got := found(t, s.open(), "late"); len(got) != 1 {
		t.Error("a product whose photo cannot be fetched is not found by words")
	}

	up.Store(true)
	before := asked.Load()
	second, err := s.index(context.Background(), local, lines...)
	if err != nil || second.UpToDate || len(second.PhotoProblems) != 0 || asked.Load() != before+1 {
		t.Errorf("%+v after %d requests, %v", second, asked.Load()-before, err)
	}
	third, err := s.index(context.Background(), local, lines...)
	if err != nil || !third.UpToDate || asked.Load() != before+1 {
		t.Errorf("%+v after %d requests, %v", third, asked.Load()-before, err)
	}
}

func TestPhotosBehindPrivateAddressesAreRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(indexertest.Photo(red)) }))
	defer server.Close()
	s := newShop(t)
	summary := s.mustIndex(`{"id":"a","title":"A","photos":["` + server.URL + `/a.png"]}`)
	if len(summary.PhotoProblems) != 1 || !strings.Contains(summary.PhotoProblems[0].Reason, "not a public address") {
		t.Errorf("%+v", summary.PhotoProblems)
	}
}
