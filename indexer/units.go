package indexer

import (
	"bytes"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
)

// unit is a unit of measurement. A quantity is written as its number with the point moved, and the symbol: "1.5 m" and "150 cm" are both "1500mm".
type unit struct {
	symbol string
	shift  int    // decimal places to the right
	names  string // how it is written, in lower case without accents, separated by spaces
	signs  string // what stands for it directly after a digit, separated by spaces
}

// Only exact conversions are made: no inch becomes millimetres, and no terabyte gigabytes, whose
// thousands shops count both ways.
var units = []unit{
	{"in", 0, "inch inches in zoll pouce pouces pulgada pulgadas pollici", "\" '' 英寸 寸"},
	{"mm", 0, "mm millimeter millimeters millimetre millimetres", "毫米"},
	{"mm", 1, "cm centimeter centimeters centimetre centimetres zentimeter", "厘米"},
	{"mm", 3, "m meter meters metre metres", "米"},
	{"ml", 0, "ml milliliter milliliters millilitre millilitres", "毫升"},
	{"ml", 1, "cl centiliter centiliters centilitre centilitres", ""},
	{"ml", 3, "l liter liters litre litres", "升"},
	{"g", 0, "g gram grams gramm gramme grammes", "克"},
	{"g", 3, "kg kilo kilos kilogram kilograms kilogramm", "公斤 千克"},
	{"oz", 0, "oz ounce ounces", "盎司"},
	{"lb", 0, "lb lbs pound pounds", "磅"},
	{"kb", 0, "kb kilobyte kilobytes", ""},
	{"mb", 0, "mb megabyte megabytes", ""},
	{"gb", 0, "gb gigabyte gigabytes", ""},
	{"tb", 0, "tb terabyte terabytes", ""},
	{"w", 0, "w watt watts", "瓦"},
	{"w", 3, "kw kilowatt kilowatts", "千瓦"},
	{"v", 0, "v volt volts", "伏"},
	{"a", 0, "a amp amps ampere amperes", "安"},
	{"mah", 0, "mah", "毫安"},
	{"wh", 0, "wh", ""},
	{"hz", 0, "hz hertz", "赫兹"},
	{"khz", 0, "khz kilohertz", ""},
	{"mhz", 0, "mhz megahertz", ""},
	{"ghz", 0, "ghz gigahertz", ""},
	{"mp", 0, "mp megapixel megapixels", ""},
}

// wordUnits are units' names that mean a unit only directly after the number: "27in", but "3 in 1".
var wordUnits = map[string]bool{"in": true, "a": true}

var (
	unitNames = indexUnitNames()
	unitSigns = indexUnitSigns()
)

func indexUnitNames() map[string]unit {
	names := make(map[string]unit)
	for _, u := range units {
		for _, name := range strings.Fields(u.names) {
			names[name] = u
		}
	}
	return names
}

// unitSign is a sign, and the name that it stands for.
type unitSign struct{ sign, name string }

// indexUnitSigns returns the longest signs first: "毫米" before "米".
func indexUnitSigns() []unitSign {
	var signs []unitSign
	for _, u := range units {
		name, _, _ := strings.Cut(u.names, " ")
		for _, sign := range strings.Fields(u.signs) {
			signs = append(signs, unitSign{sign, name})
		}
	}
	slices.SortStableFunc(signs, func(a, b unitSign) int { return len(b.sign) - len(a.sign) })
	return signs
}

// spellUnitSigns writes the name of a unit for a sign that stands directly after a digit: 27" and 27英寸
// become 27 inch. A quotation mark that closes a quotation is no sign.
func spellUnitSigns(text []byte) []byte {
	if !bytes.ContainsAny(text, "0123456789") {
		return text
	}
	spelt := make([]byte, 0, len(text))
	quoted, digit := false, false
	for at := 0; at < len(text); at++ {
		if digit && text[at] != ' ' && !(quoted && text[at] == '"') {
			if sign := signAt(text[at:]); sign.sign != "" {
				spelt = append(append(append(spelt, ' '), sign.name...), ' ')
				at += len(sign.sign) - 1
				digit = false
				continue
			}
		}
		quoted = quoted != (text[at] == '"')
		digit = '0' <= text[at] && text[at] <= '9'
		spelt = append(spelt, text[at])
	}
	return spelt
}

func signAt(text []byte) unitSign {
	for _, s := range unitSigns {
		if len(text) >= len(s.sign) && string(text[:len(s.sign)]) == s.sign {
			return s
		}
	}
	return unitSign{}
}

// sizes are the letter sizes of clothes by the ways to write them, with nothing between their parts.
var sizes = map[string]string{
	"xxs": "xxs", "xs": "xs", "s": "s", "m": "m", "l": "l", "xl": "xl", "xxl": "xxl", "xxxl": "xxxl",
	"xsmall": "xs", "extrasmall": "xs", "xlarge": "xl", "extralarge": "xl",
	"xxlarge": "xxl", "2xl": "xxl", "2xlarge": "xxl", "xxxlarge": "xxxl", "3xl": "xxxl", "3xlarge": "xxxl",
}

