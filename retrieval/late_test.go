package retrieval

import (
	"bytes"
	"context"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/indexer/indexertest"
)

// deafEncoder embeds words only when it is let go, whatever its context says.
type deafEncoder struct {
	Encoder
	letGo chan struct{}
}

func (d deafEncoder) EmbedText(context.Context, string) ([]float32, error) {
	<-d.letGo
	return d.Encoder.EmbedText(context.Background(), "red")
}

func (d deafEncoder) EmbedPhoto(context.Context, []byte, image.Rectangle) ([]float32, error) {
	<-d.letGo
	return nil, ErrBadQuery
}

func TestALegThatIgnoresItsDeadlineIsLeftBehind(t *testing.T) {
	index := openShop(t, 120)
	deaf := deafEncoder{&indexertest.Encoder{}, make(chan struct{})}
	engine := New(index, deaf, wordRanker{}, Options{Deadline: 50 * time.Millisecond})
	want := search(t, New(index, &indexertest.Encoder{}, wordRanker{}, Options{}), Query{Text: "red shoe", Mode: ModeKeyword})

	begun := time.Now()
	got := search(t, engine, Query{Text: "red shoe", Explain: true})
	if took := time.Since(begun); took > time.Second {
		t.Errorf("the search took %v with a deadline of 50ms", took)
	}
	if got.Total != want.Total {
		t.Errorf("the keyword leg finds %d, the search found %d", want.Total, got.Total)
	}
	for _, report := range got.Legs {
		late := strings.HasPrefix(report.Leg, "text-")
		if late != (report.Error == "not done within 50ms") {
			t.Errorf("leg report %+v", report)
		}
	}

	// The caller's own time is kept too.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	patient := New(index, deaf, nil, Options{Deadline: time.Minute})
	if _, err := patient.Search(ctx, Query{Text: "red shoe"}); err != context.DeadlineExceeded {
		t.Errorf("the caller's deadline gives %v", err)
	}

	// What was left behind ends in peace, on a snapshot that is still there, also after the index was closed.
	if err := index.Close(); err != nil {
		t.Fatal(err)
	}
	close(deaf.letGo)
}

// lateReader looks at a photo only when it is let go, as an encoder that does not heed its context does.
type lateReader struct {
	Encoder
	letGo chan struct{}
	saw   chan []byte
}

func (l lateReader) EmbedPhoto(_ context.Context, photo []byte, _ image.Rectangle) ([]float32, error) {
	<-l.letGo
	l.saw <- bytes.Clone(photo)
	return nil, ErrBadQuery
}

func TestTheCallerMayChangeItsQueryWhileALegIsLate(t *testing.T) {
	index := openShop(t, 120)
	late := lateReader{&indexertest.Encoder{}, make(chan struct{}), make(chan []byte, 2)}
	engine := New(index, late, wordRanker{}, Options{Deadline: 50 * time.Millisecond})
	red, blue := indexertest.Photo(shopPaints["red"]), indexertest.Photo(shopPaints["blue"])
	balance, least := 0.5, 1.0
	q := Query{
		Text: "red shoe", Photos: photos(bytes.Clone(red)), Balance: &balance, Cursor: CursorStart, Limit: 1,
		Filters: []Filter{{Field: FieldPrice, Min: &least}}, Ignore: []string{"colour=red"},
	}
	first := search(t, engine, q)

	// The leg of the photo still runs, and begins to read while the caller writes.
	go close(late.letGo)
	copy(q.Photos[0].Data, blue)
	q.Photos[0] = PhotoQuery{Data: blue, Crop: image.Rect(0, 0, 1, 1)}
	q.Filters[0].Field, q.Ignore[0] = FieldBrand, "brand=Arden"
	balance, least = 0, 1e6
	if got := <-late.saw; !bytes.Equal(got, red) {
		t.Error("the late leg reads the photo that the caller put in the place of the query's")
	}

	// Nor does the list that a cursor keeps see the change.
	if got := search(t, engine, Query{Cursor: first.Cursor, Limit: 1}); got.Total != first.Total {
		t.Errorf("the second page has %d hits, the first %d", got.Total, first.Total)
	}
	key, _, _ := strings.Cut(first.Cursor, ".")
	kept, err := engine.cursors.get(key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if f := kept.query.Filters[0]; f.Field != FieldPrice || *f.Min != 1 || *kept.query.Balance != 0.5 || kept.query.Ignore[0] != "colour=red" {
		t.Errorf("the cursor keeps the query as the caller changed it: %+v", kept.query)
	}
}

func TestEachStageOfTheWholePathIsTimed(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, wordRanker{}, Options{})
	response := search(t, engine, Query{Text: "red shoe", Photos: photos(indexertest.Photo(shopPaints["red"]))})
	var stages []string
	for _, timing := range response.Timings {
		stages = append(stages, timing.Stage)
	}
	want := []string{
		"understand", "filter", LegKeyword, "embed text", LegTextText, LegTextImage, "embed photo", LegPhotoImage, LegNamed,
		"collect", "back-fill", "fuse", "products", "rank", "order", "facets", "page", "total",
	}
	if !slices.Equal(stages, want) {
		t.Errorf("stages %q, want %q", stages, want)
	}
	of := map[string]Timing{}
	for _, timing := range response.Timings {
		of[timing.Stage] = timing
	}
	end := func(stage string) time.Duration { return of[stage].Start + of[stage].Duration }
	for _, pair := range [][2]string{{"understand", "filter"}, {"filter", LegKeyword}, {"filter", "embed text"}, {"embed text", LegTextText}, {"embed photo", LegPhotoImage}, {LegPhotoImage, "collect"}, {"collect", "back-fill"}, {"facets", "page"}} {
		if end(pair[0]) > of[pair[1]].Start {
			t.Errorf("%s begins at %v, before the end of %s at %v", pair[1], of[pair[1]].Start, pair[0], end(pair[0]))
		}
	}
	if of["total"].Start != 0 || end("page") > end("total") {
		t.Errorf("the total is %+v, the page %+v", of["total"], of["page"])
	}
}
