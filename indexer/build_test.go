package indexer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"image/color"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

func TestFeedBecomesAnIndexThatFindsProductsByWordsVectorsAndColumns(t *testing.T) {
	s := newShop(t)
	s.photo("red.png", indexertest.Photo(red))
	s.photo("blue.png", indexertest.Photo(blue))
	summary := s.mustIndex(
		`{"id":"b","title":"Blue cotton shirt","titles":{"zh":"蓝色衬衫"},"brand":"Acme","colour":"Blue","category":["Clothes","Shirts"],"price_cents":2000,"in_stock":true,"photos":["blue.png"]}`,
		`{"id":"a","title":"Red summer dress","titles":{"zh":"红色连衣裙"},"brand":"Bolt","colour":"Red","category":["Clothes","Dresses"],"price_cents":4500,"in_stock":false,"photos":["red.png","blue.png"]}`,
		`{"id":"c","title":"Gift card"}`,
	)
	if summary.Generation != "gen-000001" || summary.Products != 3 || summary.Added != 3 || summary.UpToDate {
		t.Errorf("summary %+v", summary)
	}
	if summary.TextsEmbedded != 5 || summary.PhotosEmbedded != 2 || summary.FromCache != 1 {
		t.Errorf("embedded %d texts and %d photos, %d from the cache; want 5, 2 and 1: the same photo is embedded once",
			summary.TextsEmbedded, summary.PhotosEmbedded, summary.FromCache)
	}
	if summary.RejectedFile != "" {
		t.Errorf("file of rejections %q although there were none", summary.RejectedFile)
	}
	s.sound()

	index := s.open()
	if doc, ok := index.Doc("b"); !ok || doc != 1 {
		t.Errorf("Doc(b) = %d, %t; numbers follow the ids", doc, ok)
	}
	if _, ok := index.Doc("nothing"); ok {
		t.Error("found a product that is not there")
	}
	if got := found(t, index, "red dresses"); !slices.Equal(got, []string{"a"}) {
		t.Errorf("red dresses: %v", got)
	}
	vector, err := s.fake.EmbedText(context.Background(), "red")
	if err != nil {
		t.Fatal(err)
	}
	for _, space := range []indexer.Space{indexer.SpaceText, indexer.SpacePhoto} {
		hits, plan, err := index.Nearest(context.Background(), space, vector, 1, nil)
		if err != nil || plan == "" || !slices.Equal(ids(t, index, hits), []string{"a"}) {
			t.Errorf("nearest to red in %s: %v by %q, %v", space, hits, plan, err)
		}
	}
	if got := index.Columns().Match("category", []string{"clothes"}).ToArray(); !slices.Equal(got, []uint32{0, 1}) {
		t.Errorf("category clothes: %v", got)
	}
}

func TestSecondRunIsUpToDateAndEmbedsNothing(t *testing.T) {
	s := newShop(t)
	s.photo("red.png", indexertest.Photo(red))
	lines := []string{`{"id":"a","title":"Red","photos":["red.png","missing.png"]}`, `{"id":"b","title":"Blue"}`}
	first := s.mustIndex(lines...)
	second := s.mustIndex(lines...)
	if !second.UpToDate || second.Generation != first.Generation || second.Unchanged != 2 || second.Products != 2 {
		t.Errorf("second run: %+v", second)
	}
	if second.TextsEmbedded+second.PhotosEmbedded != 0 {
		t.Errorf("second run embedded %d texts and %d photos", second.TextsEmbedded, second.PhotosEmbedded)
	}
	if !reflect.DeepEqual(second.PhotoProblems, first.PhotoProblems) || len(second.PhotoProblems) != 1 || !reflect.DeepEqual(second.Recall, first.Recall) {
		t.Errorf("second run reports %v and %v, the first %v and %v", second.PhotoProblems, second.Recall, first.PhotoProblems, first.Recall)
	}
	if _, err := os.Stat(second.RejectedFile); err != nil {
		t.Errorf("file of rejections after the second run: %v", err)
	}
}

