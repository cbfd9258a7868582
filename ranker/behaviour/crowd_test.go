package behaviour

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

// afterDays of crowd, whose twenty visitors come back every day and click one product after the other, is everybody established.
const afterDays = 12

// newcomer searches on a day and clicks products of the first ten shown.
func newcomer(s *State, name string, d int, clicked ...string) {
	var shown []string
	for i := range 10 {
		shown = append(shown, "p"+strconv.Itoa(i))
	}
	searched(s, name+" "+strconv.Itoa(d), name, "boots", monday.Add(time.Duration(d)*day), shown, clicked)
}

func TestACrowdIsNotHeard(t *testing.T) {
	shop := newShelf(21)
	s, never := New(shop, Options{}), New(shop, Options{})
	crowd(s, shop, afterDays)
	crowd(never, shop, afterDays)
	at := monday.Add((afterDays + 1) * day)
	newcomer(s, "early", afterDays, "p9")
	if s.Crowded("p9") || s.Crowded("nothing") {
		t.Fatal("one visitor is a crowd")
	}
	if heard := shop.facts(s, "", "boots", at)[9]; heard == shop.facts(never, "", "boots", at)[9] {
		t.Fatal("a newcomer is not heard")
	}
	for i := range 100 {
		newcomer(s, fmt.Sprint("bot", i), afterDays, "p9")
	}
	if !s.Crowded("p9") || s.Crowded("p8") {
		t.Fatalf("crowded: p9 %v, p8 %v", s.Crowded("p9"), s.Crowded("p8"))
	}
	for _, words := range []string{"", "boots", "shoes 1"} {
		sameFacts(t, "with a crowd, "+words, shop.facts(s, "", words, at), shop.facts(never, "", words, at))
	}
	if v, _ := s.visitors.Peek(clientKey("early")); v.pool != newcomers || s.Established("early") || !s.Established("crowd0") || s.Established("nobody") {
		t.Error("who is established?")
	}

	// One of them is a shopper after all, and counts as if there had been no crowd.
	for _, state := range []*State{s, never} {
		if state == never {
			newcomer(state, "early", afterDays, "p9")
		}
		newcomer(state, "early", afterDays+2, "p1", "p2")
	}
	if !s.Established("early") {
		t.Fatal("the shopper is not established")
	}
	at = at.Add(2 * day)
	sameFacts(t, "with a shopper in the crowd", shop.facts(s, "", "boots", at), shop.facts(never, "", "boots", at))
}

func TestNewcomersWhoLikeWhatOthersLikeAreNoCrowd(t *testing.T) {
	shop := newShelf(21)
	s := New(shop, Options{})
	crowd(s, shop, afterDays)
	// Product 9 is what everybody wants.
	for d := range 4 {
		for v := range 20 {
			searched(s, fmt.Sprint("again ", d, v), fmt.Sprint("crowd", v), "hats "+strconv.Itoa(d), monday.Add(time.Duration(afterDays+d)*day), []string{"p0", "p1", "p9"}, []string{"p9"})
		}
	}
	for i := range 100 {
		guest, clicked := fmt.Sprint("guest", i), "p9"
		if i%4 == 0 {
			clicked = "p1"
		}
		searched(s, guest, guest, "boots", monday.Add((afterDays+4)*day), []string{"p0", "p1", "p9"}, []string{clicked})
	}
	for id := range shop {
		if s.Crowded(id) {
			t.Errorf("%s is crowded", id)
		}
	}
}

// Where nobody comes back there is nothing to compare with.
func TestWithoutEstablishedVisitorsNothingIsCrowded(t *testing.T) {
	shop := newShelf(21)
	s := New(shop, Options{})
	for i := range 300 {
		newcomer(s, fmt.Sprint("guest", i), 0, "p9")
	}
	if s.Crowded("p9") {
		t.Error("crowded")
	}
}
