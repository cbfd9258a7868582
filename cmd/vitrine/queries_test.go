package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vitrine/retrieval"
)

func TestReadQueries(t *testing.T) {
	for _, test := range []struct {
		about, text string
		want        []retrieval.QueryCount
		fault       string
	}{
		{"nothing", "", nil, ""},
		{"queries", "# query\tcount\nred shoes\t12\n\n跑鞋\t 3 \n", []retrieval.QueryCount{{Text: "red shoes", Count: 12}, {Text: "跑鞋", Count: 3}}, ""},
		{"from Windows", "\ufeffmug\t1\r\nlamp\t2\r\n", []retrieval.QueryCount{{Text: "mug", Count: 1}, {Text: "lamp", Count: 2}}, ""},
		{"no count", "mug\t1\nlamp\n", nil, "line 2"},
		{"a count of none", "mug\t0\n", nil, "count from 1"},
		{"no UTF-8", "m\xffg\t1\n", nil, "UTF-8"},
		{"a long query", strings.Repeat("x", retrieval.MaxTextRunes+1) + "\t1\n", nil, "longer than"},
		{"a very long line", strings.Repeat("x", 1<<20), nil, "token too long"},
		{"many queries", strings.Repeat("x\t1\n", maxQueries+1), nil, "most frequent"},
	} {
		t.Run(test.about, func(t *testing.T) {
			got, err := readQueries(strings.NewReader(test.text))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("the error is %v, want %q", err, test.fault)
			}
		})
	}
}
