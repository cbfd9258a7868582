package photo

import (
	"context"
	"image"
)

// Size returns the width and height of the picture in pixels, upright as Decode gives it. Errors are as those of Decode.
func Size(ctx context.Context, photo []byte) (image.Point, error) {
	upright, err := Decode(ctx, photo, image.Rectangle{})
	if err != nil {
		return image.Point{}, err
	}
	return upright.Bounds().Size(), nil
}
