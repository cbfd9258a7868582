package simulation

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// visit is one session of a visitor, of which one search after the other is made. Its random numbers are its own.
type visit struct {
	number  int
	client  int // number of the visitor
	earlier int // visits of the same visitor
	bot     bool
	at      time.Duration // of the next search, since the start
	quiet   time.Duration // when all is done about the search before, since the start; a purchase may come later

	visitor  *Visitor
	intent   *Intent
	rng      *rand.Rand
	searches int // made so far
}

// hourly are the shares of a day's visits by the hour: little at night, most after work.
var hourly = []float64{2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 5, 5, 5, 5, 6, 7, 8, 9, 9, 7, 4}

func (s *Shop) moment(rng *rand.Rand) time.Duration {
	hours := rng.IntN(s.opts.Days)*24 + pick(rng, hourly)
	return time.Duration(hours)*time.Hour + seconds(3600*rng.Float64())
}

// visits are all of the run, in order of time.
func (s *Shop) visits() []*visit {
	var all []*visit
	for client := range s.opts.Visitors {
		rng := source(s.opts.Seed, forVisits, client)
		moments := []time.Duration{s.moment(rng)}
		if client < s.returner {
			moments = append(moments, s.moment(rng))
			again := s.model.MoreVisits / (1 + s.model.MoreVisits) // of a geometric distribution with that mean
			for rng.Float64() < again {
				moments = append(moments, s.moment(rng))
			}
		}
		slices.Sort(moments)
		for i, at := range moments {
			all = append(all, &visit{number: len(all), client: client, earlier: i, at: at})
		}
	}
	all = s.botVisits(all)
	slices.SortFunc(all, byTime)
	return all
}

func byTime(a, b *visit) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.number, b.number)) }

// begin says who comes and what for.
func (s *Shop) begin(v *visit) {
	v.rng = source(s.opts.Seed, forVisit, v.number)
	if v.bot {
		v.visitor = s.disguise(v.client)
		v.intent = s.lure(v.rng, v.visitor)
	} else {
		v.visitor = s.Visitor(v.client)
		v.intent = s.intent(v.rng, v.visitor)
	}
}

// Page is one answered search.
type Page struct {
	Query    catalog.ShopperQuery
	Asked    retrieval.Query
	Response *retrieval.Response

	// What a shop does not know.
	Visitor *Visitor
	Intent  *Intent
	Kind    QueryKind
	Earlier int  // visits of the visitor before this one
	Number  int  // of the search in its visit, from 0
	Bot     bool // then Intent is only what the words were made of
}

// Event is something that a visitor did, and where.
type Event struct {
	catalog.Event
	Page *Page
}

// ask makes the visit's next search. It may run beside those of other visits.
func (s *Shop) ask(ctx context.Context, v *visit, search Search) (*Page, error) {
	if v.visitor == nil {
		s.begin(v)
	}
	p := &Page{Visitor: v.visitor, Intent: v.intent, Earlier: v.earlier, Number: v.searches, Bot: v.bot}
	var text string
	text, p.Kind = s.say(v.rng, v.visitor, v.intent, v.searches)
	at := s.opts.Start.Add(v.at).Truncate(time.Millisecond)
	p.Asked = retrieval.Query{
		Text: text, Limit: s.opts.Limit,
		Shopper: retrieval.Shopper{Visitor: v.visitor.ID, Device: v.visitor.Device, At: at},
	}
	p.Query = catalog.ShopperQuery{
		ID: name("q", s.opts.Seed, v.number, v.searches), Time: at, ClientID: v.visitor.ID, UserQuery: text,
		Application: application, Attributes: map[string]json.RawMessage{"device": json.RawMessage(`"` + string(v.visitor.Device) + `"`)},
	}
	response, err := search(ctx, p.Asked)
	if err != nil {
		return nil, fmt.Errorf("simulate the search %q: %w", text, err)
	}
	p.Response = response
	for _, hit := range response.Hits {
		p.Query.HitIDs = append(p.Query.HitIDs, hit.Product.ID)
	}
	return p, nil
}

// application is what UBI calls the sender.
const application = "simulation"

// react gives out what is done about a page, and reports whether another search follows, at v.at.
func (s *Shop) react(v *visit, p *Page) (events []Event, goesOn bool) {
	add := func(action, product string, position int, after time.Duration) {
		events = append(events, Event{Page: p, Event: catalog.Event{
			ID: fmt.Sprintf("%s-%d", p.Query.ID, len(events)), Action: action, Time: p.Query.Time.Add(after.Truncate(time.Millisecond)),
			ClientID: v.visitor.ID, SessionID: name("s", s.opts.Seed, v.number), QueryID: p.Query.ID, Application: application,
			Attributes: catalog.EventAttributes{
				Object:   &catalog.EventObject{ID: catalog.ObjectID(product)},
				Position: &catalog.EventPosition{Ordinal: position},
			},
		}})
	}
	for i, product := range p.Query.HitIDs {
		add(catalog.ActionImpression, product, i+1, seconds(0.5))
	}
	var deeds []deed
	var length time.Duration
	if v.bot {
		deeds, length = s.botDeeds(v.rng, p.Query.HitIDs)
	} else {
		deeds, length = s.deedsOn(v.rng, v.visitor, v.intent, p.Query.HitIDs)
	}
	bought := false
	for _, d := range deeds {
		add(d.action, d.product, d.position, d.after)
		bought = bought || d.action == catalog.ActionPurchase
	}
	v.searches++
	v.quiet = v.at + length
	v.at = v.quiet + seconds(5+20*v.rng.ExpFloat64())
	goesOn = v.rng.Float64() < s.model.Onwards && v.searches < s.model.MaxSearches && !bought && !v.bot
	return events, goesOn
}
