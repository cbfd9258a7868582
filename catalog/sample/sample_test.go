package sample

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"vitrine/catalog"
)

// small draws every kind in the time that a test has.
var small = Options{PerKind: 2, Size: 24}

func generate(t *testing.T, dir string, options Options) string {
	t.Helper()
	feed, err := Generate(t.Context(), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	return feed
}

// hashes returns the SHA-256 of every file by its path below dir.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		found[path] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSameOptionsGiveTheSameBytes(t *testing.T) {
	first, second, other := t.TempDir(), t.TempDir(), t.TempDir()
	generate(t, first, small)
	generate(t, second, small)
	a, b := hashes(t, first), hashes(t, second)
	if len(a) != 2*len(kinds())+2 || !reflect.DeepEqual(a, b) {
		t.Errorf("%d and %d files that differ", len(a), len(b))
	}
	generate(t, other, Options{Seed: 2, PerKind: 2, Size: 24})
	if c := hashes(t, other); c[feedName] == a[feedName] {
		t.Error("another seed gives the same shop")
	}
}

func TestDemoShopIsLargeAndValid(t *testing.T) {
	items := plan(Options{}.WithDefaults())
	ids, slugs, skus := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	for _, it := range items {
		p := it.product
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
		if ids[p.ID] || skus[p.SKU] {
			t.Errorf("%s or %s is there twice", p.ID, p.SKU)
		}
		ids[p.ID], skus[p.SKU], slugs[it.kind.slug] = true, true, true
		if p.Titles["zh"] == "" || p.Brand == "" || p.Description == "" || len(p.Category) < 2 || p.PriceCents < 300 || p.Attributes["material"] == "" {
			t.Errorf("%s lacks something: %+v", p.ID, p)
		}
		if !strings.Contains(p.Title, p.Colour) || !strings.Contains(p.Title, p.Attributes["material"]) {
			t.Errorf("%s: title %q does not say %s and %s", p.ID, p.Title, p.Colour, p.Attributes["material"])
		}
		sum := 0
		for i, digit := range p.EAN[0] {
			sum += int(digit-'0') * (1 + 2*(i%2))
		}
		if len(p.EAN[0]) != 13 || sum%10 != 0 {
			t.Errorf("%s: %s is no EAN", p.ID, p.EAN[0])
		}
	}
	if len(items) < 600 || len(slugs) < 40 {
		t.Errorf("%d products of %d kinds, want 600 of 40", len(items), len(slugs))
	}
}

func TestFeedReadsBackAsPlanned(t *testing.T) {
	dir := t.TempDir()
	feed, err := catalog.OpenFeed(generate(t, dir, small), catalog.FeedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	want := plan(small.WithDefaults())
	for row := range feed.Rows() {
		if row.Err != nil {
			t.Fatalf("line %d: %v", row.Line, row.Err)
		}
		planned := want[0].product
		want = want[1:]
		planned.Photos[0].Root = dir
		if !reflect.DeepEqual(row.Product, planned) {
			t.Fatalf("got  %+v\nwant %+v", row.Product, planned)
		}
		if _, err := catalog.ReadPhoto(t.Context(), row.Product.Photos[0]); err != nil {
			t.Error(err)
		}
	}
	if len(want) > 0 {
		t.Errorf("%d products are missing", len(want))
	}
}

func TestInterruptedFolderIsDrawnAgain(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	generate(t, whole, small)

	ctx, cancel := context.WithCancel(t.Context())
	options := small
	options.Progress = func(done, total int) {
		if done >= total/2 {
			cancel()
		}
	}
	if _, err := Generate(ctx, dir, options); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled run says %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, stampName)); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("an interrupted folder says that it is complete: %v", err)
	}
	generate(t, dir, small)
	want := hashes(t, whole)
	if !reflect.DeepEqual(hashes(t, dir), want) {
		t.Error("the second run did not complete the folder")
	}
	photo := filepath.Join(dir, filepath.FromSlash(plan(small.WithDefaults())[3].product.Photos[0].Ref))
	for name, harm := range map[string]func() error{
		"a photo is gone":     func() error { return os.Remove(photo) },
		"a photo is empty":    func() error { return os.Truncate(photo, 0) },
		"the feed is gone":    func() error { return os.Remove(filepath.Join(dir, feedName)) },
		"the stamp is broken": func() error { return os.WriteFile(filepath.Join(dir, stampName), []byte("{"), 0o600) },
	} {
		if err := harm(); err != nil {
			t.Fatal(err)
		}
		generate(t, dir, small)
		if !reflect.DeepEqual(hashes(t, dir), want) {
			t.Errorf("%s: not repaired", name)
		}
	}
}

func TestCompleteFolderIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	feed := generate(t, dir, small)
	own := filepath.Join(dir, "notes.txt")
	for path, contents := range map[string]string{feed: "edited\n", own: "mine\n"} {
		if err := os.WriteFile(path, []byte(contents), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	options := small
	options.Progress = func(int, int) { t.Error("it was drawn again") }
	generate(t, dir, options)
	if data, err := os.ReadFile(feed); err != nil || string(data) != "edited\n" {
		t.Errorf("the feed became %q, %v", data, err)
	}
	generate(t, dir, Options{PerKind: 1, Size: 24})
	if data, err := os.ReadFile(own); err != nil || string(data) != "mine\n" {
		t.Errorf("a file of another name became %q, %v", data, err)
	}
}

func TestProgressAscendsToTheTotal(t *testing.T) {
	last, total := 0, 0
	options := small
	options.Progress = func(done, of int) { last, total = done, of }
	generate(t, t.TempDir(), options)
	if want := 2 * len(kinds()); last != want || total != want {
		t.Errorf("the last report is %d of %d, want %d", last, total, want)
	}
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	for _, options := range []Options{{PerKind: -1}, {PerKind: 1000}, {Size: 15}, {Size: 4097}} {
		if _, err := Generate(t.Context(), t.TempDir(), options); err == nil || !strings.Contains(err.Error(), "1 to 999") {
			t.Errorf("%+v: %v", options, err)
		}
	}
}

func TestPhotoIsAThingOnWhiteGround(t *testing.T) {
	dir := t.TempDir()
	generate(t, dir, Options{PerKind: 3, Size: 48})
	for _, it := range plan(Options{Seed: 1, PerKind: 3, Size: 48}) {
		file, err := os.Open(filepath.Join(dir, filepath.FromSlash(it.product.Photos[0].Ref)))
		if err != nil {
			t.Fatal(err)
		}
		picture, err := jpeg.Decode(file)
		_ = file.Close()
		if err != nil || picture.Bounds() != image.Rect(0, 0, 48, 48) {
			t.Fatalf("%s: %v, %v", it.product.ID, picture.Bounds(), err)
		}
		drawn := 0
		for i := range 48 * 48 {
			if bright(picture, i%48, i/48) < 0.97 {
				drawn++
			}
		}
		if share := float64(drawn) / (48 * 48); share < 0.08 || share > 0.9 {
			t.Errorf("%s covers %.2f of its picture", it.product.ID, share)
		}
		for _, corner := range []image.Point{{0, 0}, {47, 0}, {0, 47}, {47, 47}} {
			if bright(picture, corner.X, corner.Y) < 0.9 {
				t.Errorf("%s: its corner %v is not white", it.product.ID, corner)
			}
		}
	}
}

func bright(picture image.Image, x, y int) float64 {
	r, g, b, _ := picture.At(x, y).RGBA()
	return float64(r+g+b) / (3 * 0xffff)
}

// A title that says "dotted" must not stand under a plain picture.
func TestEveryPatternThatAVariantComesInIsSeen(t *testing.T) {
	draw := func(k kind, variant int, p pattern) *canvas {
		base, accent := hex(0x3578c6), hex(0xf7f5ef)
		c := newCanvas(64)
		k.draw(c, look{base: base, accent: accent, variant: variant, main: printed(p, base, accent, 8), rng: rand.New(rand.NewPCG(1, 1))})
		return c
	}
	for _, k := range kinds() {
		for variant := range k.variants {
			without := draw(k, variant, solid)
			for _, p := range k.of(variant).patterns {
				if p == solid {
					continue
				}
				with, differ := draw(k, variant, p), 0
				for i := range 64 * 64 {
					if d := bright(with.picture, i%64, i/64) - bright(without.picture, i%64, i/64); d > 0.05 || d < -0.05 {
						differ++
					}
				}
				if differ < 64*64/100 {
					t.Errorf("%s: %q is not seen: %d pixels differ", k.variants[variant].en, p, differ)
				}
			}
		}
	}
}

func TestKindsAreComplete(t *testing.T) {
	slugs := make(map[string]bool)
	for _, k := range kinds() {
		if k.slug == "" || slugs[k.slug] || k.draw == nil || k.about == "" || len(k.variants) == 0 || len(k.patterns) == 0 || len(k.materials) == 0 || k.min < 1 || k.max <= k.min {
			t.Errorf("kind %q lacks something or is there twice", k.slug)
		}
		slugs[k.slug] = true
		for variant := range k.except {
			if variant < 0 || variant >= len(k.variants) {
				t.Errorf("%s has no variant %d", k.slug, variant)
			}
		}
		known := make(map[string]bool)
		for _, d := range dyes {
			known[d.en] = true
		}
		for _, colour := range k.colours {
			if !known[colour] {
				t.Errorf("%s: there is no colour %q", k.slug, colour)
			}
		}
	}
}

func TestProductsAreThoseOfTheFeedAndTheirWordsHaveTheirChinese(t *testing.T) {
	feed, err := catalog.OpenFeed(generate(t, t.TempDir(), small), catalog.FeedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	products, chinese := Products(small), Chinese()
	n := 0
	for row := range feed.Rows() {
		p := row.Product
		if row.Err != nil || n >= len(products) || products[n].ID != p.ID || products[n].Title != p.Title || products[n].PriceCents != p.PriceCents {
			t.Fatalf("row %d is %+v, %v", n, p, row.Err)
		}
		for _, word := range []string{p.Colour, p.Attributes["material"], p.Attributes["gender"], p.Attributes["style"]} {
			if !strings.Contains(p.Titles["zh"], chinese[word]) || word != "" && chinese[word] == "" {
				t.Errorf("%q is %q, which %s has not", word, chinese[word], p.Titles["zh"])
			}
		}
		n++
	}
	if n != len(products) {
		t.Errorf("%d rows of %d products", n, len(products))
	}
}
