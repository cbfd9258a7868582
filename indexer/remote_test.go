package indexer_test

import (
	"context"
	"fmt"
	"image/color"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/fetch"
	"vitrine/indexer/indexertest"
)

// photoServer answers each path with a status, or with a photo of a colour.
type photoServer struct {
	url string

	mu     sync.Mutex
	status map[string]int // by path; none = a photo
	colour map[string]color.Color
	asked  []string
}

func servePhotos(t testing.TB) *photoServer {
	s := &photoServer{status: make(map[string]int), colour: make(map[string]color.Color)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *photoServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.Path)
	if status := s.status[r.URL.Path]; status != 0 {
		w.WriteHeader(status)
		return
	}
	var shown color.Color = red
	if c := s.colour[r.URL.Path]; c != nil {
		shown = c
	}
	_, _ = w.Write(indexertest.Photo(shown))
}

// set changes what a path is answered with; 0 = a photo.
func (s *photoServer) set(path string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status[path] = status
}

// paint changes the photo of a path.
func (s *photoServer) paint(path string, c color.Color) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.colour[path] = c
}

// requests returns the paths that were asked for since the last call, sorted.
func (s *photoServer) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	slices.Sort(asked)
	return asked
}

// product is a line of a feed with photos of the server.
func (s *photoServer) product(id, title string, paths ...string) string {
	urls := make([]string, len(paths))
	for i, path := range paths {
		urls[i] = fmt.Sprintf("%q", s.url+path)
	}
	return fmt.Sprintf(`{"id":%q,"title":%q,"photos":[%s]}`, id, title, strings.Join(urls, ","))
}

// remoteShop is a shop with photos on this machine, and a clock.
type remoteShop struct {
	*shop
	now time.Time
}

func newRemoteShop(t testing.TB) *remoteShop { return &remoteShop{newShop(t), time.Now()} }

// mustBuild indexes lines (none = the catalogue) and tries each request once.
func (s *remoteShop) mustBuild(retry bool, lines ...string) *indexer.Summary {
	s.t.Helper()
	summary, err := s.index(context.Background(), func(o *indexer.BuildOptions) { s.options(o, retry) }, lines...)
	if err != nil {
		s.t.Fatal(err)
	}
	return summary
}

func (s *remoteShop) options(o *indexer.BuildOptions, retry bool) {
	o.RetryPhotos = retry
	o.Fetch = fetch.Options{AllowAddr: netip.Addr.IsLoopback, Tries: 1, Now: func() time.Time { return s.now }}
}