func TestOnlyWhatChangedIsEmbeddedAgain(t *testing.T) {
	s := newShop(t)
	s.photo("a.png", indexertest.Photo(red))
	lines := numbered(50)
	lines[3] = `{"id":"p000003","title":"with a photo","photos":["a.png"]}`
	s.mustIndex(lines...)

	lines[7] = strings.Replace(lines[7], "number7", "renamed", 1)
	if got := s.mustIndex(lines...); got.TextsEmbedded != 1 || got.PhotosEmbedded != 0 || got.Changed != 1 || got.Generation != "gen-000002" {
		t.Errorf("after a changed title: %+v", got)
	}
	s.photo("a.png", indexertest.Photo(blue))
	later := time.Now().Add(time.Hour) // file systems may count in whole seconds
	if err := os.Chtimes(filepath.Join(s.files, "a.png"), later, later); err != nil {
		t.Fatal(err)
	}
	if got := s.mustIndex(lines...); got.TextsEmbedded != 0 || got.PhotosEmbedded != 1 || got.UpToDate {
		t.Errorf("after a changed photo: %+v", got)
	}
	if got, err := s.index(context.Background(), func(o *indexer.BuildOptions) { o.Model.Fingerprint = "another" }, lines...); err != nil || got.TextsEmbedded != 50 || got.PhotosEmbedded != 1 {
		t.Errorf("after a changed model: %+v, %v", got, err)
	}
}

func TestBadRowsAndPhotosAreListedAndTheRestIsIndexed(t *testing.T) {
	s := newShop(t)
	whole := indexertest.Photo(red)
	s.photo("truncated.png", whole[:len(whole)/2])
	s.photo("empty.png", nil)
	s.photo("text.jpg", []byte("this is no photo"))
	s.photo("red.png", whole)
	summary := s.mustIndex(
		`{"id":"good","title":"Good","photos":["red.png"]}`,
		`{"id":"broken",`,
		`{"id":"good","title":"Good again"}`,
		`{"id":"nothing"}`,
		`{"id":"missing","title":"Missing photo","photos":["nowhere.png"]}`,
		`{"id":"truncated","title":"Truncated photo","photos":["truncated.png"]}`,
		`{"id":"empty","title":"Empty photo","photos":["empty.png"]}`,
		`{"id":"text","title":"Text as photo","photos":["text.jpg","red.png"]}`,
		`{"id":"outside","title":"Photo outside","photos":["../secret.png"]}`,
	)
	var lines []int
	for _, r := range summary.Rejected {
		lines = append(lines, r.Line)
		if r.Reason == "" {
			t.Errorf("line %d has no reason", r.Line)
		}
	}
	if !slices.Equal(lines, []int{2, 3, 4}) {
		t.Errorf("rejected lines %v", lines)
	}
	var problems []string
	for _, p := range summary.PhotoProblems {
		problems = append(problems, p.ID+" "+p.Ref)
		if p.Reason == "" {
			t.Errorf("photo of %s has no reason", p.ID)
		}
	}
	if want := []string{"empty empty.png", "missing nowhere.png", "outside ../secret.png", "text text.jpg", "truncated truncated.png"}; !slices.Equal(problems, want) {
		t.Errorf("photo problems %q, want %q", problems, want)
	}
	s.sound()
	index := s.open()
	if got := found(t, index, "missing photo"); len(got) == 0 || got[0] != "missing" {
		t.Errorf("a product without its photo is found by words: %v", got)
	}
	doc, _ := index.Doc("text")
	if _, ok := index.Vector(indexer.SpacePhoto, doc); !ok {
		t.Error("the good photo of a product with a bad one has no vector")
	}
	checkRejectedFile(t, summary)
}

func checkRejectedFile(t *testing.T, summary *indexer.Summary) {
	t.Helper()
	data, err := os.ReadFile(summary.RejectedFile)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) != len(summary.Rejected)+len(summary.PhotoProblems) {
		t.Fatalf("%d lines in %s", len(lines), summary.RejectedFile)
	}
	for i, line := range lines {
		var entry struct {
			Kind, Reason, ID, Ref string
			Line                  int
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if i < len(summary.Rejected) {
			if entry.Kind != "row" || entry.Line != summary.Rejected[i].Line || entry.Reason != summary.Rejected[i].Reason {
				t.Errorf("line %d: %s", i, line)
			}
		} else if p := summary.PhotoProblems[i-len(summary.Rejected)]; entry.Kind != "photo" || entry.ID != p.ID || entry.Ref != p.Ref {
			t.Errorf("line %d: %s", i, line)
		}
	}
}

func TestFileOfRejectionsGoesWhenThereIsNothingToReject(t *testing.T) {
	s := newShop(t)
	first := s.mustIndex(`{"id":"a","title":"A"}`, `{"id":"b"`)
	second := s.mustIndex(`{"id":"a","title":"A"}`, `{"id":"b","title":"B"}`)
	if _, err := os.Stat(first.RejectedFile); !errors.Is(err, os.ErrNotExist) || second.RejectedFile != "" {
		t.Errorf("%q is still there: %v", first.RejectedFile, err)
	}
}

