package behaviour

import (
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"vitrine/catalog"
)

// popular lets forty visitors, who were there before, buy product 0.
func popular(s *State, shop shelf) {
	for i := range 40 {
		id := fmt.Sprint("everybody", i)
		searched(s, id+" before", id, "hats", monday.Add(-day), []string{"p0", "p2", "p4"}, []string{"p2", "p4"})
		searched(s, id, id, "shoes", monday, []string{"p0", "p1", "p2"}, []string{"p0"})
		s.Apply(event(catalog.ActionPurchase, id, id, "p0", monday))
	}
}

func TestWhatEverybodyLikesIsNoTaste(t *testing.T) {
	shop := newShelf(8)
	s := New(shop, Options{})
	popular(s, shop)
	at := monday.Add(day)
	s.Apply(event(catalog.ActionPurchase, "follower", "", "p0", at)) // Halden, red, women's shoes
	s.Apply(event(catalog.ActionPurchase, "other", "", "p1", at))    // Norvik, blue, women's dresses
	later := at.Add(time.Hour)                                       // in the next session
	follower, other := shop.facts(s, "follower", "", later), shop.facts(s, "other", "", later)
	if follower[0].BrandAffinity > 0.2 || other[1].BrandAffinity < 1 {
		t.Errorf("who buys the common brand has an affinity of %v, who buys a rare one %v", follower[0].BrandAffinity, other[1].BrandAffinity)
	}
	if f := other[0]; f.BrandAffinity >= 0 || f.ColourAffinity >= 0 || f.CategoryAffinity >= other[1].CategoryAffinity {
		t.Errorf("what the visitor did not choose has %+v", f)
	}
	if f := other[5]; f.BrandAffinity != other[1].BrandAffinity || f.Seen { // Norvik too, which nobody touched
		t.Errorf("a product that nobody touched has %+v", f)
	}
	if f := shop.facts(s, "unknown", "", at)[1]; f.BrandAffinity != 0 || f.SessionPrice != 0 || f.Seen {
		t.Errorf("of an unknown visitor: %+v", f)
	}
}

func TestASessionEndsWithAPause(t *testing.T) {
	shop := newShelf(8)
	s := New(shop, Options{})
	popular(s, shop)
	s.Apply(event(catalog.ActionView, "a", "", "p1", monday))
	s.Apply(event(catalog.ActionView, "a", "", "p2", monday.Add(time.Hour)))
	for _, test := range []struct {
		after             time.Duration
		norvik, kibo, old bool
	}{
		{time.Hour + time.Minute, false, true, true},
		{2 * time.Hour, false, false, true},
	} {
		facts := shop.facts(s, "a", "", monday.Add(test.after))
		if (facts[1].SessionBrand > 0) != test.norvik || (facts[2].SessionBrand > 0) != test.kibo || (facts[1].BrandAffinity > 0) != test.old {
			t.Errorf("after %v: %+v", test.after, facts[1:3])
		}
		if (facts[2].SessionPrice != 0) != test.kibo {
			t.Errorf("after %v the session's price says %v", test.after, facts[2].SessionPrice)
		}
	}
}

func TestAProductCountsByItsStrongestActionInASession(t *testing.T) {
	shop := newShelf(8)
	funnel, bought := New(shop, Options{}), New(shop, Options{})
	for _, action := range []string{catalog.ActionClick, catalog.ActionView, catalog.ActionAddToCart, catalog.ActionPurchase, catalog.ActionView} {
		funnel.Apply(event(action, "a", "", "p1", monday))
	}
	bought.Apply(event(catalog.ActionPurchase, "a", "", "p1", monday))
	sameFacts(t, "the whole way to the till", shop.facts(funnel, "a", "", monday), shop.facts(bought, "a", "", monday))

	again := New(shop, Options{})
	again.Apply(event(catalog.ActionView, "a", "", "p1", monday))
	once := shop.facts(again, "a", "", monday.Add(2*time.Hour))[1].BrandAffinity
	again.Apply(event(catalog.ActionView, "a", "", "p1", monday.Add(2*time.Hour)))
	if twice := shop.facts(again, "a", "", monday.Add(4*time.Hour))[1].BrandAffinity; twice <= once {
		t.Errorf("looked at in two sessions: %v, in one: %v", twice, once)
	}
}

