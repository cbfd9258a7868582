package suggest

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// drawnShop draws texts from a vocabulary of 40,000 Latin words and 8,000 Chinese ones of two characters, whose frequencies
// follow Zipf's law with exponent 1.1: titles of 4 to 12 words, half of them with a Chinese one of 6 to 20 characters; 10,000
// queries, 500 categories and 2,000 brands.
type drawnShop struct {
	rng     *rand.Rand
	words   []string
	word    *rand.Zipf
	chinese []string
	pair    *rand.Zipf
	entries []Entry
}

func drawShop(products int) *drawnShop {
	rng := rand.New(rand.NewPCG(7, 8))
	d := &drawnShop{rng: rng, words: make([]string, 40_000)}
	for i := range d.words {
		for range 2 + rng.IntN(3) {
			d.words[i] += string("bcdfghklmnprstvwz"[rng.IntN(17)]) + string("aeiou"[rng.IntN(5)])
		}
		if rng.IntN(2) == 0 {
			d.words[i] += string("nrst"[rng.IntN(4)])
		}
	}
	d.chinese = make([]string, 8_000)
	for i := range d.chinese {
		d.chinese[i] = string([]rune{rune(0x4e00 + rng.IntN(2_500)), rune(0x4e00 + rng.IntN(2_500))})
	}
	d.word, d.pair = rand.NewZipf(rng, 1.1, 8, 39_999), rand.NewZipf(rng, 1.1, 8, 7_999)
	for range 10_000 {
		d.add(Query, 1+rng.IntN(3), 0, rng.IntN(5_000))
	}
	for range 500 {
		d.add(Category, 1+rng.IntN(2), 0, rng.IntN(2_000))
	}
	for range 2_000 {
		d.add(Brand, 1, 0, rng.IntN(300))
	}
	for doc := range products {
		d.add(Product, 4+rng.IntN(9), doc, rng.IntN(2))
		if doc%2 == 0 {
			d.entries = append(d.entries, Entry{Kind: Product, Text: d.chineseTitle(3 + rng.IntN(8)), Doc: uint32(doc)})
		}
	}
	return d
}

func (d *drawnShop) add(kind Kind, words, doc, weight int) {
	chosen := make([]string, words)
	for i := range chosen {
		chosen[i] = d.words[d.word.Uint64()]
	}
	d.entries = append(d.entries, Entry{Kind: kind, Text: strings.Join(chosen, " "), Doc: uint32(doc), Weight: uint32(weight)})
}

func (d *drawnShop) chineseTitle(words int) string {
	var b strings.Builder
	for range words {
		b.WriteString(d.chinese[d.pair.Uint64()])
	}
	return b.String()
}

// typed is what somebody has typed: one to three words of some text, the last not to its end and, with an error, one word of
// four letters and more with a letter missing, too many, wrong or exchanged.
func (d *drawnShop) typed(wrong bool) string {
	for {
		words := strings.Fields(d.entries[d.rng.IntN(len(d.entries))].Text)
		begin := d.rng.IntN(len(words))
		words = slices.Clone(words[begin:min(len(words), begin+1+d.rng.IntN(3))])
		last := []rune(words[len(words)-1])
		words[len(words)-1] = string(last[:1+d.rng.IntN(len(last))])
		if !wrong {
			return strings.Join(words, " ")
		}
		at := d.rng.IntN(len(words))
		if word := []byte(words[at]); len(word) >= typoRunes+1 && word[0] < 0x80 {
			i, letter := d.rng.IntN(len(word)-1), byte('a'+d.rng.IntN(26))
			switch d.rng.IntN(4) {
			case 0:
				word = slices.Delete(word, i, i+1)
			case 1:
				word = slices.Insert(word, i, letter)
			case 2:
				word[i] = letter
			case 3:
				word[i], word[i+1] = word[i+1], word[i]
			}
			words[at] = string(word)
			return strings.Join(words, " ")
		}
	}
}

func (d *drawnShop) build(tb testing.TB) *Index {
	return build(tb, d.entries...)
}

func BenchmarkSuggest(b *testing.B) {
	const products = 100_000
	d := drawShop(products)
	x := d.build(b)
	for _, group := range []struct {
		name  string
		typed func() string
	}{
		{"as typed", func() string { return d.typed(false) }},
		{"one error", func() string { return d.typed(true) }},
		{"one letter", func() string { return d.words[d.word.Uint64()][:1] }},
		{"two letters", func() string { return d.words[d.word.Uint64()][:1] + " " + d.words[d.word.Uint64()][:1] }},
	} {
		b.Run(fmt.Sprintf("products=%d/%s", products, group.name), func(b *testing.B) {
			typed := make([]string, 4_000)
			for i := range typed {
				typed[i] = group.typed()
			}
			var times []time.Duration
			for i := 0; b.Loop(); i++ {
				started := time.Now()
				x.Suggest(typed[i%len(typed)], 10)
				times = append(times, time.Since(started))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	const products = 100_000
	d := drawShop(products)
	texts := 0
	for _, e := range d.entries {
		texts += len(e.Text)
	}
	b.Run(fmt.Sprintf("products=%d", products), func(b *testing.B) {
		var x *Index
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for b.Loop() {
			x = d.build(b)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc-uint64(texts))/(1<<20), "MB-beside-texts")
		b.ReportMetric(float64(x.words.len()+x.grams.len()), "terms")
	})
}
