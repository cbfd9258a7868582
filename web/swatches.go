package web

import "strings"

// swatch is the dot beside a colour's name.
type swatch struct {
	Fill string // #rrggbb; "" = drawn as several colours
}

// swatchColours give the common colour names of feeds a tint. They show what is meant, not what a
// product looks like.
var swatchColours = map[string]string{
	"amber": "#ffbf00", "aqua": "#3fd0d4", "beige": "#e3d3b4", "black": "#1d1d1f", "blue": "#2f62c9", "bronze": "#9c6b30",
	"brown": "#7a4e2d", "burgundy": "#7b1e3a", "camel": "#c19a6b", "charcoal": "#3c4148", "copper": "#b5683a", "coral": "#f2785c",
	"cream": "#f5ecd3", "crimson": "#b0122f", "cyan": "#22b8cf", "fuchsia": "#d6289a", "gold": "#d4a72c", "gray": "#8c9197",
	"green": "#2f8f4e", "grey": "#8c9197", "indigo": "#3f3d9e", "ivory": "#f7f3e3", "khaki": "#a69765", "lavender": "#b9a6e0",
	"lilac": "#c3a3d3", "lime": "#9ccc2b", "magenta": "#c9288f", "maroon": "#6f1d2b", "mauve": "#b48aa5", "mint": "#a3dcc0",
	"mustard": "#d3a11f", "navy": "#1f2d57", "nude": "#e4bfa3", "olive": "#6e7232", "orange": "#ee7f22", "peach": "#f7b795",
	"pink": "#ea86ab", "plum": "#6d2d5f", "purple": "#6f3fa0", "red": "#c8312f", "rose": "#d9687f", "rust": "#a9482a",
	"sand": "#d8c39c", "silver": "#bfc4c9", "tan": "#c8a27a", "taupe": "#8f7f70", "teal": "#1f7f7a", "turquoise": "#35bdb2",
	"violet": "#7d4fb5", "white": "#ffffff", "wine": "#66203a", "yellow": "#f0c929",
}

// swatchOf finds the tint of a colour by the first word of its name that is one, so that "navy blue"
// is navy. nil when no word is known.
func swatchOf(name string) *swatch {
	name = strings.ToLower(name)
	if strings.Contains(name, "multi") || strings.Contains(name, "assorted") {
		return &swatch{}
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
	for _, word := range words {
		if fill, ok := swatchColours[word]; ok {
			return &swatch{Fill: fill}
		}
	}
	return nil
}
