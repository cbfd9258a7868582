package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"

	"golang.org/x/image/draw"

	"vitrine/catalog"
	"vitrine/encoders/photo"
	"vitrine/retrieval"
	"vitrine/retrieval/evaluation/page"
)

// shopWindow shows the products of a shop on an evaluation's page.
type shopWindow struct{ shop *shop }

// Product describes a product with its first photo, if that lies in a file that can be read.
func (w shopWindow) Product(ctx context.Context, id string) (page.Product, error) {
	product, err := w.shop.engine.Product(ctx, id)
	if errors.Is(err, retrieval.ErrNotFound) {
		return page.Product{}, nil
	}
	if err != nil {
		return page.Product{}, err
	}
	shown := page.Product{Title: product.Title, Known: true}
	if len(product.Photos) > 0 {
		if data, err := catalog.ReadPhoto(ctx, product.Photos[0]); err == nil {
			shown.Picture = thumbnail(ctx, data)
		}
	}
	return shown, ctx.Err()
}

// QueryPhoto shows the photo that a query asks by.
func (w shopWindow) QueryPhoto(ctx context.Context, path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return thumbnail(ctx, data), ctx.Err()
}

// thumbnailSide is twice what the page shows, for sharp screens.
const thumbnailSide = 116

// thumbnail is the photo as a JPEG of at most thumbnailSide pixels a side, on white; nil where it can't be read.
func thumbnail(ctx context.Context, data []byte) []byte {
	picture, err := photo.Decode(ctx, data, image.Rectangle{})
	if err != nil {
		return nil
	}
	size := picture.Bounds().Size()
	longest := max(size.X, size.Y, thumbnailSide)
	small := image.NewRGBA(image.Rect(0, 0, max(1, size.X*thumbnailSide/longest), max(1, size.Y*thumbnailSide/longest)))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: 80}); err != nil {
		return nil
	}
	return out.Bytes()
}
