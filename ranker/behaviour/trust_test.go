package behaviour

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"vitrine/catalog"
)

func TestBotRules(t *testing.T) {
	shop := newShelf(60)
	ids := func(from, to int) (list []string) {
		for i := from; i < to; i++ {
			list = append(list, "p"+strconv.Itoa(i))
		}
		return list
	}
	for rule, behave := range map[string]func(s *State){
		"searches an hour": func(s *State) {
			for i := range 61 {
				s.Observe(query(fmt.Sprint(i), "bot", "shoes", monday.Add(time.Duration(i)*time.Second)))
			}
		},
		"clicks a minute": func(s *State) {
			searched(s, "q", "bot", "shoes", monday, ids(0, 60), ids(0, 31))
		},
		"share of impressions clicked": func(s *State) {
			for i := range 31 {
				searched(s, fmt.Sprint(i), "bot", fmt.Sprint("words ", i), monday.Add(time.Duration(i)*5*minute), ids(i, i+1), ids(i, i+1))
			}
		},
		"share of clicks on one product": func(s *State) {
			for i := range 21 {
				searched(s, fmt.Sprint(i), "bot", fmt.Sprint("words ", i), monday.Add(time.Duration(i)*5*minute), ids(0, 20), ids(7, 8))
			}
		},
		"clicks without any impression": func(s *State) {
			for i := range 11 {
				s.Apply(event(catalog.ActionClick, "bot", "q", "p"+strconv.Itoa(i), monday.Add(time.Duration(i)*5*minute)))
			}
		},
		"": func(s *State) { // a shopper who knows what they want
			for i := range 19 {
				searched(s, fmt.Sprint(i), "bot", fmt.Sprint("words ", i), monday.Add(time.Duration(i)*5*minute), ids(0, 20), ids(7, 8))
			}
		},
	} {
		t.Run(rule, func(t *testing.T) {
			s, never := New(shop, Options{}), New(shop, Options{})
			crowd(s, shop, 1)
			crowd(never, shop, 1)
			behave(s)
			v, _ := s.visitors.Peek(clientKey("bot"))
			if v.rule != rule || s.Stats().Bots != len(rule[:min(len(rule), 1)]) {
				t.Fatalf("found to break %q, %d bots", v.rule, s.Stats().Bots)
			}
			if rule == "" {
				return
			}
			searched(s, "after", "bot", "other words", monday.Add(10*day), ids(0, 9), ids(3, 4))
			sameFacts(t, "taken back", shop.facts(s, "", "words 3", monday.Add(10*day)), shop.facts(never, "", "words 3", monday.Add(10*day)))
		})
	}
}

func TestEveryBotRuleHasItsReason(t *testing.T) {
	for _, rule := range botRules {
		if rule.name == "" || rule.reason == "" || rule.limit <= 0 {
			t.Errorf("%q has none, or no limit", rule.name)
		}
	}
}

// attacked is a shop of 40 products of different appeal in which honest visitors, four of five of them regulars, search
// for a month. A tenth of all searches is a bot's, which clicks target and whose client id is that of the bot's nth.
func attacked(target int, bot func(n int, at time.Time) (client string, when time.Time)) []Facts {
	const products, days, searches = 40, 30, 180
	shop := newShelf(products)
	s := New(shop, Options{})
	honest, other := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(3, 4))
	appeal := make([]float64, products)
	for i := range appeal {
		appeal[i] = math.Exp(honest.NormFloat64() * 0.7)
	}
	words := func(random *rand.Rand) string { return "words " + strconv.Itoa(random.IntN(12)) }
	ids := func(random *rand.Rand, first int) []string {
		list := []string{}
		for _, i := range random.Perm(products)[:20] {
			if i != first {
				list = append(list, "p"+strconv.Itoa(i))
			}
		}
		if first >= 0 {
			list = slices.Insert(list, random.IntN(20), "p"+strconv.Itoa(first))
		}
		return list
	}
	n := 0
	for d := range days {
		for i := range searches {
			at := monday.Add(time.Duration(d)*day + time.Duration(i)*5*minute)
			client := "regular" + strconv.Itoa(honest.IntN(300))
			if honest.IntN(5) == 0 {
				client = fmt.Sprint("passer-by ", d, i)
			}
			shown := ids(honest, -1)
			var clicked []string
			for place, id := range shown {
				number, _ := strconv.Atoi(id[1:])
				if honest.Float64() < 0.2*placePrior(place)*appeal[number] {
					clicked = append(clicked, id)
				}
			}
			searched(s, fmt.Sprint("honest", d, "-", i), client, words(honest), at, shown, clicked)
			if bot != nil && i%9 == 0 {
				client, when := bot(n, at)
				searched(s, fmt.Sprint("bot", n), client, words(other), when, ids(other, target), []string{"p" + strconv.Itoa(target)})
				n++
			}
		}
	}
	return shop.facts(s, "", "", monday.Add(days*day))
}

