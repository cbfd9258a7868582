package simulation

import "slices"

// Relevance is what a product is truly worth to a visitor with an intent.
type Relevance struct {
	Probability float64 // in [0, 1): that it is found attractive
	Grade       int     // 0 (irrelevant) to 4, for NDCG
}

// grades are the least probabilities of the grades 1 to 4.
var grades = [...]float64{0.05, 0.2, 0.4, 0.65}

func graded(probability float64) Relevance {
	r := Relevance{Probability: probability}
	for r.Grade < len(grades) && probability >= grades[r.Grade] {
		r.Grade++
	}
	return r
}

// Truth is the relevance of a product; that of one which the shop has not is nothing. It is for evaluation alone.
func (s *Shop) Truth(v *Visitor, in *Intent, product string) Relevance {
	i, found := s.byID[product]
	if !found {
		return Relevance{}
	}
	return graded(s.relevance(v, in, &s.items[i]))
}

// Truths are the grades of all products that are worth something, by id.
func (s *Shop) Truths(v *Visitor, in *Intent) map[string]int {
	found := map[string]int{}
	for _, i := range s.types[in.kind].items {
		if r := graded(s.relevance(v, in, &s.items[i])); r.Grade > 0 {
			found[s.items[i].id] = r.Grade
		}
	}
	return found
}

// relevance is the logistic function of the utility (a random utility model: McFadden 1974, "Conditional logit analysis
// of qualitative choice behavior"), and 0 for another type of product.
func (s *Shop) relevance(v *Visitor, in *Intent, it *item) float64 {
	if it.kind != in.kind {
		return 0
	}
	p := sigmoid(s.utility(v, in, it))
	if !it.inStock {
		p *= s.model.SoldOut
	}
	return p
}

// utility of a product of the right type, in logits: what was asked for, then taste, then hidden quality.
func (s *Shop) utility(v *Visitor, in *Intent, it *item) float64 {
	m := &s.model
	u := m.Base + it.quality
	for _, asked := range [...][2]string{
		{in.Shape, it.shape}, {in.Colour, it.colour}, {in.Pattern, it.pattern}, {in.Material, it.material}, {in.Brand, it.brand},
	} {
		switch asked[0] {
		case "":
		case asked[1]:
			u += m.AskedFits
		default:
			u += m.AskedMisses
		}
	}
	if (it.gender == women || it.gender == men) && it.gender != in.Gender {
		u += m.WrongGender
	}
	if in.Brand == "" {
		u += taste(v.likedBrands, v.dislikedBrands, it.brand, m.LikedBrand, m.DislikedBrand)
	}
	if in.Colour == "" {
		u += taste(v.likedColours, v.dislikedHues, it.colour, m.LikedColour, m.DislikedHue)
	}
	if it.style != "" && it.style == v.likedStyle {
		u += m.LikedStyle
	}
	distance := it.price - v.price
	return u - m.PriceWeight*distance*distance
}

func taste(liked, disliked []string, value string, like, dislike float64) float64 {
	switch {
	case slices.Contains(liked, value):
		return like
	case slices.Contains(disliked, value):
		return dislike
	}
	return 0
}
