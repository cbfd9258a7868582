package behaviour

import (
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

func TestAViewAfterDeedsIsThatOfAStateWhichHeardOfThemForTheProfileAlone(t *testing.T) {
	shop := newShelf(8)
	was := func() *State {
		s := New(shop, Options{})
		popular(s, shop)
		searched(s, "before", "regular", "dresses", monday.Add(-day), []string{"p1", "p3"}, []string{"p3"})
		return s
	}
	now := monday.Add(time.Hour)
	for _, visitor := range []string{"regular", "new"} {
		made := query("q", visitor, "Norvik shoes", now)
		done := []catalog.Event{
			shownAt(1, event(catalog.ActionImpression, visitor, "q", "p1", now)),
			event(catalog.ActionClick, visitor, "q", "p1", now.Add(time.Second)),
			event(catalog.ActionAddToCart, visitor, "q", "p1", now.Add(time.Minute)),
			event(catalog.ActionClick, visitor, "q", "p7", now.Add(2*time.Minute)), // which nobody touched before
			event(catalog.ActionClick, visitor, "q", "gone", now.Add(2*time.Minute)),
		}
		supposed, heard := was(), was()
		heard.Observe(made)
		for _, e := range done {
			e.Doubt = "for the test"
			heard.Apply(e)
		}
		for _, after := range []time.Duration{3 * time.Minute, 2 * time.Hour} {
			q := &retrieval.Query{Text: "shoes", Shopper: retrieval.Shopper{Visitor: visitor, At: now.Add(after)}}
			view := supposed.For(q)
			got := view.After(made, done[:2]).After(made, done[2:]).Facts(shop.candidates())
			sameFacts(t, visitor, got, heard.For(q).Facts(shop.candidates()))
			if after < sessionGap && got[1].SessionBrand <= 0 || !got[7].Seen {
				t.Errorf("%s clicked products 1 and 7: %+v, %+v", visitor, got[1], got[7])
			}
			sameFacts(t, visitor+" before and elsewhere", view.Facts(shop.candidates()), was().For(q).Facts(shop.candidates()))
		}
	}
}

func TestAViewThatKnowsNothingStaysSo(t *testing.T) {
	var s *State
	done := []catalog.Event{event(catalog.ActionClick, "a", "q", "p1", monday)}
	if facts := s.For(&retrieval.Query{}).After(query("q", "a", "shoes", monday), done).Facts(newShelf(2).candidates()); facts != nil {
		t.Errorf("facts = %+v", facts)
	}
}
