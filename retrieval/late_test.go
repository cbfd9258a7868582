package retrieval

import (
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
}
