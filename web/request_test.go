package web

import (
	"image"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"vitrine/retrieval"
)

func limits(low, high float64) retrieval.Filter {
	return retrieval.Filter{Field: "price", Min: &low, Max: &high}
}

func TestRequestIsReadFromAQueryString(t *testing.T) {
	for query, want := range map[string]request{
		"":                          {},
		"q=+red++shoes+&utm=x":      {Text: "red  shoes"},
		"mode=vector&offset=24":     {Mode: retrieval.ModeVector, Offset: 24},
		"crop=1,2,30,40&explain=1":  {shown: shown{Photos: []shownPhoto{{Crop: image.Rect(1, 2, 31, 42)}}}, Explain: true},
		"filter=brand%3DA%5C%7CB|C": {Filters: []retrieval.Filter{{Field: "brand", Values: []string{"A|B", "C"}}}},
		"price_min=9.5&price_max=2": {Filters: []retrieval.Filter{limits(2, 9.5)}},
		"price_min=1&price_max=2&filter=price%3D5..6": {Filters: []retrieval.Filter{limits(1, 2)}},
		"price_min=&price_max=&filter=price%3D5..6":   {Filters: []retrieval.Filter{limits(5, 6)}},
		"ignore=price%3D..50&ignore=colour!%3Dred":    {Ignore: []string{"price=..50", "colour!=red"}},
		"literal=true&sort=price_asc&group=brand":     {Literal: true, Sort: retrieval.SortPriceAsc, Group: "brand"},
		"diversity=0.25&cursor=*":                     {Diversity: 0.25, Cursor: "*"},
		"photo=" + strings.Repeat("0a", 32):           {shown: shown{Photos: []shownPhoto{{Hash: strings.Repeat("0a", 32)}}}},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseRequest(values)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, %v; want %+v", query, got, err, want)
		}
	}
}

func TestRequestWithAFaultKeepsTheRest(t *testing.T) {
	for _, fault := range []string{
		"mode=best", "photo=xyz", "photo=" + strings.Repeat("0A", 32), "crop=1,2,3", "crop=1,2,0,4", "crop=-1,2,3,4", "filter=size%3D4", "filter=price%3D9..1",
		"balance=2", "balance=NaN", "balance=-1", "weight=0", "weight=1e9", "weight=101", "crop_of=1&crop_x=1", "crop_of=x",
		strings.Repeat("like=a&", retrieval.MaxExamples) + "like=b", strings.Repeat("unlike=a&", retrieval.MaxExamples) + "unlike=b",
		strings.Repeat("crop=1,2,3,4&", retrieval.MaxPhotos) + "crop=1,2,3,4", "price_min=cheap", "price_max=-1", "price_min=NaN", "price_min=0x10", "price_min=1e99", "offset=-1", "offset=1001", "limit=x", "explain=x", "q=%ff",
		"literal=x", "sort=best", "diversity=1.1", "diversity=NaN", "diversity=x", strings.Repeat("ignore=a&", retrieval.MaxFilters) + "ignore=b",
		strings.Repeat("filter=brand%3DA&", retrieval.MaxFilters) + "filter=brand%3DB",
	} {
		values, _ := url.ParseQuery(fault)
		if !values.Has("q") {
			values.Set("q", "kept")
		}
		r, err := parseRequest(values)
		if err == nil {
			t.Errorf("%s is taken", fault)
			continue
		}
		if problemOf(err).Status != 400 {
			t.Errorf("%s is status %d: %v", fault, problemOf(err).Status, err)
		}
		if r.Text != "kept" && fault != "q=%ff" {
			t.Errorf("%s loses the words: %+v", fault, r)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add("q=red&mode=vector&filter=brand%3DA%7CB&filter=price%3D1..2&offset=24&limit=5&explain=true")
	f.Add("crop=1,2,3,4&price_min=1,5&price_max=2&photo=" + strings.Repeat("0a", 32))
	f.Add("q=red+not+blue&ignore=colour!%3Dblue&literal=1&sort=newest&group=attribute.size&diversity=0.5&cursor=*")
	f.Add("photo=" + strings.Repeat("0a", 32) + "&photo=" + strings.Repeat("1b", 32) + "&crop=&crop=1,2,3,4&weight=2&balance=.7&like=a&like=b&unlike=c")
	f.Add("crop_of=1&crop_x=1&crop_y=2&crop_width=3&crop_height=4&photo=" + strings.Repeat("0a", 32))
	f.Add("filter=%3D&filter=price%3D..&q=%ff&crop=,,,")
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query)
		r, err := parseRequest(values)
		if err != nil {
			return
		}
		if r.Offset < 0 || r.Offset > retrieval.MaxDepth || len(r.Filters) > retrieval.MaxFilters+1 ||
			len(r.Photos) > retrieval.MaxPhotos || max(len(r.Like), len(r.Unlike)) > retrieval.MaxExamples {
			t.Fatalf("%q is out of bounds: %+v", query, r)
		}
		// The address of a request leads to the same request.
		again, err := parseRequest(r.values())
		if err != nil || again.url("/") != r.url("/") {
			t.Fatalf("%q becomes %q, which is %q, %v", query, r.url("/"), again.url("/"), err)
		}
	})
}
