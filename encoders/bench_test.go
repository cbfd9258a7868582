package encoders

import (
	"fmt"
	"image"
	"testing"
)

func BenchmarkEmbedText(b *testing.B) {
	model := openMini(b)
	for b.Loop() {
		if _, err := model.EmbedText(b.Context(), "red casual shoes for women"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEmbedTexts(b *testing.B) {
	model := openMini(b)
	texts := make([]string, 1024)
	for i := range texts {
		texts[i] = fmt.Sprintf("Nike Men Air Zoom Century %d black and white running shoes", i)
	}
	for b.Loop() {
		if _, err := model.EmbedTexts(b.Context(), texts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(texts)*b.N)/b.Elapsed().Seconds(), "texts/s")
}

func BenchmarkEmbedPhoto(b *testing.B) {
	model := openMini(b)
	shoe := read(b, "shoe.jpg")
	for b.Loop() {
		if _, err := model.EmbedPhoto(b.Context(), shoe, image.Rectangle{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEmbedPhotos(b *testing.B) {
	model := openMini(b)
	photos := make([][]byte, 256)
	for i := range photos {
		photos[i] = read(b, "shoe.jpg")
	}
	for b.Loop() {
		if _, _, err := model.EmbedPhotos(b.Context(), photos); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(photos)*b.N)/b.Elapsed().Seconds(), "photos/s")
}

// BenchmarkVisionTower is the network alone, without decoding and resizing.
func BenchmarkVisionTower(b *testing.B) {
	model := openMini(b)
	for _, n := range []int{1, photoBatch} {
		b.Run(fmt.Sprintf("batch=%d", n), func(b *testing.B) {
			tensors := make([]float32, n*model.vision.numbers())
			for i := range tensors {
				tensors[i] = float32(i%97) / 97
			}
			for b.Loop() {
				if _, err := model.vision.embed(b.Context(), tensors, n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