// ranks of the products by the popularity feature, from 0.
func ranks(facts []Facts) []int {
	order := make([]int, len(facts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(facts[b].Clicks, facts[a].Clicks) })
	rank := make([]int, len(facts))
	for r, i := range order {
		rank[i] = r
	}
	return rank
}

func TestBotsAtATenthOfTheTrafficMoveTheirProductByLessThanThreeRanks(t *testing.T) {
	if testing.Short() {
		t.Skip("months of traffic")
	}
	before := attacked(0, nil)
	rank := ranks(before)
	for shape, bot := range map[string]func(n int, at time.Time) (string, time.Time){
		"one client at a high rate": func(n int, at time.Time) (string, time.Time) {
			return "bot", monday.Add(29*day + time.Duration(n)*3*time.Second)
		},
		"one patient client":            func(_ int, at time.Time) (string, time.Time) { return "bot", at },
		"300 clients":                   func(n int, at time.Time) (string, time.Time) { return fmt.Sprint("bot", n%300), at },
		"a new client id at each visit": func(n int, at time.Time) (string, time.Time) { return fmt.Sprint("bot", n), at },
		"all on the last day": func(n int, _ time.Time) (string, time.Time) {
			return fmt.Sprint("bot", n), monday.Add(29*day + time.Duration(n)*time.Minute)
		},
	} {
		t.Run(shape, func(t *testing.T) {
			for _, place := range []int{10, 20, 35} {
				target := slices.Index(rank, place)
				after := attacked(target, bot)
				moved := place - ranks(after)[target]
				t.Logf("from rank %d: %+d ranks, product_ctr %.3f → %.3f", place+1, moved, before[target].Clicks, after[target].Clicks)
				if moved >= 3 || moved <= -3 {
					t.Errorf("the product of rank %d moved by %d", place+1, moved)
				}
			}
		})
	}
}

func TestWhoComesBackCountsInFullFromTheStart(t *testing.T) {
	shop := newShelf(8)
	s := New(shop, Options{})
	crowd(s, shop, 3)
	clicks := func() float64 { return shop.facts(s, "", "", monday.Add(5*day))[7].Clicks }
	start := clicks()
	visit := func(id string, d int, products ...string) {
		searched(s, id, "guest", "hats "+id, monday.Add(time.Duration(d)*day), append([]string{"p0", "p2", "p4"}, products...), products)
	}
	visit("first", 3, "p7")
	fresh := clicks()
	visit("second", 3, "p1")
	visit("third", 4, "p3")
	back := clicks()
	if fresh-start > 0.05 || back-start < 2*(fresh-start) {
		t.Errorf("product_ctr was %v, with a newcomer's click %v, when they were back %v", start, fresh, back)
	}
}

// Browsers say when an event was, and a bot may say anything.
func TestNobodyIsEstablishedByEventsOfTheirOwnDating(t *testing.T) {
	shop := newShelf(8)
	in := func(tell func(s *State)) pool {
		s := New(shop, Options{})
		tell(s)
		searched(s, "now", "a", "shoes", monday.Add(2*day), []string{"p0", "p1", "p2", "p3"}, []string{"p0", "p1", "p2"})
		v, _ := s.visitors.Peek(clientKey("a"))
		return v.pool
	}
	old := shownAt(1, event(catalog.ActionImpression, "a", "now", "p4", monday))
	doubtful := shownAt(1, event(catalog.ActionImpression, "a", "then", "p4", monday))
	doubtful.Doubt = "forged token"
	for name, test := range map[string]struct {
		tell func(s *State)
		want pool
	}{
		"an early search":                          {func(s *State) { searched(s, "then", "a", "hats", monday, []string{"p4"}, nil) }, established},
		"an early search without impressions":      {func(s *State) { s.Observe(query("then", "a", "hats", monday)) }, newcomers},
		"an early impression of the late search":   {func(s *State) { s.Apply(old) }, newcomers},
		"an early impression of an unknown search": {func(s *State) { s.Apply(shownAt(1, event(catalog.ActionImpression, "a", "then", "p4", monday))) }, newcomers},
		"a doubtful one of an early search": {func(s *State) {
			s.Observe(query("then", "a", "hats", monday))
			s.Apply(doubtful)
		}, newcomers},
	} {
		if got := in(test.tell); got != test.want {
			t.Errorf("%s: pool %v, want %v", name, got, test.want)
		}
	}
}