// sizePrefix begins the term of a size, and sizeWords announce one: "size 42" is "size42".
const sizePrefix = "size"

var sizeWords = map[string]bool{"size": true, "grosse": true, "taille": true, "talla": true, "taglia": true}

// quantityFilter makes one term of a number and its unit, and of the word size and what size. Such a
// term is marked as a key word: it is not stemmed.
type quantityFilter struct {
	// keepNumbers keeps the number or size as a term of its own where the text has it as a word:
	// "monitor 27" finds a product of 27 inch.
	keepNumbers bool
}

func (f quantityFilter) Filter(tokens analysis.TokenStream) analysis.TokenStream {
	filtered := make(analysis.TokenStream, 0, len(tokens)+1)
	for len(tokens) > 0 {
		token, number, used := leadingQuantity(tokens)
		if f.keepNumbers && number != nil {
			filtered = append(filtered, number)
		}
		filtered = append(filtered, token)
		tokens = tokens[used:]
	}
	for i, token := range filtered {
		token.Position = i + 1
	}
	return filtered
}

// leadingQuantity returns the quantity or size that the tokens begin with, or else the first of them, and how
// many it is made of. number is the token, where there is one, that has the number or size alone.
func leadingQuantity(tokens analysis.TokenStream) (token, number *analysis.Token, used int) {
	word := string(tokens[0].Term)
	next := ""
	if adjoin(tokens) {
		next = string(tokens[1].Term)
	}
	if sizeWords[word] && next != "" {
		if size, used := leadingSize(tokens[1:]); size != "" {
			return joinTokens(sizePrefix+size, tokens[:used+1]), joinTokens(size, tokens[1:used+1]), used + 1
		}
		if size := shiftedNumber(next, 0); size != "" && !unitFollows(tokens[1:]) {
			return joinTokens(sizePrefix+size, tokens[:2]), tokens[1], 2
		}
	}
	if size, used := leadingSize(tokens); size != "" && size != word {
		return joinTokens(size, tokens[:used]), nil, used
	}
	if unitFollows(tokens) {
		if term := unitNames[next].quantity(word); term != "" {
			return joinTokens(term, tokens[:2]), tokens[0], 2
		}
	}
	if at := strings.LastIndexAny(word, "0123456789") + 1; at > 0 {
		if u, ok := unitNames[word[at:]]; ok {
			if term := u.quantity(word[:at]); term != "" {
				return joinTokens(term, tokens[:1]), nil, 1
			}
		}
	}
	return tokens[0], nil, 1
}

// leadingSize returns the letter size of one token or two.
func leadingSize(tokens analysis.TokenStream) (size string, used int) {
	if adjoin(tokens) && len(tokens[1].Term) > 1 { // "x large", but not "x l"
		if size, ok := sizes[string(tokens[0].Term)+string(tokens[1].Term)]; ok {
			return size, 2
		}
	}
	return sizes[string(tokens[0].Term)], 1
}

// unitFollows says whether the second token is a unit's name: "screen size 27 inch" is no size.
func unitFollows(tokens analysis.TokenStream) bool {
	if !adjoin(tokens) {
		return false
	}
	_, ok := unitNames[string(tokens[1].Term)]
	return ok && !wordUnits[string(tokens[1].Term)]
}

// adjoin says whether at most one character, a space or a hyphen, is between the first two tokens.
func adjoin(tokens analysis.TokenStream) bool {
	return len(tokens) > 1 && tokens[1].Start-tokens[0].End <= 1
}

func joinTokens(term string, tokens analysis.TokenStream) *analysis.Token {
	return &analysis.Token{
		Term: []byte(term), Start: tokens[0].Start, End: tokens[len(tokens)-1].End, Type: analysis.AlphaNumeric, KeyWord: true,
	}
}

// quantity returns the term of so many of the unit, or "" when number is none.
func (u unit) quantity(number string) string {
	if number = shiftedNumber(number, u.shift); number == "" {
		return ""
	}
	return number + u.symbol
}

// maxNumber is the longest number that is taken for one, in bytes.
const maxNumber = 12

// shiftedNumber returns a decimal number with its point so many places to the right and without needless
// zeros, or "". A comma before three digits separates thousands, any other one the decimals.
func shiftedNumber(number string, places int) string {
	if len(number) > maxNumber || strings.Trim(number, "0123456789.,") != "" {
		return ""
	}
	point := strings.LastIndexAny(number, ".,")
	if point >= 0 && number[point] == ',' && len(number)-point == 4 {
		point = -1
	}
	whole, decimals := number, ""
	if point >= 0 {
		whole, decimals = number[:point], number[point+1:]
	}
	whole = strings.ReplaceAll(whole, ",", "")
	decimals += strings.Repeat("0", max(0, places-len(decimals)))
	whole, decimals = whole+decimals[:places], strings.TrimRight(decimals[places:], "0")
	if strings.Contains(whole, ".") || whole == "" {
		return "" // an address or a date
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if decimals != "" {
		return whole + "." + decimals
	}
	return whole
}