// ledger returns what the catalogue has of photos that could not be had.
func (s *remoteShop) ledger() []catalog.PhotoFailure {
	s.t.Helper()
	store, err := catalog.Open(context.Background(), s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	var all []catalog.PhotoFailure
	for f, err := range store.PhotoFailures(context.Background()) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// withPhoto lists the products that have a photo vector.
func (s *remoteShop) withPhoto() []string {
	s.t.Helper()
	snapshot := s.open()
	var having []string
	for doc := range uint32(snapshot.Len()) {
		if _, ok := snapshot.Vector(indexer.SpacePhoto, doc); ok {
			having = append(having, ids(s.t, snapshot, []indexer.Hit{{Doc: doc}})...)
		}
	}
	return having
}

func TestPhotoThatCannotBeHadNowIsPendingAndTriedAgainWhenItsTimeHasCome(t *testing.T) {
	server, s := servePhotos(t), newRemoteShop(t)
	lines := []string{server.product("a", "A", "/a.png"), server.product("late", "Late", "/late.png")}
	server.set("/late.png", http.StatusServiceUnavailable)
	begun := s.now

	first := s.mustBuild(false, lines...)
	if first.PhotosEmbedded != 1 || len(first.PhotoProblems) != 1 || first.PhotoProblems[0].ID != "late" || first.PhotoProblems[0].NextTry.Before(begun) {
		t.Fatalf("%+v", first)
	}
	if got := found(t, s.open(), "late"); len(got) != 1 {
		t.Error("a product whose photo is pending is not found by words")
	}
	server.requests()

	for minutes, want := range map[time.Duration]int{1: 0, 14: 0} { // the unchanged feed is up to date, and nobody is asked
		s.now = begun.Add(minutes * time.Minute)
		if got := s.mustBuild(false, lines...); !got.UpToDate || len(server.requests()) != want || len(got.PhotoProblems) != 1 {
			t.Errorf("after %d minutes: %+v", minutes, got)
		}
	}
	s.now = begun.Add(16 * time.Minute)
	if got := s.mustBuild(false, lines...); !got.UpToDate || got.PhotosRetried != 1 || !slices.Equal(server.requests(), []string{"/late.png"}) {
		t.Errorf("when it is due: %+v", got)
	}
	f := s.ledger()[0]
	if f.ProductID != "late" || f.Kind != "busy" || f.Status != 503 || f.Attempts != 2 || !f.FirstSeen.Equal(begun.UTC().Truncate(time.Millisecond)) || f.NextTry.Sub(f.LastTried) != 30*time.Minute {
		t.Errorf("ledger: %+v", f)
	}

	server.set("/late.png", 0)
	s.now = s.now.Add(time.Hour)
	recovered := s.mustBuild(false)
	if recovered.UpToDate || recovered.PhotosRecovered != 1 || len(recovered.PhotoProblems) != 0 || !slices.Equal(server.requests(), []string{"/late.png"}) {
		t.Errorf("when the server is up: %+v", recovered)
	}
	if got := s.withPhoto(); !slices.Equal(got, []string{"a", "late"}) || len(s.ledger()) != 0 {
		t.Errorf("with a photo: %v; ledger %+v", got, s.ledger())
	}
	if got := s.mustBuild(false, lines...); !got.UpToDate || len(server.requests()) != 0 {
		t.Errorf("at last: %+v", got)
	}
	s.sound()
}

func TestRetryTriesWhatIsPendingAndNothingElse(t *testing.T) {
	server, s := servePhotos(t), newRemoteShop(t)
	s.photo("there.png", indexertest.Photo(blue))
	for path, status := range map[string]int{"/busy.png": 503, "/gone.png": 404, "/still-gone.png": 410} {
		server.set(path, status)
	}
	s.mustBuild(false,
		server.product("a", "A", "/a.png"), server.product("busy", "Busy", "/busy.png", "/a.png"),
		server.product("gone", "Gone", "/gone.png"), server.product("still", "Still gone", "/still-gone.png"),
		`{"id":"file","title":"File","photos":["late.png","there.png"]}`,
	)
	server.requests()
	if got := s.mustBuild(true); !got.UpToDate || got.PhotosRetried != 4 || got.PhotosRecovered != 0 {
		t.Errorf("nothing has come: %+v", got)
	}
	if got := server.requests(); !slices.Equal(got, []string{"/busy.png", "/gone.png", "/still-gone.png"}) {
		t.Errorf("asked for %v", got)
	}
	server.set("/busy.png", 0)
	server.set("/gone.png", 0)
	s.photo("late.png", indexertest.Photo(red))
	got := s.mustBuild(true)
	if got.UpToDate || got.PhotosRetried != 4 || got.PhotosRecovered != 3 || got.TextsEmbedded != 0 || len(got.PhotoProblems) != 1 || got.PhotoProblems[0].ID != "still" {
		t.Errorf("three have come: %+v", got)
	}
	if got := server.requests(); !slices.Equal(got, []string{"/busy.png", "/gone.png", "/still-gone.png"}) {
		t.Errorf("asked for %v", got)
	}
	if got := s.withPhoto(); !slices.Equal(got, []string{"a", "busy", "file", "gone"}) {
		t.Errorf("with a photo: %v", got)
	}
	s.sound()
}

func TestPhotoThatCannotBeHadForGoodIsTriedAgainOnlyWhenAskedFor(t *testing.T) {
	server, s := servePhotos(t), newRemoteShop(t)
	server.set("/gone.png", http.StatusNotFound)
	first := s.mustBuild(false, server.product("gone", "Gone", "/gone.png"))
	if len(first.PhotoProblems) != 1 || !first.PhotoProblems[0].NextTry.IsZero() {
		t.Errorf("%+v", first.PhotoProblems)
	}
	server.requests()
	server.set("/gone.png", 0)
	s.now = s.now.Add(1000 * time.Hour)
	if got := s.mustBuild(false, server.product("gone", "Another title", "/gone.png")); got.UpToDate || len(server.requests()) != 0 || len(got.PhotoProblems) != 1 {
		t.Errorf("another title: %+v", got)
	}
	if got := s.mustBuild(false, server.product("gone", "Another title", "/gone.png", "/new.png")); !slices.Equal(server.requests(), []string{"/new.png"}) || len(got.PhotoProblems) != 1 {
		t.Errorf("another photo: %+v", got)
	}
	if got := s.mustBuild(true); got.PhotosRecovered != 1 || len(got.PhotoProblems) != 0 {
		t.Errorf("asked for: %+v", got)
	}
}

func TestLedgerForgetsPhotosThatAreNotNamedAnyMore(t *testing.T) {
	server, s := servePhotos(t), newRemoteShop(t)
	server.set("/old.png", http.StatusNotFound)
	s.mustBuild(false, server.product("a", "A", "/old.png"), server.product("b", "B", "/old.png"))
	if got := s.ledger(); len(got) != 2 {
		t.Fatalf("ledger: %+v", got)
	}
	if got := s.mustBuild(false, server.product("a", "A", "/new.png")); len(got.PhotoProblems) != 1 || len(s.ledger()) != 1 {
		t.Errorf("%+v; ledger %+v", got.PhotoProblems, s.ledger())
	}
	summary, err := s.index(context.Background(), func(o *indexer.BuildOptions) { s.options(o, false); o.Full = true }, server.product("a", "A", "/new.png"))
	if err != nil || len(summary.PhotoProblems) != 0 || len(s.ledger()) != 0 {
		t.Errorf("%+v, %v; ledger %+v", summary, err, s.ledger())
	}
}

func TestPhotoBehindOneURLIsFetchedOnceForAllProducts(t *testing.T) {
	server, s := servePhotos(t), newRemoteShop(t)
	var lines []string
	for i := range 40 {
		lines = append(lines, server.product(fmt.Sprintf("p%02d", i), fmt.Sprintf("Number %d", i), "/same.png"))
	}
	summary := s.mustBuild(false, lines...)
	if got := server.requests(); len(got) != 1 || summary.PhotosEmbedded != 1 || len(s.withPhoto()) != 40 {
		t.Errorf("asked for %v: %+v", got, summary)
	}
}

func TestPhotoThatChangesBehindItsURLIsNoticedWithItsProductAfterAWeek(t *testing.T) {
	server, s := servePhotos(t), newRemoteShop(t)
	s.mustBuild(false, server.product("a", "A", "/a.png"), server.product("b", "B", "/b.png"))
	red, _ := s.open().Vector(indexer.SpacePhoto, 0)
	server.paint("/a.png", blue)
	server.paint("/b.png", blue)
	server.requests()

	s.now = s.now.Add(24 * time.Hour)
	s.mustBuild(false, server.product("a", "A at a better price", "/a.png"))
	if got := server.requests(); len(got) != 0 {
		t.Errorf("after a day %v were asked for", got)
	}
	s.now = s.now.Add(7 * 24 * time.Hour)
	s.mustBuild(false, server.product("a", "A at the best price", "/a.png"))
	if got := server.requests(); !slices.Equal(got, []string{"/a.png"}) {
		t.Errorf("after a week %v were asked for", got)
	}
	for doc, changed := range []bool{true, false} {
		if v, _ := s.open().Vector(indexer.SpacePhoto, uint32(doc)); slices.Equal(v, red) == changed {
			t.Errorf("product %d: changed, want %t", doc, changed)
		}
	}

	// The vector of a photo that cannot be had any more stays.
	s.now = s.now.Add(8 * 24 * time.Hour)
	server.set("/a.png", http.StatusNotFound)
	if got := s.mustBuild(false, server.product("a", "A at last", "/a.png")); len(got.PhotoProblems) != 0 || len(s.withPhoto()) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestPhotosThatWereFetchedServeAnotherModelToo(t *testing.T) {
	server, s := servePhotos(t), newRemoteShop(t)
	s.mustBuild(false, server.product("a", "A", "/a.png"))
	server.requests()
	summary, err := s.index(context.Background(), func(o *indexer.BuildOptions) { s.options(o, false); o.Model.Fingerprint = "another" })
	if err != nil || summary.PhotosEmbedded != 1 || len(server.requests()) != 0 {
		t.Errorf("%+v, %v", summary, err)
	}
}

func TestPhotosBehindPrivateAddressesAreRefused(t *testing.T) {
	server, s := servePhotos(t), newShop(t)
	summary := s.mustIndex(server.product("a", "A", "/a.png"))
	if len(summary.PhotoProblems) != 1 || !strings.Contains(summary.PhotoProblems[0].Reason, "not a public address") || len(server.requests()) != 0 {
		t.Errorf("%+v", summary.PhotoProblems)
	}
	if again := s.mustIndex(); !again.UpToDate {
		t.Errorf("again: %+v", again)
	}
}
