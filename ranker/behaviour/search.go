package behaviour

// search is one search of one client: what it showed, and what came of it.
type search struct {
	text   uint64   // hash of the words; 0 = none, or not heard of yet
	words  []uint64 // hash of each word
	at     int64    // Unix milliseconds; 0 = not heard of yet
	heard  bool     // the query itself has arrived
	showed bool     // an impression has arrived
	aside  bool     // what newcomers counted here is in the pool of the crowd
	shown  []shown
}

// shown is a product that a search showed, or from which an action arrived. It has what is needed to take back what was
// counted.
type shown struct {
	item     int32
	place    uint8
	expected float32        // clicks of the impression, as counted
	sent     actionSet      // has arrived
	counted  actionSet      // is in the sums
	newcomer actionSet      // among those: by a newcomer
	at       [actions]int64 // Unix milliseconds of those that arrived
}

// pool is where an action of x belongs.
func (q *search) pool(x *shown, a action) pool {
	switch {
	case !x.newcomer.has(a):
		return established
	case q.aside:
		return crowds
	}
	return newcomers
}

// each visits what q counted.
func (q *search) each(visit func(*shown, action)) {
	for i := range q.shown {
		for a := range actions {
			if x := &q.shown[i]; x.counted.has(a) {
				visit(x, a)
			}
		}
	}
}

// actionSet is a set of actions.
type actionSet uint8

func (s actionSet) has(a action) bool { return s&(1<<a) != 0 }
func (s *actionSet) set(a action)     { *s |= 1 << a }
func (s *actionSet) clear(a action)   { *s &^= 1 << a }

// of finds the product in q or adds it; nil when q has too many.
func (q *search) of(item int32) *shown {
	for i := range q.shown {
		if q.shown[i].item == item {
			return &q.shown[i]
		}
	}
	if len(q.shown) == maxShown {
		return nil
	}
	q.shown = append(q.shown, shown{item: item})
	return &q.shown[len(q.shown)-1]
}
