package behaviour

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// State is what is remembered of what shoppers did. It is safe for concurrent use.
type State struct {
	opts     Options
	products Products

	mu    sync.RWMutex // guards all below
	clock clock

	// The catalogue, as far as shoppers touched it.
	known      map[string]int32 // index of a product in items
	items      []*item
	edition    int                // of the catalogue
	categories map[string]*counts // by the last level of the path
	values     map[name]int32
	called     [][]uint64 // hashes of the words of each value

	// The shop as a whole.
	shop        counts
	examination examination
	liked       []float64 // likings by value, decayed
	loyalties   [dimensions]loyalty
	choices     int
	totals      [dimensions]float64
	prices      map[int32]*spread // by top category

	pairs    *simplelru.LRU[pair, *counts]
	searches *simplelru.LRU[key, *search]
	visitors *simplelru.LRU[key, *visitor] // by client
	profiles *simplelru.LRU[key, *profile] // by person: user or, not signed in, client
	bots     int                           // among visitors
}

// item is a product that shoppers touched.
type item struct {
	counts
	crowded  bool // as of the last click of a newcomer
	edition  int  // in which the rest was read
	category *counts
	labels   []label
	top      int32   // value of its top category; -1 without
	logPrice float64 // 0 = unknown
}

// pair is a product under the words of a query.
type pair struct {
	text uint64
	item int32
}

// key stands for a client, a person or a search: the beginning of a SHA-256.
type key uint64

// New returns an empty state over the shop's products. Products is asked while nothing is locked.
func New(products Products, opts Options) *State {
	s := &State{
		opts: opts.WithDefaults(), products: products,
		known: map[string]int32{}, categories: map[string]*counts{}, values: map[name]int32{}, prices: map[int32]*spread{},
	}
	s.estimateLoyalties()
	s.pairs = newLRU[pair, *counts](s.opts.Pairs, nil)
	s.searches = newLRU[key, *search](s.opts.Searches, nil)
	s.profiles = newLRU[key, *profile](s.opts.Visitors, nil)
	s.visitors = newLRU(s.opts.Visitors, func(_ key, v *visitor) {
		if v.rule != "" {
			s.bots--
		}
	})
	return s
}

func newLRU[K comparable, V any](size int, evicted func(K, V)) *simplelru.LRU[K, V] {
	lru, err := simplelru.NewLRU(size, evicted)
	if err != nil {
		panic(err) // the size is not positive
	}
	return lru
}

// found returns the value of k, which it makes if there is none, and marks it as used.
func found[K comparable, V any](lru *simplelru.LRU[K, V], k K, fresh func() V) V {
	v, ok := lru.Get(k)
	if !ok {
		v = fresh()
		lru.Add(k, v)
	}
	return v
}

func clientKey(id string) key { return keyOf(sha256.Sum256([]byte(id))) }

func keyOf(sum [sha256.Size]byte) key { return key(binary.LittleEndian.Uint64(sum[:])) }

// No id has a NUL, so that ids of users, clients and queries cannot be mistaken for each other.

func personKey(client, user string) key {
	if user == "" {
		return clientKey(client)
	}
	return clientKey("user\x00" + user)
}

func searchKey(client, query string) key { return clientKey(client + "\x00" + query) }

// textHash is 0 for a query without words.
func textHash(normalised string) uint64 {
	if normalised == "" {
		return 0
	}
	return uint64(clientKey("text\x00" + normalised))
}

// Observe takes note of a search: which words a query id stands for. The same one again changes nothing.
func (s *State) Observe(q catalog.ShopperQuery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := q.Time.UnixMilli()
	s.advance(at)
	v := s.visitor(clientKey(q.ClientID))
	made := s.search(v, searchKey(q.ClientID, q.ID))
	if made.heard {
		return
	}
	text := retrieval.NormaliseText(q.UserQuery)
	made.heard, made.at, made.text, made.words = true, at, textHash(text), wordsOf(text)
	v.date(made)
	v.searching.add(at, hour)
	s.judge(v)
	for i := range made.shown {
		x := &made.shown[i]
		for a := range actions {
			if x.counted.has(a) {
				s.addToPair(made, x, a, 1)
			}
		}
	}
}

