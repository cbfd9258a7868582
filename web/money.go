package web

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/currency"

	"vitrine/catalog"
)

// symbols are those of currencies that are not mistaken for another; the rest show their ISO code.
var symbols = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩"}

// price writes what p costs, "€1,299.00", or "" when that is unknown.
func price(p *catalog.Product) string {
	if p.PriceCents <= 0 {
		return ""
	}
	return amount(p.PriceCents, p.Currency)
}

// amount writes a sum in minor units of an ISO 4217 currency, which have the number of decimals that
// the currency has: JPY none, EUR two. An unknown currency has two, an empty one no sign.
func amount(minor int64, code string) string {
	decimals := decimalsOf(code)
	unit := int64(math.Pow10(decimals))
	text := grouped(strconv.FormatInt(minor/unit, 10))
	if decimals > 0 {
		rest := strconv.FormatInt(minor%unit, 10)
		text += "." + strings.Repeat("0", decimals-len(rest)) + rest
	}
	return withSign(text, code)
}

// units writes a sum in currency units as filters state them, without decimals that are zero.
func units(value float64, code string) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(value, 'f', 2, 64), ".")
	text := grouped(whole)
	if fraction != "00" {
		text += "." + fraction
	}
	return withSign(text, code)
}

func withSign(text, code string) string {
	if symbol := symbols[code]; symbol != "" {
		return symbol + text
	}
	if code == "" {
		return text
	}
	return code + "\u00a0" + text
}

func decimalsOf(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale
}

// grouped puts a comma before every third digit from the right.
func grouped(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
