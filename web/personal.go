package web

import (
	"fmt"
	"strings"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// toldContribution is how much a feature has to add to a score, in log odds of a click, for a card to speak of it.
const toldContribution = 0.1

// profileFeatures are the features of the ranker that say what the shopper did before, each with what it says of a
// product, "" where the product lacks what it is about. The session is the visit that goes on. Of the category it is
// the top level, since one below it may be another than that looked at.
var profileFeatures = map[string]func(p *catalog.Product) string{
	"brand_affinity":    func(p *catalog.Product) string { return about("You looked at %s lately", p.Brand) },
	"category_affinity": func(p *catalog.Product) string { return about("You looked at %s lately", topCategory(p)) },
	"colour_affinity": func(p *catalog.Product) string {
		return about("You looked at %s things lately", strings.ToLower(p.Colour))
	},
	"style_affinity":   func(*catalog.Product) string { return "In a style you looked at" },
	"price_affinity":   func(*catalog.Product) string { return "Priced like what you looked at" },
	"session_brand":    func(p *catalog.Product) string { return about("You just looked at %s", p.Brand) },
	"session_category": func(p *catalog.Product) string { return about("You just looked at %s", topCategory(p)) },
	"session_colour": func(p *catalog.Product) string {
		return about("You just looked at %s things", strings.ToLower(p.Colour))
	},
	"session_price": func(*catalog.Product) string { return "Priced like what you just saw" },
	"seen_before":   func(*catalog.Product) string { return "You looked at this before" },
	"bought_before": func(*catalog.Product) string { return "You bought this before" },
}

func about(text, what string) string {
	if what == "" {
		return ""
	}
	return fmt.Sprintf(text, what)
}

func topCategory(p *catalog.Product) string {
	if len(p.Category) == 0 {
		return ""
	}
	return strings.ToLower(p.Category[0])
}

// personalised reports whether a model knew something of the shopper that bears on one of the hits. They need ledgers.
func personalised(response *retrieval.Response) bool {
	if response.Ranker == nil || response.Ranker.Model == "" {
		return false
	}
	for i := range response.Hits {
		if response.Hits[i].Ledger == nil {
			continue
		}
		for _, f := range response.Hits[i].Ledger.Features {
			if profileFeatures[f.Name] != nil && f.Value != 0 {
				return true
			}
		}
	}
	return false
}

// personalReason says which part of the shopper's profile moved a hit up most, "" where none did by much. What moved it
// up for being unlike the profile (its value is below 0) is nothing that could be said in these words.
func personalReason(hit *retrieval.Hit) string {
	if hit.Ledger == nil {
		return ""
	}
	most, reason := toldContribution, ""
	for _, f := range hit.Ledger.Features {
		says := profileFeatures[f.Name]
		if says == nil || f.Value <= 0 || f.Contribution <= most {
			continue
		}
		if text := says(&hit.Product); text != "" {
			most, reason = f.Contribution, text
		}
	}
	return reason
}