// Apply takes note of an event. Those of other actions, and of products that the shop does not have, are passed over,
// and so is the same action on the same product of one search again. Events with a Doubt count for nothing but the
// profile of their visitor.
func (s *State) Apply(e catalog.Event) {
	a, known := actionOf(e.Action)
	if !known || e.Attributes.Object == nil || a == impression && e.Doubt != "" {
		return
	}
	index, ok := s.product(string(e.Attributes.Object.ID))
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := e.Time.UnixMilli()
	s.advance(at)
	client, person := clientKey(e.ClientID), personKey(e.ClientID, e.UserID)
	v := s.visitor(client)
	if a != impression {
		p := found(s.profiles, person, func() *profile { return new(profile) })
		p.act(index, s.items[index], a, at, s.clock.weight(at, long), s.askedBy(searchKey(e.ClientID, e.QueryID)), s.chosen)
		v.wrote(person)
	}
	if e.Doubt == "" && e.QueryID != "" {
		s.happened(v, searchKey(e.ClientID, e.QueryID), index, a, at, &e)
	}
}

// happened takes note of an action on a product that a search showed.
func (s *State) happened(v *visitor, k key, index int32, a action, at int64, e *catalog.Event) {
	if a == click {
		v.clicking.add(at, minute)
	}
	q := s.search(v, k)
	x := q.of(index)
	if x == nil || x.sent.has(a) {
		s.judge(v)
		return
	}
	x.sent.set(a)
	x.at[a] = at
	switch a {
	case impression:
		q.showed = true
		v.date(q)
		v.impressions++
		if e.Attributes.Position != nil {
			x.place = uint8(placeOf(e.Attributes.Position.Ordinal))
		}
	case click:
		v.clicks++
		v.try(index)
	}
	s.judge(v)
	s.establish(v, q.at)
	s.count(v, q, x, a)
	if a == impression {
		for waiting := click; waiting < actions; waiting++ {
			s.count(v, q, x, waiting)
		}
	}
	if x.counted.has(click) && x.newcomer.has(click) && !q.aside {
		s.follow(q, x)
	}
}

// Renew says that the catalogue may have changed: each product is looked up again when somebody touches it next.
func (s *State) Renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.edition++
}

