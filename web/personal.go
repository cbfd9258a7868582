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
// product, "" where the product lacks what it is about.
var profileFeatures = map[string]func(p *catalog.Product) string{
	"brand_affinity": func(p *catalog.Product) string { return about("you looked at %s lately", p.Brand) },
	"category_affinity": func(p *catalog.Product) string {
		return about("you looked at %s lately", strings.ToLower(lastOf(p.Category)))
	},
	"colour_affinity":    func(p *catalog.Product) string { return about("you looked at things in %s lately", p.Colour) },
	"price_affinity":     func(*catalog.Product) string { return "priced like what you looked at" },
	"session_similarity": func(*catalog.Product) string { return "like what you just looked at" },
	"seen_before":        func(*catalog.Product) string { return "you looked at this before" },
}

func about(text, what string) string {
	if what == "" {
		return ""
	}
	return fmt.Sprintf(text, what)
}

func lastOf(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
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

// personalReason says which part of the shopper's profile moved a hit up most, "" where none did by much.
func personalReason(hit *retrieval.Hit) string {
	if hit.Ledger == nil {
		return ""
	}
	most, reason := toldContribution, ""
	for _, f := range hit.Ledger.Features {
		says := profileFeatures[f.Name]
		if says == nil || f.Contribution <= most {
			continue
		}
		if text := says(&hit.Product); text != "" {
			most, reason = f.Contribution, text
		}
	}
	return reason
}
