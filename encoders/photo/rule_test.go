package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"
)

// side is the size of the square of vitrine-mini, in pixels.
const side = 112

func miniRule(t testing.TB) *Rule {
	t.Helper()
	data, err := os.ReadFile("../mini/preprocessor_config.json")
	if err != nil {
		t.Fatal(err)
	}
	rule, err := ParseRule(data)
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

func TestSquareEqualsPillows(t *testing.T) {
	picture, err := Decode(t.Context(), read(t, "shoe.png"), image.Rectangle{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(read(t, "shoe_square.png")))
	if err != nil {
		t.Fatal(err)
	}
	got := miniRule(t).square(picture)
	largest := 0
	for y := range side {
		for x := range side {
			g := got.NRGBAAt(x, y)
			w := color.NRGBAModel.Convert(want.At(x, y)).(color.NRGBA)
			for _, d := range []int{int(g.R) - int(w.R), int(g.G) - int(w.G), int(g.B) - int(w.B)} {
				largest = max(largest, d, -d)
			}
		}
	}
	if largest > 1 {
		t.Errorf("a pixel differs by %d of 255", largest)
	}
}

func TestTensorIsPlanesOfScaledPixels(t *testing.T) {
	rule := miniRule(t)
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := 0; i < len(picture.Pix); i += 4 {
		copy(picture.Pix[i:], []byte{255, 0, 51, 255})
	}
	out := make([]float32, 3*side*side)
	rule.Tensor(picture, out)
	for c, want := range []float64{1, -1, -0.6} {
		for _, i := range []int{0, side * 50, side*side - 1} {
			if got := float64(out[c*side*side+i]); math.Abs(got-want) > 1e-6 {
				t.Errorf("plane %d, number %d: %g, want %g", c, i, got, want)
			}
		}
	}
}

func TestTransparentPixelsLieOnTheGround(t *testing.T) {
	rule := miniRule(t)
	for _, picture := range []image.Image{
		image.NewNRGBA(image.Rect(0, 0, 40, 20)),
		image.NewPaletted(image.Rect(0, 0, 40, 20), color.Palette{color.Transparent}),
	} {
		square := rule.square(picture)
		for _, at := range []image.Point{{0, 0}, {48, 48}, {95, 95}} {
			if got := square.NRGBAAt(at.X, at.Y); got != (color.NRGBA{255, 255, 255, 255}) {
				t.Errorf("%T at %v is %v", picture, at, got)
			}
		}
	}
}

func TestPicturesOfExtremeShapeAreSquaredInLittleMemory(t *testing.T) {
	rule := miniRule(t)
	for _, size := range []image.Rectangle{image.Rect(0, 0, 1, 1), image.Rect(0, 0, 1, 20_000), image.Rect(0, 0, 20_000, 1)} {
		if got := rule.square(image.NewGray(size)).Bounds(); got != image.Rect(0, 0, side, side) {
			t.Errorf("%v became %v", size, got)
		}
	}
}

func TestParseRuleRefusesWhatItDoesNotDo(t *testing.T) {
	good, err := os.ReadFile("../mini/preprocessor_config.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, says string }{
		{`"pad_color": [`, `"pad_color": [0,`, "pad_color"},
		{`"resample": 3`, `"resample": 0`, "resample 0"},
		{`"do_center_crop": false`, `"do_center_crop": true`, "not cropped"},
		{`"do_resize": true`, `"do_resize": false`, "do_resize"},
		{`"size": {`, `"size": {"longest_edge": 112, `, "longest_edge"},
		{`"size": {`, `"do_pad": false, "size": {"shortest_edge": 112, `, "many shapes"},
		{`"do_resize": true`, `"do_resize": true, "do_invert": true`, "do_invert"},
		{`"height": 112`, `"height": 32`, "112 × 32"},
		{`"image_std": [`, `"image_std": [0, `, "three numbers"},
		{`0.00392156862745098`, `0`, "rescale_factor"},
		{`{`, `[`, "preprocessor_config.json"},
	} {
		changed := strings.Replace(string(good), c.from, c.to, 1)
		if changed == string(good) {
			t.Fatalf("%s is not in the file", c.from)
		}
		if _, err := ParseRule([]byte(changed)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.to, err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		name string
		side int
	}{{"224px", 224}, {"12MP", 3464}} {
		b.Run("photo="+c.name, func(b *testing.B) {
			photo := jpegOf(b, c.side)
			for b.Loop() {
				if _, err := Decode(b.Context(), photo, image.Rectangle{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTensor(b *testing.B) {
	rule := miniRule(b)
	out := make([]float32, 3*rule.Size()*rule.Size())
	for _, side := range []int{224, 3464} {
		b.Run(fmt.Sprintf("side=%d", side), func(b *testing.B) {
			picture, err := Decode(b.Context(), jpegOf(b, side), image.Rectangle{})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				rule.Tensor(picture, out)
			}
		})
	}
}
