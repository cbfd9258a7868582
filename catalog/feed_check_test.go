package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestCheckFeedCountsWhatIsInAFeed(t *testing.T) {
	report, err := CheckFeed(t.Context(), "testdata/feeds/google.xml", FeedOptions{Now: blackFriday}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	missing := report.Problems
	report.Problems = nil
	for _, want := range []Column{{"id", "id", 3}, {"additional_image_link", "image", 2}, {"link", "", 1}, {"material", "attribute", 2}, {"sale_price", "sale_price", 1}} {
		found := false
		for _, column := range report.Columns {
			found = found || column == want
		}
		if !found {
			t.Errorf("%+v is not among %+v", want, report.Columns)
		}
	}
	report.Columns = nil
	want := &FeedReport{Format: "Google Merchant XML (RSS 2.0)", Rows: 3, Products: 2, Variants: 2, Photos: 5, LocalPhotos: 1, RemotePhotos: map[string]int{"cdn.halden.test": 4}}
	if !reflect.DeepEqual(report, want) {
		t.Errorf("got %+v, want %+v", report, want)
	}
	if len(missing) != 1 || missing[0].Problem != ProblemPhoto || missing[0].Count != 1 || missing[0].Examples[0].Line != 34 || missing[0].Examples[0].ID != "MUG" {
		t.Errorf("got %+v", missing)
	}
}

func TestCheckFeedTellsKindsOfProblemsApart(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "there.jpg"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "id,title,price,cost,stock,released,image,titles\n" +
		"1,a,5,,,,there.jpg,\n" +
		",no id,5,,,,,\n" +
		"3,,5,,,,,\n" +
		"4,a,cheap,,,,,\n" +
		"5,a,5,much,,,,\n" +
		"6,a,5,,perhaps,,,\n" +
		"7,a,5,,,soon,,\n" +
		"8,a,5,,,,,de\n" +
		"1,a,5,,,,,\n" +
		"10,a\n" +
		"11,a,5,,,,absent.jpg,\n" +
		"12,a,5,,,,../out.jpg,\n" +
		"13,a,5,,,,/etc/passwd,\n" +
		"14,a,5,,,,also-absent.jpg,\n" +
		strings.Repeat("x", MaxIDBytes+1) + ",a,5,,,,,\n" +
		"16,a,5,,,," + strings.Repeat("there.jpg?|", MaxPhotos) + "x.jpg|y.jpg,\n"
	text = strings.Replace(text, "there.jpg?|", "0.jpg|", 1)
	for i := 1; i < MaxPhotos; i++ {
		text = strings.Replace(text, "there.jpg?|", fmt.Sprintf("https://x.test/%d.jpg|", i), 1)
	}
	path := filepath.Join(folder, "feed.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := 0
	report, err := CheckFeed(t.Context(), path, FeedOptions{}, func(n int) { rows = n })
	if err != nil {
		t.Fatal(err)
	}
	want := map[Problem]int{
		ProblemNoID: 1, ProblemNoTitle: 1, ProblemPrice: 1, ProblemMargin: 1, ProblemStock: 1, ProblemDate: 1, ProblemValue: 1, ProblemDuplicateID: 1,
		ProblemBrokenRow: 1, ProblemPhoto: 5, ProblemInvalid: 1, ProblemTooManyPhotos: 1,
	}
	got := make(map[Problem]int)
	for _, p := range report.Problems {
		got[p.Problem] = p.Count
		if len(p.Examples) != min(p.Count, shownExamples) {
			t.Errorf("%s: %d examples of %d", p.Problem, len(p.Examples), p.Count)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if report.Problems[0].Problem != ProblemPhoto {
		t.Errorf("the most frequent problem is not the first: %+v", report.Problems[0])
	}
	if rows != 16 || report.Rows != 16 || report.Products != 6 {
		t.Errorf("%d rows reported, %+v", rows, report)
	}
}

func TestCheckFeedEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := CheckFeed(ctx, "testdata/feeds/google.xml", FeedOptions{}, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