func TestRejectionsOfHugeValuesAreShortAndSayWhatToDo(t *testing.T) {
	s := newShop(t)
	huge := strings.Repeat("9x", 400_000)
	summary := s.mustIndex(
		`{"id":"a","title":"A","photos":["`+huge+`"]}`,
		`{"id":"`+huge+`","title":"B"}`,
		`{"id":"c","title":"C","in_stock":"`+huge+`"}`,
	)
	if len(summary.Rejected) != 2 || len(summary.PhotoProblems) != 1 {
		t.Fatalf("%d rejections and %d photo problems", len(summary.Rejected), len(summary.PhotoProblems))
	}
	for _, text := range []string{summary.Rejected[0].ID, summary.Rejected[0].Reason, summary.Rejected[1].Reason, summary.PhotoProblems[0].Ref, summary.PhotoProblems[0].Reason} {
		if len(text) > 2000 {
			t.Errorf("a text of %d bytes: %.80q", len(text), text)
		}
	}
	if reason := summary.Rejected[1].Reason; !strings.Contains(reason, "write true or false") {
		t.Errorf("the reason lost its advice: …%s", reason[len(reason)-80:])
	}
}

func TestNothingToIndexLeavesTheOldGeneration(t *testing.T) {
	s := newShop(t)
	if _, err := s.index(context.Background(), nil); !errors.Is(err, indexer.ErrNothingToIndex) {
		t.Errorf("empty catalogue: %v", err)
	}
	if _, err := indexer.Open(context.Background(), s.dir); !errors.Is(err, indexer.ErrNoIndex) {
		t.Errorf("opening what was never built: %v", err)
	}
	s.mustIndex(numbered(3)...)
	summary, err := s.index(context.Background(), func(o *indexer.BuildOptions) { o.Full = true }, `{"id":"x"}`, `no json`)
	if !errors.Is(err, indexer.ErrNothingToIndex) || len(summary.Rejected) != 2 {
		t.Errorf("feed of rejected rows: %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "rejected.jsonl")); err != nil {
		t.Errorf("the rejections are not in the file: %v", err)
	}
	if index := s.open(); index.Generation() != "gen-000001" || index.Len() != 3 {
		t.Errorf("live is %s with %d products", index.Generation(), index.Len())
	}
	s.sound()
}

func TestFullFeedDeletesWhatItDoesNotName(t *testing.T) {
	full := func(o *indexer.BuildOptions) { o.Full = true }
	t.Run("and only that", func(t *testing.T) {
		s := newShop(t)
		s.mustIndex(numbered(5)...)
		lines := append(numbered(2), `{"id":"p000003"}`) // rejected, but named
		summary, err := s.index(context.Background(), full, lines...)
		if err != nil || summary.Deleted != 2 || summary.Products != 3 || summary.NotDeleted != "" {
			t.Errorf("%+v, %v", summary, err)
		}
		s.sound()
	})
	t.Run("not after rows without an id", func(t *testing.T) {
		s := newShop(t)
		s.mustIndex(numbered(5)...)
		summary, err := s.index(context.Background(), full, append(numbered(2), `{"id":`)...)
		if err != nil || summary.Deleted != 0 || summary.Products != 5 || summary.NotDeleted == "" {
			t.Errorf("%+v, %v", summary, err)
		}
	})
	t.Run("not after a feed that ends too early", func(t *testing.T) {
		s := newShop(t)
		s.mustIndex(numbered(5)...)
		feed := s.brokenFeed(numbered(4000))
		defer feed.Close()
		summary, err := s.index(context.Background(), func(o *indexer.BuildOptions) { o.Full, o.Feed = true, feed })
		if err != nil || summary.Deleted != 0 || summary.Added == 0 || summary.NotDeleted == "" || len(summary.Rejected) != 1 {
			t.Errorf("%+v, %v", summary, err)
		}
	})
	t.Run("never from a partial feed", func(t *testing.T) {
		s := newShop(t)
		s.mustIndex(numbered(5)...)
		if summary := s.mustIndex(`{"id":"p000000","title":"new title"}`); summary.Deleted != 0 || summary.Products != 5 {
			t.Errorf("%+v", summary)
		}
	})
}

// brokenFeed opens a gzipped feed of which the second half is missing.
func (s *shop) brokenFeed(lines []string) *catalog.Feed {
	s.t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		s.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.photo("broken.jsonl.gz", packed.Bytes()[:packed.Len()/2])
	feed, err := catalog.OpenFeed(filepath.Join(s.files, "broken.jsonl.gz"), catalog.FeedOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	return feed
}

func TestOldGenerationsAndLeftoversAreRemoved(t *testing.T) {
	s := newShop(t)
	lines := numbered(3)
	for i := range 4 {
		if i == 3 {
			if err := os.MkdirAll(filepath.Join(s.dir, "index", "gen-000009.tmp", "keyword"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		lines = append(lines, `{"id":"extra`+string(rune('a'+i))+`","title":"extra"}`)
		s.mustIndex(lines...)
	}
	entries, err := os.ReadDir(filepath.Join(s.dir, "index"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"CURRENT", "gen-000003", "gen-000004"}; !slices.Equal(names, want) {
		t.Errorf("index folder has %v, want %v", names, want)
	}
	s.sound()
}

func TestGenerationThatNeverWentLiveDoesNotTakeThePlaceOfTheOneBefore(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(3)...)
	// A build that crashed between naming its generation and writing CURRENT.
	if err := os.Mkdir(filepath.Join(s.dir, "index", "gen-000002"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.mustIndex(numbered(4)...)
	var names []string
	entries, err := os.ReadDir(filepath.Join(s.dir, "index"))
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if want := []string{"CURRENT", "gen-000001", "gen-000003"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, %v; want %q", names, err, want)
	}
}

func TestCancelledBuildLosesNothing(t *testing.T) {
	for _, stage := range []string{"feed", "products", "texts", "photos", "vectors", "verify"} {
		t.Run("in stage "+stage, func(t *testing.T) {
			s := newShop(t)
			s.mustIndex(`{"id":"old","title":"Old"}`)
			s.photo("red.png", indexertest.Photo(red))
			lines := append(numbered(1100), `{"id":"q","title":"with a photo","photos":["red.png"]}`)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			_, err := s.index(ctx, func(o *indexer.BuildOptions) {
				o.Progress = func(at string, _, _ int) {
					if at == stage {
						cancel()
					}
				}
			}, lines...)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v", err)
			}
			s.sound()
			if got := s.open().Generation(); got != "gen-000001" {
				t.Errorf("live generation is %s", got)
			}
			if summary := s.mustIndex(lines...); summary.Products != 1102 || summary.Generation != "gen-000002" {
				t.Errorf("next run: %+v", summary)
			}
			s.sound()
		})
	}
}

func TestRecallBelowTheGateFailsTheBuildAndKeepsTheOldGeneration(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(3)...)
	_, err := s.index(context.Background(), func(o *indexer.BuildOptions) { o.MinRecall = 1.01 }, numbered(40)...)
	if !errors.Is(err, indexer.ErrRecall) {
		t.Fatalf("error %v", err)
	}
	if index := s.open(); index.Generation() != "gen-000001" || index.Len() != 40 || index.Changed() != 37 {
		t.Errorf("live is %s with %d products, %d of them changed since", index.Generation(), index.Len(), index.Changed())
	}
	s.sound()
}

func TestIndexingTheSameProductsTwiceGivesTheSameAnswers(t *testing.T) {
	var answers [2][]indexer.Hit
	for i := range answers {
		s := newShop(t)
		s.mustIndex(numbered(3000)...)
		index := s.open()
		for _, terms := range []string{"red shoe", "blue", "number17", "green lamp chair"} {
			hits, err := index.Keyword(context.Background(), indexer.KeywordQuery{Terms: terms, K: 50})
			if err != nil {
				t.Fatal(err)
			}
			answers[i] = append(answers[i], hits...)
		}
		vector, _ := s.fake.EmbedText(context.Background(), "black watch")
		hits, _, err := index.Nearest(context.Background(), indexer.SpaceText, vector, 50, nil)
		if err != nil {
			t.Fatal(err)
		}
		answers[i] = append(answers[i], hits...)
	}
	if !reflect.DeepEqual(answers[0], answers[1]) {
		t.Error("two builds of the same products answer differently")
	}
}

func TestSequenceOfTheGenerationIsTheCatalogues(t *testing.T) {
	s := newShop(t)
	summary := s.mustIndex(numbered(10)...)
	store, err := catalog.Open(context.Background(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	sequence, err := store.Sequence(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if m := s.open().Manifest(); m.Sequence != sequence || summary.Sequence != sequence || m.Model != indexertest.Model {
		t.Errorf("manifest %+v, catalogue at %d", m, sequence)
	}
}

func TestPhotoColoursLieInTheSpaceOfTheirWords(t *testing.T) {
	s := newShop(t)
	s.photo("blue.png", indexertest.Photo(blue))
	s.photo("white.png", indexertest.Photo(color.White))
	s.mustIndex(`{"id":"b","title":"One","photos":["blue.png"]}`, `{"id":"w","title":"Two","photos":["white.png"]}`)
	index := s.open()
	vector, _ := s.fake.EmbedText(context.Background(), "blue")
	scores, has := index.Similarity(indexer.SpacePhoto, vector, []uint32{0, 1, 7})
	if !has[0] || !has[1] || has[2] || scores[0] <= scores[1] {
		t.Errorf("similarity of blue and white photos to blue: %v %v", scores, has)
	}
}
