package catalog

import (
	"cmp"
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

// price reads the amount from price_cents, else from price, or a sale's price while it is in effect; the currency
// from its own column, else from the price's text.
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
	if amount, own := r.salePrice(); amount > 0 {
		cents, currency = amount, cmp.Or(own, currency)
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

// salePrice reads what the product costs on sale; 0 = it is not on sale now.
func (r *rowReader) salePrice() (cents int64, currency string) {
	c, ok := r.best(fieldSalePrice)
	if !ok || !r.saleInEffect() {
		return 0, ""
	}
	_, exact := c.value.(json.Number)
	cents, currency, err := parsePrice(r.item(c, c.value), exact)
	if err != nil {
		r.fail(c, "%v", err)
	}
	return cents, currency
}

// margin reads what a sale at a price earns: from margin_cents, else from margin, an amount or a percentage of the
// price, else as the price less cost. It is 0, unknown, where it hangs on a price that is not known.
func (r *rowReader) margin(priceCents int64) int64 {
	margin, hasMargin := r.best(fieldMargin)
	cents, hasCents := r.best(fieldMarginCents)
	cost, hasCost := r.best(fieldCost)
	var amount int64
	var err error
	c := cents
	switch {
	case hasCents:
		amount, err = parseSigned(r.item(c, c.value), parseCents)
	case hasMargin:
		c = margin
		_, exact := c.value.(json.Number)
		amount, err = parseMargin(r.item(c, c.value), exact, priceCents)
	case hasCost:
		c = cost
		_, exact := c.value.(json.Number)
		amount, _, err = parsePrice(r.item(c, c.value), exact)
		if amount = priceCents - amount; priceCents == 0 {
			amount = 0
		}
	}
	if err != nil {
		r.fail(c, "%v", err)
	}
	return amount
}

// parseMargin reads "7.50", "-1 EUR", or "30%" of a price.
func parseMargin(text string, exact bool, priceCents int64) (int64, error) {
	if share, isShare := strings.CutSuffix(text, "%"); isShare {
		percent, err := strconv.ParseFloat(strings.TrimSpace(strings.Replace(share, ",", ".", 1)), 64)
		if err != nil || !(math.Abs(percent) <= 100) {
			return 0, fmt.Errorf("%q is no margin: write an amount such as 7.50, or a percentage such as 30%%", text)
		}
		return int64(math.Round(float64(priceCents) * percent / 100)), nil
	}
	return parseSigned(text, func(amount string) (int64, error) {
		cents, _, err := parsePrice(amount, exact)
		return cents, err
	})
}

// parseSigned reads an amount that may be negative by a parser of those that are not.
func parseSigned(text string, parse func(string) (int64, error)) (int64, error) {
	amount, negative := strings.CutPrefix(text, "-")
	cents, err := parse(amount)
	if negative {
		cents = -cents
	}
	return cents, err
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

// amountSpaces takes out what separates thousands and nothing else.
var amountSpaces = strings.NewReplacer(" ", "", "\t", "", "\u00a0", "", "\u202f", "", "'", "", "’", "")

// plainDecimal rewrites an amount with a decimal point and without separators of thousands. The last
// of both separators is the decimal one; a comma alone before three digits separates thousands, and
// a point there could be either.
func plainDecimal(amount string) (string, error) {
	amount = amountSpaces.Replace(amount)
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
