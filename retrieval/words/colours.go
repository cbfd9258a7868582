package words

import (
	"strings"
	"unicode/utf8"
)

// Colours is a set of colours. A shade belongs to a plain colour: navy is a blue.
type Colours struct {
	own   uint64 // what the words name: plain colours and shades
	plain uint64 // the plain colours that these are or belong to
}

// None says that the set is empty.
func (c Colours) None() bool { return c.own == 0 }

// With is the union of both sets.
func (c Colours) With(other Colours) Colours {
	return Colours{c.own | other.own, c.plain | other.plain}
}

// Match compares what a query asks for with what a product has: 1 when one of the colours is there, a
// shade counting as its plain colour; 0 when the product is plain blue and the query says navy; else -1.
func (c Colours) Match(product Colours) float64 {
	switch {
	case product.None():
		return 0
	case c.own&(product.own|product.plain) != 0:
		return 1
	case c.plain&product.plain != 0:
		return 0
	}
	return -1
}

// palette lists the plain colours, their words, and their shades. A word of which the colour is not the
// usual meaning in a shop (coffee, rose, cream, mint) is left out, and so is a single Chinese character:
// 红酒 is wine and 白板 a whiteboard.
var palette = []struct {
	words  string
	shades []string
}{
	{"black 黑色 纯黑 全黑", nil},
	{"white 白色 纯白", []string{"ivory 象牙白 象牙色", "米白 米白色 乳白色"}},
	{"grey gray 灰色", []string{"charcoal 深灰 深灰色 炭灰", "浅灰 浅灰色"}},
	{"silver 银色 银灰 银灰色 银白色", nil},
	{"red 红色 大红 大红色", []string{"burgundy 酒红 酒红色", "maroon 栗色", "crimson 深红 深红色", "scarlet 猩红 朱红"}},
	{"pink 粉色 粉红 粉红色", []string{"magenta fuchsia 玫红 玫红色 玫瑰红 洋红"}},
	{"orange 橙色 橘色 橘红 橘红色", []string{"coral 珊瑚色"}},
	{"yellow 黄色", []string{"mustard 姜黄 姜黄色"}},
	{"gold golden 金色 金黄色", nil},
	{"green 绿色", []string{"olive 橄榄绿 橄榄色", "军绿 军绿色 墨绿 墨绿色"}},
	{"blue 蓝色", []string{"navy 藏青 藏青色 藏蓝 藏蓝色 深蓝 深蓝色", "turquoise 湖蓝 湖蓝色", "浅蓝 浅蓝色 天蓝 天蓝色"}},
	{"teal cyan 青色 青绿色", nil},
	{"purple violet 紫色", []string{"lavender 薰衣草紫", "lilac 淡紫色 浅紫色"}},
	{"brown 棕色 褐色 咖啡色", []string{"tan 驼色 浅棕色"}},
	{"beige 米色 杏色", []string{"khaki 卡其 卡其色"}},
	{"bronze 青铜色 古铜色", nil},
}

// colourWords maps each word of the palette; longestColour is the length of the longest Chinese one, in
// bytes.
var colourWords, longestColour = indexPalette()

func indexPalette() (words map[string]Colours, longest int) {
	words = map[string]Colours{}
	next := 0
	add := func(list string, plain uint64) uint64 {
		bit := uint64(1) << next
		next++
		if plain == 0 {
			plain = bit
		}
		for word := range strings.FieldsSeq(list) {
			words[word] = Colours{own: bit, plain: plain}
			if word[0] >= utf8.RuneSelf {
				longest = max(longest, len(word))
			}
		}
		return bit
	}
	for _, colour := range palette {
		plain := add(colour.words, 0)
		for _, shade := range colour.shades {
			add(shade, plain)
		}
	}
	return words, longest
}

// Colour returns the colour that a word is the name of, in lower case and singular; none if it is no such name.
func Colour(word string) Colours { return colourWords[word] }

// ColoursIn returns the colours that the runs name in English or Chinese.
func ColoursIn(runs *Runs) Colours {
	var found Colours
	for runs.Scan() {
		if !runs.cjk {
			found = found.With(colourWords[string(Stem(runs.run))])
			continue
		}
		for rest := runs.run; len(rest) > 0; {
			size := leadingColour(rest)
			found = found.With(colourWords[string(rest[:size])])
			if size == 0 {
				_, size = utf8.DecodeRune(rest)
			}
			rest = rest[size:]
		}
	}
	return found
}

// leadingColour returns the length of the longest Chinese colour word that run begins with: 藏青色 is navy,
// although 青色, teal, stands in it. 0 = none.
func leadingColour(run []byte) int {
	for length := min(longestColour, len(run)); length > 0; length-- {
		if _, is := colourWords[string(run[:length])]; is {
			return length
		}
	}
	return 0
}
