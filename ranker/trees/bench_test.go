package trees

import (
	"fmt"
	"testing"

	"vitrine/ranker/ctr"
)

// searchRows are as many features as a search has.
func searchRows(rows int) *ctr.Dataset { return table(rows, 45, 1, parted) }

func BenchmarkScores(b *testing.B) {
	m, _ := train(b, searchRows(20_000), nil, Options{})
	rows := searchRows(1000)
	into := make([]float64, 1000)
	b.Run("rows=1000/features=45/trees=100/leaves=31", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Scores(rows.Values, into)
		}
	})
}

func BenchmarkContributions(b *testing.B) {
	m, _ := train(b, searchRows(20_000), nil, Options{})
	row := searchRows(1).Values
	for b.Loop() {
		m.Contributions(row)
	}
}

func BenchmarkTrain(b *testing.B) {
	rows := searchRows(20_000)
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("rows=20000/features=45/trees=20/threads=%d", threads), func(b *testing.B) {
			for b.Loop() {
				train(b, rows, nil, Options{Trees: 20, Threads: threads})
			}
		})
	}
}

// BenchmarkTrainGraded is a training on all graded rows of the kit, as LightGBM's example has it.
func BenchmarkTrainGraded(b *testing.B) {
	d := graded(b)
	for _, threads := range []int{1, 2} {
		o := exampleSettings
		o.Threads = threads
		b.Run(fmt.Sprint("threads=", threads), func(b *testing.B) {
			for b.Loop() {
				train(b, d, nil, o)
			}
		})
	}
}
