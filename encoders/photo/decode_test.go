package photo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/disintegration/imaging"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// pngHeader is a PNG that ends after its header.
func pngHeader(width, height uint32) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)...)
	chunk = append(chunk, 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

func TestDecodeRefusesWhatCannotBeUsed(t *testing.T) {
	shoe := read(t, "shoe.jpg")
	for name, c := range map[string]struct {
		photo []byte
		says  string
	}{
		"nothing":                {nil, "not JPEG, PNG, GIF or WebP"},
		"text":                   {[]byte("<html>"), "not JPEG, PNG, GIF or WebP"},
		"20,000 × 20,000 PNG":    {pngHeader(20_000, 20_000), "400 megapixels, the limit is 40"},
		"PNG of no width":        {pngHeader(0, 5), ""},
		"PNG of header alone":    {pngHeader(5, 5), "cut off"},
		"JPEG cut in the middle": {shoe[:len(shoe)/2], "cut off"},
		"JPEG cut in its header": {shoe[:30], "cut off"},
		"TIFF":                   {[]byte("II*\x00\x08\x00\x00\x00\x00\x00"), "TIFF is not taken"},
		"BMP":                    {append([]byte("BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x18\x00"), make([]byte, 40)...), "BMP is not taken"},
		"11 MB":                  {append(bytes.Clone(shoe), make([]byte, 11<<20)...), "11.0 MB, the limit is 10"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(t.Context(), c.photo, image.Rectangle{})
			if !errors.Is(err, ErrPhoto) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

// tiff is a complete picture of 1 × 1 pixel, which golang.org/x/image could decode.
func tiff() []byte {
	out := []byte("II*\x00\x08\x00\x00\x00")
	tags := [][3]uint32{{256, 3, 1}, {257, 3, 1}, {258, 3, 8}, {259, 3, 1}, {262, 3, 1}, {273, 4, 8}, {277, 3, 1}, {278, 3, 1}, {279, 4, 1}}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(tags)))
	for _, tag := range tags {
		out = binary.LittleEndian.AppendUint16(out, uint16(tag[0]))
		out = binary.LittleEndian.AppendUint16(out, uint16(tag[1]))
		out = binary.LittleEndian.AppendUint32(out, 1)
		out = binary.LittleEndian.AppendUint32(out, tag[2])
	}
	return append(out, 0, 0, 0, 0)
}

func TestDecodeRefusesAWholeTIFF(t *testing.T) {
	if _, format, err := image.DecodeConfig(bytes.NewReader(tiff())); err != nil || format != "tiff" {
		t.Fatalf("the test's TIFF is not one: %q, %v", format, err)
	}
	_, err := Decode(t.Context(), tiff(), image.Rectangle{})
	if !errors.Is(err, ErrPhoto) || !strings.Contains(err.Error(), "TIFF is not taken") {
		t.Error(err)
	}
}

func TestDecodeTakesTheFirstFrameOfAnAnimation(t *testing.T) {
	frame := func(c color.Color) *image.Paletted {
		return image.NewPaletted(image.Rect(0, 0, 7, 5), color.Palette{c})
	}
	var out bytes.Buffer
	err := gif.EncodeAll(&out, &gif.GIF{Image: []*image.Paletted{frame(color.White), frame(color.Black)}, Delay: []int{1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := Decode(t.Context(), out.Bytes(), image.Rectangle{})
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := picture.At(3, 3).RGBA(); picture.Bounds().Dx() != 7 || r != 0xFFFF {
		t.Errorf("%v with red %x", picture.Bounds(), r)
	}
}

func TestDecodeTakesWebP(t *testing.T) {
	// 1 × 1 pixel, lossless, from the format's specification of VP8L.
	lossless := "RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
	picture, err := Decode(t.Context(), []byte(lossless), image.Rectangle{})
	if err != nil || picture.Bounds().Dx() != 1 {
		t.Errorf("%v, %v", picture, err)
	}
}

// withOrientation puts an EXIF segment that holds nothing else into a JPEG.
func withOrientation(photo []byte, orientation byte) []byte {
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00"
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(exif) + 2)}, exif...)
	return append(out, photo[2:]...)
}

// stored is how a camera stores an upright picture under each EXIF orientation (EXIF 2.32, tag 274): the pixel
// that is upright at (x, y) of w × h lies there.
func stored(x, y, w, h int, orientation byte) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, w - 1 - x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return h - 1 - y, x
	}
	return x, y
}

