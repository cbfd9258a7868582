package web

import (
	"fmt"
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

// amount writes a sum in hundredths of an ISO 4217 currency, as the catalogue holds it. Decimals that
// are zero are left out where the currency has none, as JPY; an empty currency has no sign.
func amount(cents int64, code string) string {
	text := grouped(strconv.FormatInt(cents/100, 10))
	if cents%100 != 0 || hasDecimals(code) {
		text += fmt.Sprintf(".%02d", cents%100)
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

func hasDecimals(code string) bool {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return true
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale > 0
}

// grouped puts a comma before every third digit from the right.
func grouped(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