func TestPricesOfAVisitor(t *testing.T) {
	shop := newShelf(40) // from 10 to 205
	s := New(shop, Options{})
	for i := range 40 {
		id := fmt.Sprint("everybody", i)
		searched(s, id+" before", id, "hats", monday.Add(-day), []string{"p0", "p2", "p4"}, []string{"p2", "p4"})
		searched(s, id, id, "shoes", monday, []string{"p" + strconv.Itoa(i), "p1"}, []string{"p" + strconv.Itoa(i)})
	}
	for i := 30; i < 40; i++ {
		s.Apply(event(catalog.ActionPurchase, "rich", "", "p"+strconv.Itoa(i), monday))
	}
	facts := shop.facts(s, "rich", "", monday.Add(time.Hour))
	if facts[35].PriceAffinity < 0.2 || facts[1].PriceAffinity > -0.5 {
		t.Errorf("who pays 160 to 205 has %v for 185 and %v for 15", facts[35].PriceAffinity, facts[1].PriceAffinity)
	}
}

func TestSignedInVisitorsKeepTheirProfile(t *testing.T) {
	shop := newShelf(8)
	s := New(shop, Options{})
	e := event(catalog.ActionPurchase, "phone", "", "p1", monday)
	e.UserID = "me"
	s.Apply(e)
	at := func(user, client string) bool {
		v := View{state: s, at: monday}
		if user != "" {
			v.user = personKey("", user)
		}
		v.client = personKey(client, "")
		return v.Facts(shop.candidates())[1].Bought
	}
	if !at("me", "laptop") || at("", "phone") || at("you", "phone") {
		t.Error("a purchase belongs to the user who is signed in, on any device")
	}
}

func TestTheLongTermIsOfTheSessionsBefore(t *testing.T) {
	shop := newShelf(8)
	s := New(shop, Options{})
	popular(s, shop)
	at := monday.Add(day)
	s.Apply(event(catalog.ActionPurchase, "a", "", "p1", at))
	now, later := shop.facts(s, "a", "", at.Add(time.Minute))[1], shop.facts(s, "a", "", at.Add(time.Hour))[1]
	if now.BrandAffinity != 0 || math.Abs(now.PriceAffinity) > 1e-9 || now.SessionBrand <= 0 || later.BrandAffinity <= 0 || later.SessionBrand != 0 {
		t.Errorf("in the session %+v, after it %+v", now, later)
	}
	s.Apply(event(catalog.ActionView, "a", "", "p2", at.Add(time.Hour)))
	if next := shop.facts(s, "a", "", at.Add(time.Hour+time.Minute))[1]; next.BrandAffinity <= 0 || next.SessionBrand >= 0 {
		t.Errorf("in the next session %+v", next)
	}
}

func TestWhatTheWordsAskedForIsNoTaste(t *testing.T) {
	shop := newShelf(8)
	for words, taste := range map[string]bool{"anything": true, "a NORVIK, please": false, "norvik’s things": false} {
		s := New(shop, Options{})
		popular(s, shop)
		at := monday.Add(day)
		searched(s, "q", "a", words, at, []string{"p1", "p2"}, []string{"p1"})
		session, later := shop.facts(s, "a", "", at.Add(time.Minute))[1], shop.facts(s, "a", "", at.Add(time.Hour))[1]
		if (later.BrandAffinity > 0) != taste || session.SessionBrand <= 0 || later.ColourAffinity <= 0 {
			t.Errorf("%q: in the session %+v, after it %+v", words, session, later)
		}
	}
}
