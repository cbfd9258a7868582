package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vitrine/retrieval"
)

// Limits of one file.
const (
	MaxBytes    = 1 << 20
	MaxRules    = 1000
	MaxProducts = 1000 // of one rule
	MaxPhrases  = 100  // of one condition of a rule
	maxName     = 100  // runes
	maxStrength = 10
)

// ErrBadRules is wrapped by every error of Parse.
var ErrBadRules = errors.New("bad rules")

// Set is the rules of a shop, in the order of their file. The zero Set has none.
type Set struct{ Rules []Rule }

// Rule is one rule and when it holds.
type Rule struct {
	retrieval.Rule
	Note string
	From time.Time // zero = always until To
	To   time.Time // exclusive; zero = for ever
	When Condition
}

// The form of rules.json: {"rules": [...]}.
type ruleForm struct {
	Name     string     `json:"name"`
	Note     string     `json:"note"`
	From     *time.Time `json:"from"`
	To       *time.Time `json:"to"`
	When     whenForm   `json:"when"`
	Pin      *pinForm   `json:"pin"`
	Hide     *coverForm `json:"hide"`
	Boost    *boostForm `json:"boost"`
	Bury     *boostForm `json:"bury"`
	Redirect *string    `json:"redirect"`
}

type whenForm struct {
	Query    []string `json:"query"`
	Words    []string `json:"words"`
	Category []string `json:"category"`
}

type pinForm struct {
	Products []string `json:"products"`
	At       *int     `json:"at"`
}

type coverForm struct {
	Products []string `json:"products"`
	Filters  []string `json:"filters"`
}

type boostForm struct {
	coverForm
	Strength *float64 `json:"strength"`
}