// product returns the index of a product, which it looks up when it is new or may have changed.
func (s *State) product(id string) (int32, bool) {
	s.mu.RLock()
	index, known := s.known[id]
	current := known && s.items[index].edition == s.edition
	s.mu.RUnlock()
	if current {
		return index, true
	}
	p, err := s.products.Product(context.Background(), id)
	if err != nil {
		return 0, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if index, known = s.known[id]; !known {
		index = int32(len(s.items))
		s.items = append(s.items, new(item))
		s.known[id] = index
	}
	s.describe(s.items[index], &p)
	return index, true
}

// describe writes what the catalogue says of a product. What was counted under another category stays there.
func (s *State) describe(it *item, p *catalog.Product) {
	it.edition, it.logPrice, it.top = s.edition, logPrice(p), -1
	it.labels = labels(nil, p, s.number)
	if name := top(p); name.value != "" {
		it.top = s.number(name)
	}
	if it.category = s.categories[leaf(p)]; it.category == nil {
		it.category = new(counts)
		s.categories[leaf(p)] = it.category
	}
}

// number is that of a value, a new one if need be.
func (s *State) number(n name) int32 {
	value, ok := s.values[n]
	if !ok {
		value = int32(len(s.liked))
		s.values[n] = value
		s.liked, s.called = append(s.liked, 0), append(s.called, wordsOf(n.value))
	}
	return value
}

func (s *State) visitor(client key) *visitor {
	return found(s.visitors, client, func() *visitor { return &visitor{pool: newcomers} })
}

// wrote remembers whose profile v wrote to.
func (v *visitor) wrote(person key) {
	for _, known := range v.persons {
		if known == person {
			return
		}
	}
	if len(v.persons) == maxPersons {
		v.persons = v.persons[1:]
	}
	v.persons = append(v.persons, person)
}

// search is that of a key, which is one of v's.
func (s *State) search(v *visitor, k key) *search {
	return found(s.searches, k, func() *search {
		if len(v.searches) == maxVisitorQueries {
			copy(v.searches, v.searches[1:])
			v.searches = v.searches[:maxVisitorQueries-1]
		}
		v.searches = append(v.searches, k)
		return new(search)
	})
}

// add adds an action to all sums that it belongs to, or takes it out of them (sign -1). What a place is worth, and what
// everybody likes, only established visitors say.
func (s *State) add(q *search, x *shown, a action, sign float64) {
	it, p := s.items[x.item], q.pool(x, a)
	by := s.weights(x.at[a], sign)
	it.add(p, a, by, float64(x.expected))
	it.category.add(p, a, by, float64(x.expected))
	s.shop.add(p, a, by, float64(x.expected))
	s.addToPair(q, x, a, sign)
	if p != established {
		return
	}

	s.examination.add(a, int(x.place), by[long])
	liking := likings[a] * by[long]
	for _, l := range it.labels {
		s.liked[l.value] = max(0, s.liked[l.value]+liking)
		s.totals[l.dimension] = max(0, s.totals[l.dimension]+liking)
	}
	if it.logPrice != 0 && it.top >= 0 && liking != 0 {
		if s.prices[it.top] == nil {
			s.prices[it.top] = new(spread)
		}
		s.prices[it.top].add(liking, it.logPrice)
	}
}

func (s *State) addToPair(q *search, x *shown, a action, sign float64) {
	if q.text == 0 {
		return
	}
	sums := found(s.pairs, pair{q.text, x.item}, func() *counts { return new(counts) })
	sums.add(q.pool(x, a), a, s.weights(x.at[a], sign), float64(x.expected))
}

func (s *State) weights(at int64, sign float64) (by [spans]float64) {
	for span := range spans {
		by[span] = sign * s.clock.weight(at, span)
	}
	return by
}

// advance moves the landmark of the clock when it lies too far back, and all sums with it.
func (s *State) advance(at int64) {
	switch {
	case s.clock.landmark == 0:
		s.clock.landmark = at
	case s.clock.old(at):
		factors := s.clock.factors(at)
		s.clock.landmark = at
		s.scale(factors)
	}
}

func (s *State) scale(factors [spans]float64) {
	for _, it := range s.items {
		it.scale(factors)
	}
	for _, c := range s.categories {
		c.scale(factors)
	}
	for _, c := range s.pairs.Values() {
		c.scale(factors)
	}
	s.shop.scale(factors)
	s.examination.scale(factors[long])
	for i := range s.liked {
		s.liked[i] *= factors[long]
	}
	for i := range s.totals {
		s.totals[i] *= factors[long]
	}
	for _, p := range s.prices {
		*p = p.scale(factors[long])
	}
	for _, p := range s.profiles.Values() {
		p.scale(factors[long])
	}
}

// Forget drops the profile of a client, and of whoever was signed in there, and takes back what it counted as far as
// that is known. What it does later counts anew.
func (s *State) Forget(clientID string) { s.ForgetHash(sha256.Sum256([]byte(clientID))) }

// ForgetHash forgets the client of whose id sum is the SHA-256.
func (s *State) ForgetHash(sum [sha256.Size]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	client := keyOf(sum)
	v, ok := s.visitors.Peek(client)
	if !ok {
		return
	}
	s.takeBack(v)
	for _, k := range v.searches {
		s.searches.Remove(k)
	}
	for _, person := range v.persons {
		s.profiles.Remove(person)
	}
	s.visitors.Remove(client)
}

// Stats count what is remembered.
type Stats struct {
	Visitors int // clients
	Profiles int
	Products int // that shoppers touched
	Pairs    int // of words and a product
	Searches int
	Bots     int // among Visitors
}

// Stats counts what is remembered.
func (s *State) Stats() Stats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return Stats{
		Visitors: s.visitors.Len(), Profiles: s.profiles.Len(), Products: len(s.items),
		Pairs: s.pairs.Len(), Searches: s.searches.Len(), Bots: s.bots,
	}
}
