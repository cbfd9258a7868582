package web

import (
	"fmt"
	"slices"
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

// personalReasons says of each hit which part of the shopper's profile moved it up most beside the others, "" where none
// did by much: what moved up all of them alike is no reason for one. Nor is that which moved it up for being unlike the
// profile (its value is below 0) anything that could be said in these words.
func personalReasons(hits []retrieval.Hit) []string {
	usual := usualContributions(hits)
	reasons := make([]string, len(hits))
	for i := range hits {
		if hits[i].Ledger == nil {
			continue
		}
		most := toldContribution
		for _, f := range hits[i].Ledger.Features {
			says := profileFeatures[f.Name]
			if says == nil || f.Value <= 0 || f.Contribution-usual[f.Name] <= most {
				continue
			}
			if text := says(&hits[i].Product); text != "" {
				most, reasons[i] = f.Contribution-usual[f.Name], text
			}
		}
	}
	return reasons
}

// usualContributions are the medians, over the hits, of what each part of the profile adds; of an even number the lower
// middle one. Two hits or one have nothing usual.
func usualContributions(hits []retrieval.Hit) map[string]float64 {
	all := map[string][]float64{}
	for i := range hits {
		if hits[i].Ledger == nil {
			continue
		}
		for _, f := range hits[i].Ledger.Features {
			if profileFeatures[f.Name] != nil {
				all[f.Name] = append(all[f.Name], max(f.Contribution, 0))
			}
		}
	}
	usual := map[string]float64{}
	for name, some := range all {
		some = append(some, make([]float64, len(hits)-len(some))...) // not in the ledger is nothing added
		slices.Sort(some)
		if len(some) > 2 {
			usual[name] = some[(len(some)-1)/2]
		}
	}
	return usual
}