// Parse reads the text of rules.json. Its error names, a line each, every rule that is wrong, with the
// line on which the rule begins.
func Parse(text []byte) (*Set, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	switch {
	case len(text) > MaxBytes:
		return nil, fmt.Errorf("%w: the file is larger than %d MB", ErrBadRules, MaxBytes>>20)
	case !utf8.Valid(text):
		return nil, fmt.Errorf("%w: the file is not UTF-8", ErrBadRules)
	}
	raws, err := splitRules(text)
	if err != nil {
		return nil, err
	}
	set, faults := &Set{}, []error(nil)
	names := make(map[string]bool)
	for i, raw := range raws {
		rule, err := parseRule(raw.text)
		if err == nil && names[rule.Name] {
			err = errors.New("another rule has the same name")
		}
		if err != nil {
			faults = append(faults, raw.fault(i, rule.Name, err))
			continue
		}
		names[rule.Name] = true
		set.Rules = append(set.Rules, rule)
	}
	if len(faults) == 0 {
		faults = append(faults, set.checkChains())
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return set, nil
}

// rawRule is the text of one rule, and where it begins.
type rawRule struct {
	text []byte
	line int
}

func (r *rawRule) fault(i int, name string, err error) error {
	if name == "" {
		name = fmt.Sprintf("number %d", i+1)
	} else {
		name = fmt.Sprintf("%q", name)
	}
	return fmt.Errorf("%w: line %d: rule %s: %w", ErrBadRules, r.line, name, err)
}

// splitRules reads the frame of the file, {"rules": [...]}.
func splitRules(text []byte) (raws []rawRule, err error) {
	fault := func(offset int64, err error) error {
		return fmt.Errorf("%w: line %d: %w", ErrBadRules, lineAt(text, offset), err)
	}
	// Beforehand, since the errors of a decoder do not say where in the whole text they are.
	if err := json.Unmarshal(text, new(json.RawMessage)); err != nil {
		offset := int64(len(text))
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			offset = syntax.Offset
		}
		return nil, fault(offset, fmt.Errorf("the file is not JSON: %w", err))
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	expect := func(tokens ...json.Token) error {
		for _, want := range tokens {
			if got, err := decoder.Token(); err != nil || got != want {
				return fault(decoder.InputOffset(), fmt.Errorf(`there is %v where %v should be: write {"rules": [...]}`, got, want))
			}
		}
		return nil
	}
	if err := expect(json.Delim('{'), "rules", json.Delim('[')); err != nil {
		return nil, err
	}
	for decoder.More() {
		if len(raws) == MaxRules {
			return nil, fault(decoder.InputOffset(), fmt.Errorf("there are more than %d rules", MaxRules))
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return nil, fault(decoder.InputOffset(), err)
		}
		raws = append(raws, rawRule{raw, lineAt(text, decoder.InputOffset()-int64(len(raw)))})
	}
	return raws, expect(json.Delim(']'), json.Delim('}'))
}

// lineAt returns the number of the line that holds the byte at offset.
func lineAt(text []byte, offset int64) int { return 1 + bytes.Count(text[:offset], []byte("\n")) }

// parseRule returns the rule, or what is wrong with it and as much as could be read.
func parseRule(text []byte) (Rule, error) {
	var form ruleForm
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&form)
	rule := Rule{Rule: retrieval.Rule{Name: form.Name}, Note: form.Note}
	if err != nil {
		return rule, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	switch {
	case strings.TrimSpace(form.Name) == "":
		return rule, errors.New(`it has no name: add "name"`)
	case utf8.RuneCountInString(form.Name) > maxName:
		rule.Name = string([]rune(form.Name)[:maxName]) + "…"
		return rule, fmt.Errorf("its name has more than %d characters", maxName)
	case strings.ContainsFunc(form.Name+form.Note, unicode.IsControl):
		return rule, errors.New("its name or note has a line break or another control character")
	}
	if form.From != nil {
		rule.From = *form.From
	}
	if form.To != nil {
		rule.To = *form.To
	}
	if form.From != nil && form.To != nil && !rule.From.Before(rule.To) {
		return rule, errors.New("it ends before it begins: from must be before to")
	}
	if rule.When, err = form.When.condition(); err != nil {
		return rule, err
	}
	return rule, form.action(&rule)
}

// action fills in the one action that a rule must have.
func (f *ruleForm) action(rule *Rule) error {
	actions := 0
	for _, given := range []bool{f.Pin != nil, f.Hide != nil, f.Boost != nil, f.Bury != nil, f.Redirect != nil} {
		if given {
			actions++
		}
	}
	switch {
	case actions != 1:
		return fmt.Errorf("it has %d actions: give it one of pin, hide, boost, bury and redirect", actions)
	case f.Pin != nil:
		return f.Pin.fill(&rule.Rule)
	case f.Hide != nil:
		rule.Action = retrieval.ActionHide
		return f.Hide.fill(&rule.Rule)
	case f.Boost != nil:
		rule.Action = retrieval.ActionBoost
		return f.Boost.fill(&rule.Rule)
	case f.Bury != nil:
		rule.Action = retrieval.ActionBury
		return f.Bury.fill(&rule.Rule)
	}
	rule.Action, rule.URL = retrieval.ActionRedirect, *f.Redirect
	if len(rule.When.Phrases)+len(rule.When.Words) == 0 {
		return errors.New("a redirect needs a condition on the query, or the whole shop would lead there: add when.query or when.words")
	}
	return checkURL(rule.URL)
}

func (f *pinForm) fill(rule *retrieval.Rule) error {
	rule.Action, rule.Products, rule.Place = retrieval.ActionPin, f.Products, 1
	if f.At != nil {
		rule.Place = *f.At
	}
	if last := rule.Place + len(rule.Products) - 1; rule.Place < 1 || rule.Place > retrieval.MaxDepth || last > retrieval.MaxDepth {
		return fmt.Errorf("it pins to the places %d to %d: they count from 1 and end at %d", rule.Place, last, retrieval.MaxDepth)
	}
	return checkProducts(rule.Products)
}

func (f *coverForm) fill(rule *retrieval.Rule) error {
	switch {
	case len(f.Products) > 0 && len(f.Filters) > 0:
		return errors.New("it names both products and filters: make two rules of it")
	case len(f.Filters) == 0:
		rule.Products = f.Products
		return checkProducts(f.Products)
	case len(f.Filters) > retrieval.MaxFilters:
		return fmt.Errorf("it has %d filters, the limit is %d", len(f.Filters), retrieval.MaxFilters)
	}
	for _, expression := range f.Filters {
		filter, err := retrieval.ParseFilter(expression)
		if err != nil {
			return err
		}
		rule.Filters = append(rule.Filters, filter)
	}
	return nil
}

func (f *boostForm) fill(rule *retrieval.Rule) error {
	rule.Strength = 1
	if f.Strength != nil {
		rule.Strength = *f.Strength
	}
	if rule.Strength <= 0 || rule.Strength > maxStrength {
		return fmt.Errorf("its strength %v must be more than 0 and at most %d", rule.Strength, maxStrength)
	}
	return f.coverForm.fill(rule)
}

func checkProducts(ids []string) error {
	switch {
	case len(ids) == 0:
		return errors.New("it names no products")
	case len(ids) > MaxProducts:
		return fmt.Errorf("it names %d products, the limit is %d", len(ids), MaxProducts)
	case slices.Contains(ids, ""):
		return errors.New("one of its products is empty")
	}
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			return fmt.Errorf("it names product %q twice", id)
		}
		seen[id] = true
	}
	return nil
}
