package behaviour

import "time"

// visitor is what one client did, for the decision whether it counts.
type visitor struct {
	first    int64  // Unix milliseconds of its first search that is known to have shown something; 0 = none yet
	searches []key  // the last, oldest first
	persons  []key  // the profiles that it wrote to
	rule     string // by which it was found to be a bot; "" = it was not

	impressions, clicks int      // each product of a search once
	tried               [3]int32 // products that it clicked, all different
	triedCount          int
	pool                pool // where it counts

	searching, clicking rate // searches an hour, clicks a minute
	counted             rate // clicks a day that counted for rates
}

// rate counts within one clock hour, minute or day.
type rate struct {
	window int64
	count  int
}

func (r *rate) add(at int64, length time.Duration) {
	if window := at / length.Milliseconds(); window != r.window {
		*r = rate{window: window}
	}
	r.count++
}

// at is the count in the window of a time.
func (r *rate) at(at int64, length time.Duration) int {
	if at/length.Milliseconds() != r.window {
		return 0
	}
	return r.count
}

// establishedAfter is how long a visitor must have been around, and with how many different products clicked (the length of
// visitor.tried), to count in full, also for what it did before. A bot that is made for one product, or anew at each
// visit, never gets there.
const establishedAfter = 24 * time.Hour

// date takes note of when q was made, once it is known to have shown something: the times of events are what a
// browser says, but those of a search that showed something are the server's.
func (v *visitor) date(q *search) {
	if q.heard && q.showed && (v.first == 0 || q.at < v.first) {
		v.first = q.at
	}
}

// establish moves what v counted from the pool of newcomers once it may, as of a search.
func (s *State) establish(v *visitor, at int64) {
	if v.pool == established || v.triedCount < len(v.tried) || v.first == 0 || at-v.first < establishedAfter.Milliseconds() {
		return
	}
	v.pool = established
	s.each(v, func(q *search, x *shown, a action) {
		if x.newcomer.has(a) {
			s.add(q, x, a, -1)
			x.newcomer.clear(a)
			s.add(q, x, a, 1)
		}
	})
}

// each visits what v counted, as far as its searches are remembered.
func (s *State) each(v *visitor, visit func(*search, *shown, action)) {
	for _, k := range v.searches {
		if q, ok := s.searches.Peek(k); ok {
			q.each(func(x *shown, a action) { visit(q, x, a) })
		}
	}
}

func (v *visitor) try(item int32) {
	for _, tried := range v.tried[:v.triedCount] {
		if tried == item {
			return
		}
	}
	if v.triedCount < len(v.tried) {
		v.tried[v.triedCount] = item
		v.triedCount++
	}
}

// What a share is taken of, at least.
const (
	leastImpressions = 30
	leastClicks      = 20
	leastQueries     = 5
)

// botRules say when a visitor is no shopper: when a value is above the limit. It stops counting from then on, and what
// it counted is taken back.
var botRules = []struct {
	name   string
	limit  float64
	reason string
	of     func(s *State, v *visitor) float64
}{
	{"searches an hour", 60, "a shopper reads results, for a minute on average", func(_ *State, v *visitor) float64 {
		return float64(v.searching.count)
	}},
	{"clicks a minute", 30, "a page cannot be opened and looked at every two seconds for a minute", func(_ *State, v *visitor) float64 {
		return float64(v.clicking.count)
	}},
	{"share of impressions clicked", 0.9, "shoppers pass over most of what they see; of 30 impressions or more", func(_ *State, v *visitor) float64 {
		if v.impressions < leastImpressions {
			return 0
		}
		return float64(v.clicks) / float64(v.impressions)
	}},
	{"share of clicks on one product", 0.79, "who wants one product does not look for it with five queries or more; of 20 clicks or more", (*State).oneProductShare},
	{"clicks without any impression", 10, "links of the shop's own pages are shown before they are clicked", func(_ *State, v *visitor) float64 {
		if v.impressions > 0 {
			return 0
		}
		return float64(v.clicks)
	}},
}

// oneProductShare is the share of the most clicked product in the clicks of the remembered searches of v.
func (s *State) oneProductShare(v *visitor) float64 {
	if v.clicks < leastClicks {
		return 0
	}
	clicks, most := map[int32]int{}, 0
	texts, all := map[uint64]bool{}, 0
	for _, k := range v.searches {
		q, ok := s.searches.Peek(k)
		if !ok {
			continue
		}
		for i := range q.shown {
			if x := &q.shown[i]; x.sent.has(click) {
				clicks[x.item]++
				most = max(most, clicks[x.item])
				texts[q.text] = true
				all++
			}
		}
	}
	if all < leastClicks || len(texts) < leastQueries {
		return 0
	}
	return float64(most) / float64(all)
}

// judge finds out whether v is a bot, and takes back what it counted if so.
func (s *State) judge(v *visitor) {
	if v.rule != "" {
		return
	}
	for _, rule := range botRules {
		if rule.of(s, v) > rule.limit {
			v.rule = rule.name
			s.bots++
			s.takeBack(v)
			return
		}
	}
}

// takeBack takes out of the sums what v counted.
func (s *State) takeBack(v *visitor) {
	s.each(v, func(q *search, x *shown, a action) {
		s.add(q, x, a, -1)
		x.counted.clear(a)
	})
}

// count lets an action of a product that a search showed count for rates, if it may.
func (s *State) count(v *visitor, q *search, x *shown, a action) {
	switch {
	case v.rule != "", x.counted.has(a), !x.sent.has(a):
		return
	case !x.sent.has(impression): // it waits for that
		return
	case a == click && v.counted.at(x.at[click], day) >= s.opts.DailyClicks:
		return
	case s.countedToday(v, q, x, a):
		return
	}
	x.at[a] = max(x.at[a], q.at) // nothing happens before its search
	if a == click {
		v.counted.add(x.at[click], day)
	}
	if v.pool == newcomers {
		x.newcomer.set(a)
	}
	x.counted.set(a)
	if a == impression {
		x.expected = float32(s.examination.expected(int(x.place), s.clock.factors(x.at[a])[long]))
	}
	s.add(q, x, a, 1)
}

const (
	minute = time.Minute
	hour   = time.Hour
	day    = 24 * time.Hour
)

// countedToday says whether the visitor counted already with the same words, product and action on the same day.
func (s *State) countedToday(v *visitor, q *search, x *shown, a action) bool {
	for _, k := range v.searches {
		other, ok := s.searches.Peek(k)
		if !ok || other == q || other.text != q.text {
			continue
		}
		for i := range other.shown {
			y := &other.shown[i]
			if y.item == x.item && y.counted.has(a) && y.at[a]/day.Milliseconds() == x.at[a]/day.Milliseconds() {
				return true
			}
		}
	}
	return false
}
