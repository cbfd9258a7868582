package retrieval

import (
	"errors"
	"image"
	"testing"
)

func TestCropsAreReadAsCornerAndSize(t *testing.T) {
	for text, want := range map[string]image.Rectangle{
		"":                   {},
		"1,2,30,40":          image.Rect(1, 2, 31, 42),
		" 0, 0, 5 ,16777215": image.Rect(0, 0, 5, 1<<24-1),
	} {
		if got, err := ParseCrop(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{",", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1,2,3,0", "-1,2,3,4", "+1,2,3,4", "1.5,2,3,4", "0x1,2,3,4", "0,0,1,16777216", "1,2,3,4\n5"} {
		if got, err := ParseCrop(text); !errors.Is(err, ErrBadQuery) {
			t.Errorf("%q is taken as %v, %v", text, got, err)
		}
	}
}
