package simulation

import (
	"math"
	"math/rand/v2"
	"strings"
)

// QueryKind says how a search is worded.
type QueryKind string

// The kinds of queries.
const (
	KindType      QueryKind = "type"      // "boots", "tall boots"
	KindAttribute QueryKind = "attribute" // with a colour, a pattern or a material
	KindBrand     QueryKind = "brand"
	KindVague     QueryKind = "vague" // words that the catalogue may lack
	KindChinese   QueryKind = "chinese"
)

// QueryKinds lists them in the order of reports.
var QueryKinds = []QueryKind{KindType, KindAttribute, KindBrand, KindVague, KindChinese}

// Intent is what a visitor is after during one visit; what is empty does not matter to them.
type Intent struct {
	Type                                    string // leaf of the category
	Shape, Colour, Pattern, Material, Brand string
	Gender                                  string // whom it is for

	kind int
	gift bool
}

// plainPattern is what a title does not say.
const plainPattern = "plain"

// intent draws what a visitor is after: a product that is to their taste lends what they ask for.
func (s *Shop) intent(rng *rand.Rand, v *Visitor) *Intent {
	m := &s.model
	in := &Intent{kind: pick(rng, s.popular), Gender: v.gender}
	t := &s.types[in.kind]
	in.Type = t.name
	if in.gift = rng.Float64() < m.GiftShare && t.gendered; in.gift {
		in.Gender = women
		if v.gender == women {
			in.Gender = men
		}
	}
	weights := make([]float64, len(t.items))
	for i, at := range t.items {
		weights[i] = math.Exp(s.utility(v, in, &s.items[at]))
	}
	wanted := &s.items[t.items[pick(rng, weights)]]
	ask := func(probability float64, value string) string {
		if rng.Float64() < probability {
			return value
		}
		return ""
	}
	if len(t.shapes) > 1 {
		in.Shape = ask(m.AsksShape, wanted.shape)
	}
	in.Colour = ask(m.AsksColour, wanted.colour)
	if wanted.pattern != plainPattern {
		in.Pattern = ask(m.AsksPattern, wanted.pattern)
	}
	in.Material = ask(m.AsksMaterial, wanted.material)
	in.Brand = ask(m.AsksBrand, wanted.brand)
	return in
}

// say words one search of a visit, whose searches count from 0: the later, the more is said.
func (s *Shop) say(rng *rand.Rand, v *Visitor, in *Intent, number int) (string, QueryKind) {
	m := &s.model
	says := m.SaysLater
	if number == 0 {
		says = m.SaysFirst
	}
	said := func(value string) string {
		if rng.Float64() < says {
			return value
		}
		return ""
	}
	brand, pattern, colour, material, shape := said(in.Brand), said(in.Pattern), said(in.Colour), said(in.Material), said(in.Shape)
	whom := ""
	if s.types[in.kind].gendered && (in.gift || rng.Float64() < m.SaysOwnGender) {
		whom = in.Gender
	}
	vague := number == 0 && rng.Float64() < m.VagueShare
	which := rng.IntN(1 << 30)
	if v.Chinese {
		return s.sayChinese(in, brand, whom, pattern, colour, material, shape), KindChinese
	}
	if phrases := vaguely[in.Type]; vague && len(phrases) > 0 {
		return phrases[which%len(phrases)], KindVague
	}
	kind := KindType
	switch {
	case brand != "":
		kind = KindBrand
	case pattern+colour+material != "":
		kind = KindAttribute
	}
	if shape == "" {
		shape = strings.ToLower(in.Type)
	}
	if whom != "" {
		whom = "for " + whom
	}
	return strings.Join(strings.Fields(strings.Join([]string{brand, pattern, colour, material, shape, whom}, " ")), " "), kind
}

// sayChinese words a search as Chinese titles are: without blanks, the thing itself last.
func (s *Shop) sayChinese(in *Intent, brand string, words ...string) string {
	shape := words[len(words)-1]
	if shape == "" {
		for _, known := range s.types[in.kind].shapes { // the plainest is the shortest
			if zh := s.opts.Chinese[known]; shape == "" || len(zh) < len(s.opts.Chinese[shape]) {
				shape = known
			}
		}
	}
	var text strings.Builder
	text.WriteString(brand)
	for _, word := range words[:len(words)-1] {
		text.WriteString(s.opts.Chinese[word])
	}
	if zh := s.opts.Chinese[shape]; zh != "" {
		text.WriteString(zh)
	} else {
		text.WriteString(in.Type)
	}
	return text.String()
}