func TestDecodeTurnsAllEightOrientationsUpright(t *testing.T) {
	upright, err := png.Decode(bytes.NewReader(read(t, "shoe.png")))
	if err != nil {
		t.Fatal(err)
	}
	w, h := upright.Bounds().Dx(), upright.Bounds().Dy()
	for orientation := byte(1); orientation <= 8; orientation++ {
		size := image.Rect(0, 0, w, h)
		if orientation >= 5 {
			size = image.Rect(0, 0, h, w)
		}
		turned := image.NewRGBA(size)
		for y := range h {
			for x := range w {
				sx, sy := stored(x, y, w, h, orientation)
				turned.Set(sx, sy, upright.At(x, y))
			}
		}
		var out bytes.Buffer
		if err := jpeg.Encode(&out, turned, &jpeg.Options{Quality: 95}); err != nil {
			t.Fatal(err)
		}
		got, err := Decode(t.Context(), withOrientation(out.Bytes(), orientation), image.Rectangle{})
		if err != nil {
			t.Fatal(err)
		}
		if difference := meanDifference(t, got, upright); difference > 6 {
			t.Errorf("orientation %d: pixels differ by %.1f of 255", orientation, difference)
		}
	}
}

func meanDifference(t *testing.T, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("%v and %v", a.Bounds(), b.Bounds())
	}
	total := 0.0
	size := a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			r1, g1, b1, _ := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			r2, g2, b2, _ := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2)} {
				total += float64(max(d, -d)) / 257
			}
		}
	}
	return total / float64(3*size.X*size.Y)
}

func TestSizeIsThatOfTheUprightPicture(t *testing.T) {
	upright := read(t, "shoe.jpg")
	size, err := Size(t.Context(), upright)
	if err != nil || size.X == size.Y {
		t.Fatalf("got %v, %v; the test needs a photo that is no square", size, err)
	}
	if turned, err := Size(t.Context(), withOrientation(upright, 6)); err != nil || turned != image.Pt(size.Y, size.X) {
		t.Errorf("turned, %v became %v, %v", size, turned, err)
	}
	if _, err := Size(t.Context(), upright[:20]); !errors.Is(err, ErrPhoto) {
		t.Errorf("a photo that is cut off gives %v", err)
	}
}

func TestDecodeCrops(t *testing.T) {
	shoe := read(t, "shoe.png")
	for name, c := range map[string]struct{ crop, want image.Rectangle }{
		"inside":             {image.Rect(10, 20, 60, 50), image.Rect(0, 0, 50, 30)},
		"partly outside":     {image.Rect(100, 90, 900, 900), image.Rect(0, 0, 50, 11)},
		"negative":           {image.Rect(-20, -20, 10, 10), image.Rect(0, 0, 10, 10)},
		"empty takes all":    {image.Rectangle{}, image.Rect(0, 0, 150, 101)},
		"inverted takes all": {image.Rectangle{Min: image.Pt(50, 50), Max: image.Pt(10, 10)}, image.Rect(0, 0, 150, 101)},
	} {
		picture, err := Decode(t.Context(), shoe, c.crop)
		if err != nil || picture.Bounds() != c.want {
			t.Errorf("%s: %v, %v", name, picture, err)
		}
	}
	if _, err := Decode(t.Context(), shoe, image.Rect(500, 500, 600, 600)); !errors.Is(err, ErrPhoto) {
		t.Errorf("outside: %v", err)
	}
}

func TestDecodeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Decode(ctx, read(t, "shoe.jpg"), image.Rectangle{}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrPhoto) {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(read(f, "shoe.jpg"))
	f.Add(read(f, "shoe.png"))
	f.Add(withOrientation(read(f, "shoe.jpg"), 6))
	f.Add(pngHeader(3, 3))
	f.Add(tiff())
	rule := miniRule(f)
	f.Fuzz(func(t *testing.T, photo []byte) {
		picture, err := Decode(t.Context(), photo, image.Rectangle{})
		if err != nil {
			if !errors.Is(err, ErrPhoto) {
				t.Errorf("%v does not wrap ErrPhoto", err)
			}
			return
		}
		rule.Tensor(picture, make([]float32, 3*rule.Size()*rule.Size()))
	})
}

// jpegOf is the shoe, enlarged to side pixels of width and height.
func jpegOf(b *testing.B, side int) []byte {
	b.Helper()
	shoe, err := Decode(b.Context(), read(b, "shoe.png"), image.Rectangle{})
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, imaging.Resize(shoe, side, side, imaging.Linear), &jpeg.Options{Quality: 85}); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}
