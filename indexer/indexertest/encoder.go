package indexertest

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	_ "image/gif" // decoded by EmbedPhotos
	_ "image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"unicode"

	"vitrine/indexer"
)

// Dim is the number of dimensions of Encoder's vectors.
const Dim = 64

// Encoder embeds a text as the sum of a fixed random direction for each word, and a photo as the
// direction of the word for its average colour ("red", "blue"…) with a little of the colour itself. So
// texts that share words are near each other, and a red photo is near texts that say red. The same
// content always gives the same vector.
type Encoder struct {
	Texts, Photos atomic.Int64 // how many were embedded
}

// Model is what the manifest says of Encoder.
var Model = indexer.Model{Name: "indexertest", Fingerprint: "indexertest-1", Dim: Dim}

// EmbedTexts returns a unit vector for each text.
func (e *Encoder) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		vectors[i] = embedText(text)
	}
	e.Texts.Add(int64(len(texts)))
	return vectors, nil
}

// EmbedPhotos returns a unit vector for each photo that is a whole PNG, GIF or JPEG.
func (e *Encoder) EmbedPhotos(ctx context.Context, photos [][]byte) (vectors [][]float32, broken []error, err error) {
	vectors, broken = make([][]float32, len(photos)), make([]error, len(photos))
	for i, photo := range photos {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if vectors[i], broken[i] = embedPhoto(photo, image.Rectangle{}); broken[i] == nil {
			e.Photos.Add(1)
		}
	}
	return vectors, broken, nil
}

// EmbedText returns the unit vector of one text.
func (e *Encoder) EmbedText(ctx context.Context, text string) ([]float32, error) {
	e.Texts.Add(1)
	return embedText(text), ctx.Err()
}

// EmbedPhoto returns the unit vector of the crop of one photo; an empty crop is all of it.
func (e *Encoder) EmbedPhoto(ctx context.Context, photo []byte, crop image.Rectangle) ([]float32, error) {
	e.Photos.Add(1)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return embedPhoto(photo, crop)
}

func embedText(text string) []float32 {
	sum := make([]float32, Dim)
	for _, word := range words(text) {
		add(sum, wordVector(word), 1)
	}
	return unit(sum)
}

// words splits at everything but letters and digits; Han characters are words.
func words(text string) []string {
	var spaced strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.Is(unicode.Han, r):
			spaced.WriteString(" " + string(r) + " ")
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			spaced.WriteRune(r)
		default:
			spaced.WriteByte(' ')
		}
	}
	return strings.Fields(spaced.String())
}

// wordVector draws a direction that depends on the word alone.
func wordVector(word string) []float32 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(word))
	random := rand.New(rand.NewPCG(hash.Sum64(), 1))
	v := make([]float32, Dim)
	for i := range v {
		v[i] = float32(random.NormFloat64())
	}
	return unit(v)
}

var namedColours = []struct {
	name    string
	r, g, b float64
}{
	{"black", 0, 0, 0}, {"white", 1, 1, 1}, {"grey", 0.5, 0.5, 0.5}, {"red", 0.85, 0.1, 0.1}, {"green", 0.1, 0.6, 0.1},
	{"blue", 0.1, 0.1, 0.85}, {"yellow", 0.9, 0.9, 0.1}, {"orange", 0.95, 0.55, 0.1}, {"pink", 0.95, 0.6, 0.75},
	{"purple", 0.5, 0.1, 0.6}, {"brown", 0.45, 0.27, 0.1},
}

func embedPhoto(photo []byte, crop image.Rectangle) ([]float32, error) {
	img, _, err := image.Decode(bytes.NewReader(photo))
	if err != nil {
		return nil, fmt.Errorf("photo cannot be decoded: %w", err)
	}
	area := img.Bounds()
	if !crop.Empty() {
		area = crop.Add(area.Min).Intersect(area)
	}
	if area.Empty() {
		return nil, fmt.Errorf("crop %v is outside of the photo", crop)
	}
	r, g, b := average(img, area)
	nearest := 0
	for i := range namedColours {
		if distance(r, g, b, i) < distance(r, g, b, nearest) {
			nearest = i
		}
	}
	v := append([]float32(nil), wordVector(namedColours[nearest].name)...)
	add(v, []float32{float32(r), float32(g), float32(b)}, 0.2)
	return unit(v), nil
}

func distance(r, g, b float64, named int) float64 {
	c := namedColours[named]
	return (r-c.r)*(r-c.r) + (g-c.g)*(g-c.g) + (b-c.b)*(b-c.b)
}

// average returns the mean colour of an area, each channel in [0, 1].
func average(img image.Image, area image.Rectangle) (r, g, b float64) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			red, green, blue, _ := img.At(x, y).RGBA()
			r, g, b = r+float64(red), g+float64(green), b+float64(blue)
		}
	}
	n := float64(area.Dx()*area.Dy()) * 0xffff
	return r / n, g / n, b / n
}

func add(sum, v []float32, weight float32) {
	for i, x := range v {
		sum[i] += weight * x
	}
}

// unit scales v to length 1; a zero vector becomes the first axis.
func unit(v []float32) []float32 {
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	if square == 0 {
		v[0] = 1
		return v
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / math.Sqrt(square))
	}
	return v
}

// Photo returns a PNG of one colour.
func Photo(c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		img.Set(i%8, i/8, c)
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, img); err != nil {
		panic(err) // it writes to memory
	}
	return encoded.Bytes()
}
