package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/disintegration/imaging"
)

func parseRule(t testing.TB, file string) *Rule {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	rule, err := ParseRule(data)
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

// oneLevel is what one of 255 levels of a pixel comes to where the deviation is CLIP's least: two programs that
// resize round differently.
const oneLevel = 1.0/255/0.26130258 + 1e-5

func TestTensorsEqualTransformers(t *testing.T) {
	photos := map[string]string{"wide": "../testdata/shoe.png", "tall": "testdata/tall.png"}
	for _, name := range []string{"clip", "clip_small", "siglip", "siglip_lanczos", "chinese_clip"} {
		rule := parseRule(t, name+".json")
		for photo, path := range photos {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			picture, err := Decode(t.Context(), data, image.Rectangle{})
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join("testdata", name+"_"+photo+".png"))
			if err != nil {
				t.Fatal(err)
			}
			pixels, err := png.Decode(bytes.NewReader(want))
			if err != nil {
				t.Fatal(err)
			}
			if pixels.Bounds() != image.Rect(0, 0, rule.Size(), rule.Size()) {
				t.Fatalf("%s: the rule's size is %d, the picture's %v", name, rule.Size(), pixels.Bounds())
			}
			got := make([]float32, 3*rule.Size()*rule.Size())
			rule.Tensor(picture, got)
			if d, share := farthest(got, scaled(rule, pixels)); d > oneLevel || share > 0.03 {
				t.Errorf("%s of the %s photo: a number differs by %.4f, %.1f %% differ at all", name, photo, d, 100*share)
			}
		}
	}
}

// scaled is the numbers of pixels that are resized already.
func scaled(rule *Rule, pixels image.Image) []float32 {
	side := rule.Size()
	out := make([]float32, 3*side*side)
	for y := range side {
		for x := range side {
			c := color.NRGBAModel.Convert(pixels.At(x, y)).(color.NRGBA)
			for i, level := range []uint8{c.R, c.G, c.B} {
				out[i*side*side+y*side+x] = float32(level)*rule.scale[i] + rule.offset[i]
			}
		}
	}
	return out
}

// farthest is the largest difference and the share of numbers that differ.
func farthest(got, want []float32) (largest, share float64) {
	for i := range want {
		d := math.Abs(float64(got[i]) - float64(want[i]))
		largest = max(largest, d)
		if d > 1e-5 {
			share += 1 / float64(len(want))
		}
	}
	return largest, share
}

func TestCLIPsOwnPhotoIsPreparedAsItShouldBe(t *testing.T) {
	const kit = "../../../shared/data/clip/"
	data, err := os.ReadFile(kit + "franz-kafka.jpg")
	if err != nil {
		t.Skipf("the data kit is not there: %v", err)
	}
	array, err := os.ReadFile(kit + "expected_preprocessed_image.npy")
	if err != nil {
		t.Fatal(err)
	}
	numbers := array[bytes.IndexByte(array, '\n')+1:] // after the header: float32, 1 × 3 × 224 × 224
	want := make([]float32, 3*224*224)
	if err := binary.Read(bytes.NewReader(numbers), binary.LittleEndian, want); err != nil {
		t.Fatal(err)
	}
	picture, err := Decode(t.Context(), data, image.Rectangle{})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, len(want))
	parseRule(t, "clip.json").Tensor(picture, got)
	if d, share := farthest(got, want); d > 0.02 {
		t.Errorf("a number differs by %.4f, %.1f %% differ at all", d, 100*share)
	}
}

func TestJPEGsHaveTheColoursThatLibjpegGivesThem(t *testing.T) {
	for _, sampling := range []string{"444", "422", "420"} {
		var pictures [2]*image.NRGBA
		for i, ending := range []string{".jpg", ".png"} {
			data, err := os.ReadFile(filepath.Join("testdata", "sampling_"+sampling+ending))
			if err != nil {
				t.Fatal(err)
			}
			picture, err := Decode(t.Context(), data, image.Rectangle{})
			if err != nil {
				t.Fatal(err)
			}
			pictures[i] = imaging.Clone(picture)
		}
		largest, differ := 0, 0
		for i, got := range pictures[0].Pix {
			d := int(got) - int(pictures[1].Pix[i])
			largest = max(largest, d, -d)
			if d != 0 {
				differ++
			}
		}
		if share := float64(differ) / float64(len(pictures[0].Pix)); largest > 4 || share > 0.05 {
			t.Errorf("%s: a level differs by %d, %.1f %% differ at all", sampling, largest, 100*share)
		}
	}
}

func TestOlderFilesStateASizeByOneNumber(t *testing.T) {
	const rest = `"do_resize":true,"resample":3,"do_normalize":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}`
	clip, err := ParseRule([]byte(`{"size":224,"do_center_crop":true,"crop_size":200,` + rest))
	if err != nil || clip.fit != fitShortest || clip.resized != 224 || clip.size != 200 {
		t.Errorf("%+v, %v", clip, err)
	}
	vit, err := ParseRule([]byte(`{"size":224,` + rest))
	if err != nil || vit.fit != fitSquash || vit.size != 224 {
		t.Errorf("%+v, %v", vit, err)
	}
	if _, err := ParseRule([]byte(`{"size":100,"do_center_crop":true,"crop_size":200,` + rest)); err == nil || !strings.Contains(err.Error(), "crop_size") {
		t.Errorf("a crop that is larger: %v", err)
	}
}

func TestStripsBecomeSquaresInLittleMemoryUnderEveryRule(t *testing.T) {
	for _, name := range []string{"clip", "siglip"} {
		rule := parseRule(t, name+".json")
		for _, size := range []image.Rectangle{image.Rect(0, 0, 1, 1), image.Rect(0, 0, 1, 100_000), image.Rect(0, 0, 100_000, 1), image.Rect(0, 0, 3, 6000)} {
			if got := rule.square(image.NewGray(size)).Bounds().Size(); got != image.Pt(224, 224) {
				t.Errorf("%s: %v became %v", name, size, got)
			}
		}
	}
}

func FuzzParseRule(f *testing.F) {
	for _, name := range []string{"clip", "siglip", "chinese_clip"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	picture := image.NewNRGBA(image.Rect(0, 0, 7, 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		if rule, err := ParseRule(data); err == nil {
			rule.Tensor(picture, make([]float32, 3*rule.Size()*rule.Size()))
		}
	})
}
