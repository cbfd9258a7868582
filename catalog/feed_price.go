package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// maxPriceCents is the largest price that is believed. Up to it a float64 holds cents exactly.
const maxPriceCents = 1e13

// price reads the amount from price_cents, else from price; the currency from its own column, else
// from the price's text.
func (r *rowReader) price() (cents int64, currency string) {
	if c, ok := r.best(fieldPrice); ok {
		_, exact := c.value.(json.Number)
		amount, own, err := parsePrice(r.item(c, c.value), exact)
		if err != nil {
			r.fail(c, "%v", err)
		}
		cents, currency = amount, own
	}
	if c, ok := r.best(fieldPriceCents); ok {
		amount, err := parseCents(r.item(c, c.value))
		if err != nil {
			r.fail(c, "%v", err)
		}
		cents = amount
	}
	if c, ok := r.best(fieldCurrency); ok {
		code, known := currencyCode(r.item(c, c.value))
		if !known {
			r.fail(c, "%q is no currency: write a code like EUR", r.item(c, c.value))
		}
		if code != "" {
			currency = code
		}
	}
	return cents, currency
}

// currencySigns are the codes of signs; "" where several currencies share one.
var currencySigns = map[string]string{
	"": "", "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "zł": "PLN", "元": "CNY", "¥": "", "kr": "",
}

var currencyForm = regexp.MustCompile(`^[A-Za-z]{3}$`)

// currencyCode returns the ISO 4217 code that a code in any case or a sign stands for.
func currencyCode(text string) (code string, known bool) {
	if code, known = currencySigns[text]; known {
		return code, true
	}
	return strings.ToUpper(text), currencyForm.MatchString(text)
}

// priceForm is an amount with a currency before or after it.
var priceForm = regexp.MustCompile(`^([^\d\s.,+-]*)\s*([+-]?[\d.,'’\s\x{a0}\x{202f}]*\d(?:[eE][+-]?\d+)?)\s*([^\d\s.,+-]*)$`)

// parsePrice reads "19.99", "19,99 EUR", "$1,299.00" or "1 299,00 €" as cents and a currency. exact
// says that the amount is a JSON number, whose point is a decimal point whatever follows it.
func parsePrice(text string, exact bool) (cents int64, currency string, err error) {
	parts := priceForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, "", fmt.Errorf("%q is no price: write 19.99 or 19.99 EUR", text)
	}
	before, beforeKnown := currencyCode(parts[1])
	after, afterKnown := currencyCode(parts[3])
	if !beforeKnown || !afterKnown {
		return 0, "", fmt.Errorf("%q is no price: write 19.99 or 19.99 EUR", text)
	}
	if currency = before; currency == "" {
		currency = after
	}
	amount := parts[2]
	if !exact && !strings.ContainsAny(amount, "eE") {
		if amount, err = plainDecimal(amount); err != nil {
			return 0, "", fmt.Errorf("%q %w", text, err)
		}
	}
	units, err := strconv.ParseFloat(amount, 64)
	switch {
	case units < 0:
		return 0, "", fmt.Errorf("the price %s is negative: write 0 or more, or nothing where it is not known", text)
	case errors.Is(err, strconv.ErrRange) || units*100 > maxPriceCents:
		return 0, "", fmt.Errorf("the price %s is too large", text)
	case err != nil:
		return 0, "", fmt.Errorf("%q is no price: write 19.99 or 19.99 EUR", text)
	}
	return int64(math.Round(units * 100)), currency, nil
}

// parseCents reads a whole number of cents.
func parseCents(text string) (int64, error) {
	cents, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange), cents != math.Trunc(cents):
		return 0, fmt.Errorf("%q is no whole number of cents: write 1999 for 19.99", text)
	case cents < 0:
		return 0, fmt.Errorf("the price %s is negative: write 0 or more, or nothing where it is not known", text)
	case cents > maxPriceCents:
		return 0, fmt.Errorf("the price %s is too large", text)
	}
	return int64(cents), nil
}

// plainDecimal rewrites an amount with a decimal point and without separators of thousands. The last
// of both separators is the decimal one; a comma alone before three digits separates thousands, and
// a point there could be either.
func plainDecimal(amount string) (string, error) {
	amount = strings.NewReplacer(" ", "", "\t", "", "\u00a0", "", "\u202f", "", "'", "", "’", "").Replace(amount)
	decimal, thousands := ".", ","
	if strings.LastIndex(amount, ",") > strings.LastIndex(amount, ".") {
		decimal, thousands = ",", "."
	}
	whole, fraction, hasFraction := strings.Cut(amount, decimal)
	switch {
	case strings.Count(amount, decimal) > 1, hasFraction && decimal == "," && len(fraction) == 3 && !strings.Contains(amount, thousands):
		whole, fraction = strings.ReplaceAll(amount, decimal, ","), "" // 1.299.000 or 1,299: no decimals at all
		thousands = ","
	case hasFraction && len(fraction) == 3 && len(whole) <= 3 && strings.Trim(whole, "+-0") != "" && !strings.Contains(amount, thousands):
		return "", fmt.Errorf("could be %s%s or %s.%s: write it with two decimals", whole, fraction, whole, fraction[:2])
	}
	groups := strings.Split(whole, thousands)
	for i, group := range groups[1:] {
		if last := i+2 == len(groups); len(group) != 3 && (last || len(group) != 2) { // 1,00,000 is how India writes
			return "", errors.New("is no price: write 19.99 or 19.99 EUR")
		}
	}
	return strings.Join(groups, "") + "." + fraction, nil
}
