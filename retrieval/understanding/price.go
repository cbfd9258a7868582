package understanding

import (
	"regexp"
	"strconv"
	"strings"
)

// Amounts: a number, with a currency before or behind it. A number that goes on with another unit is none.
const (
	number   = `(\d{1,7}(?:[.,]\d{1,2})?)(k?)`
	before   = `(?:(?:us)?[$€£¥]|(?:usd|eur|gbp|cny|rmb) )? ?`
	currency = ` ?(?:[$€£¥]|(?:us|usd|eur|gbp|cny|rmb|euros?|dollars?|pounds?|bucks|quid|yuan)\b|元|块钱?|人民币)`
	behind   = `(?:` + currency + `)?`
	amount   = before + number + behind
)

// pricePatterns are tried in order; what one has read the next ones do not see. A pattern with bounded
// needs a currency in what it matches, because without one the words mean something else as often:
// "from 50", "air max 90".
var pricePatterns = []struct {
	pattern  *regexp.Regexp
	low, up  int // groups of the bounds, 0 = open
	bounded  bool
	tolerant bool // the bound is the middle of a range
}{
	{pattern: regexp.MustCompile(`\bbetween ` + amount + ` ?(?:and|to|-|–) ?` + amount), low: 1, up: 3},
	{pattern: regexp.MustCompile(`\bfrom ` + amount + ` ?(?:to|-|–) ?` + amount), low: 1, up: 3, bounded: true},
	{pattern: regexp.MustCompile(amount + ` ?(?:to|-|–|~|到|至) ?` + amount + `(?:之间)?`), low: 1, up: 3, bounded: true},
	{pattern: regexp.MustCompile(`\b(?:under|below|less than|cheaper than|lower than|up to|at most|no more than|not more than|not over) ` + amount), up: 1},
	{pattern: regexp.MustCompile(`\b(?:over|above|more than|at least|no less than|not under) ` + amount), low: 1},
	{pattern: regexp.MustCompile(`\b(?:max|max\.|maximum|within|budget(?: of)?) ` + amount), up: 1, bounded: true},
	{pattern: regexp.MustCompile(`\b(?:min|min\.|minimum|from) ` + amount), low: 1, bounded: true},
	{pattern: regexp.MustCompile(`\b(?:around|about|approximately|circa) ` + amount), low: 1, up: 1, bounded: true, tolerant: true},
	{pattern: regexp.MustCompile(amount + ` (?:or less|or under|max)\b`), up: 1, bounded: true},
	{pattern: regexp.MustCompile(amount + ` (?:or more|and up|and above|\+)`), low: 1, bounded: true},
	{pattern: regexp.MustCompile(`<=? ?` + amount), up: 1},
	{pattern: regexp.MustCompile(`>=? ?` + amount), low: 1},
	{pattern: regexp.MustCompile(amount + `(?:以下|以内|之内)`), up: 1},
	{pattern: regexp.MustCompile(amount + `(?:以上)`), low: 1},
	{pattern: regexp.MustCompile(amount + `(?:左右|上下)`), low: 1, up: 1, bounded: true, tolerant: true},
	{pattern: regexp.MustCompile(`(?:低于|少于|不超过|不到|最多|小于) ?` + amount), up: 1},
	{pattern: regexp.MustCompile(`(?:高于|多于|超过|至少|最少|大于) ?` + amount), low: 1},
}

var hasCurrency = regexp.MustCompile(`[$€£¥]|` + currency + `|\b(?:usd|eur|gbp|cny|rmb) `)

// otherUnit begins what follows a number that is no price: "under 50 cm", "over 12 months", "under 5%".
var otherUnit = regexp.MustCompile(`^ ?(?:%|°|"|'|x\b|[-‐]|(?:mm|cm|m|km|in|inch|inches|ft|feet|foot|g|kg|mg|lb|lbs|oz|ml|cl|l|liters?|litres?|w|kw|v|a|ah|mah|hz|khz|mhz|ghz|mp|kb|mb|gb|tb|px|dpi|rpm|db|years?|yrs?|months?|weeks?|days?|hours?|hrs?|min|minutes?|people|persons?|pieces?|pcs|pages?|watts?|volts?|percent)\b|寸|英寸|厘米|米|毫米|公斤|千克|克|升|毫升|岁|月|年|天|人|个|件|寸|码)`)

// tolerance is how far a price "around 50" may lie from it.
const tolerance = 0.2

// readPrices finds the prices that text asks for.
func readPrices(text string) []Part {
	var parts []Part
	for _, p := range pricePatterns {
		for _, at := range p.pattern.FindAllStringSubmatchIndex(text, -1) {
			from, to := at[0], at[1]
			words := text[from:to]
			switch {
			case overlaps(parts, from, to):
			case p.bounded && !hasCurrency.MatchString(words):
			case otherUnit.MatchString(text[to:]) && !hasCurrency.MatchString(words):
			case from > 0 && isDigit(text[from-1]) || to < len(text) && isDigit(text[to]):
			default:
				part := Part{Kind: Price, From: from, To: to, Words: strings.TrimSpace(words)}
				if p.low > 0 {
					part.Min = amountAt(text, at, p.low)
				}
				if p.up > 0 {
					part.Max = amountAt(text, at, p.up)
				}
				if p.tolerant {
					low, high := *part.Min*(1-tolerance), *part.Max*(1+tolerance)
					part.Min, part.Max = &low, &high
				}
				if part.Min != nil && part.Max != nil && *part.Min > *part.Max {
					part.Min, part.Max = part.Max, part.Min
				}
				parts = append(parts, part)
			}
		}
	}
	return parts
}

func amountAt(text string, at []int, group int) *float64 {
	value, err := strconv.ParseFloat(strings.Replace(text[at[2*group]:at[2*group+1]], ",", ".", 1), 64)
	if err != nil {
		panic(err) // the pattern takes digits with one point at most
	}
	if at[2*group+2] < at[2*group+3] { // the k of "2k"
		value *= 1000
	}
	return &value
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func overlaps(parts []Part, from, to int) bool {
	for _, p := range parts {
		if from < p.To && p.From < to {
			return true
		}
	}
	return false
}
