package retrieval

import (
	"fmt"
	"image"
	"strconv"
	"strings"
)

// ParseCrop reads the string form of PhotoQuery.Crop, which the command line and URLs use:
// x,y,width,height in pixels after EXIF orientation, each below 2^24. An empty text is the empty
// rectangle, the whole photo. Errors wrap ErrBadQuery.
func ParseCrop(s string) (image.Rectangle, error) {
	if s == "" {
		return image.Rectangle{}, nil
	}
	bad := fmt.Errorf("%w: crop %q: write x,y,width,height in pixels, such as 40,0,200,300", ErrBadQuery, s)
	var n [4]int
	parts := strings.Split(s, ",")
	if len(parts) != len(n) {
		return image.Rectangle{}, bad
	}
	for i, part := range parts {
		value, err := strconv.ParseUint(strings.TrimSpace(part), 10, 24)
		if err != nil {
			return image.Rectangle{}, bad
		}
		n[i] = int(value)
	}
	if n[2] == 0 || n[3] == 0 {
		return image.Rectangle{}, fmt.Errorf("%w: crop %q is empty: leave it out for the whole photo", ErrBadQuery, s)
	}
	return image.Rect(n[0], n[1], n[0]+n[2], n[1]+n[3]), nil
}
