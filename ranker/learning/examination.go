package learning

import (
	"math"
	"slices"
)

// examination is how likely a place of the list is looked at, as a share of the first one, for each kind of screen; the
// last place also stands for those below.
type examination map[string][]float64

const (
	examinedPlaces = 50
	leastExamined  = 0.05 // so that no click weighs more than twenty
	// A place is taken to be looked at with probability 1 / k^examinedDecay until about examinedPrior clicks say otherwise:
	// less steep than most lists are, because a steeper one than the truth makes turning the shown order around seem to win.
	examinedDecay  = 0.5
	examinedPrior  = 10
	examinedRounds = 50
)

// estimateExamination fits the position-based model (Craswell et al. 2008): what is shown at a place is clicked with the
// probability that the place is looked at times that of the product for the words of the query. The same product for the
// same words at several places tells the two apart, whatever ranks (Agarwal et al. 2019 call that intervention
// harvesting); rows of which there is only one place tell nothing and are left out. Places are taken to be looked at the
// less the lower they are.
func (l *Log) estimateExamination(p Part) examination {
	screens := map[string]int{}
	var names []string
	for _, s := range l.Searches[p.Begin:p.End] {
		if _, known := screens[s.Device]; !known {
			screens[s.Device] = len(names)
			names = append(names, s.Device)
		}
	}
	cells, pairs := l.examinedCells(p, screens)

	places := len(names) * examinedPlaces
	examined := make([]float64, places)
	for place := range examined {
		examined[place] = math.Pow(float64(place%examinedPlaces+1), -examinedDecay)
	}
	prior := slices.Clone(examined)
	attraction := make([]float64, pairs)
	for range examinedRounds {
		attract(cells, examined, attraction)
		examine(cells, attraction, prior, examined)
	}
	e := examination{}
	for i, name := range names {
		e[name] = bounded(examined[i*examinedPlaces : (i+1)*examinedPlaces])
	}
	return e
}

// examinedCell counts a product for some words at one place of one kind of screen.
type examinedCell struct {
	pair, place   int
	views, clicks float64
}

// examinedCells are those of pairs that were clicked and seen at several places, in a fixed order.
func (l *Log) examinedCells(p Part, screens map[string]int) (cells []examinedCell, pairs int) {
	type key struct {
		words   int32
		product uint32
		place   int32
	}
	at := map[key]int{}
	for _, s := range l.Searches[p.Begin:p.End] {
		if !s.Words || s.Photo { // what was asked for cannot be compared
			continue
		}
		for row := s.begin; row < s.end; row++ {
			place := screens[s.Device]*examinedPlaces + min(int(l.positions[row]), examinedPlaces) - 1
			k := key{s.words, l.products[row], int32(place)}
			i, known := at[k]
			if !known {
				i = len(cells)
				at[k] = i
				cells = append(cells, examinedCell{place: place})
			}
			cells[i].views++
			if l.actions[row].has(clicked) {
				cells[i].clicks++
			}
		}
	}
	type pair struct {
		words   int32
		product uint32
	}
	type sums struct {
		places int
		clicks float64
		number int
	}
	of := map[pair]*sums{}
	for k, i := range at {
		s := of[pair{k.words, k.product}]
		if s == nil {
			s = &sums{number: -1}
			of[pair{k.words, k.product}] = s
		}
		s.places++
		s.clicks += cells[i].clicks
	}
	keys := make([]key, len(cells))
	for k, i := range at {
		keys[i] = k
	}
	kept := cells[:0]
	for i, cell := range cells {
		s := of[pair{keys[i].words, keys[i].product}]
		if s.places < 2 || s.clicks == 0 {
			continue
		}
		if s.number < 0 {
			s.number = pairs
			pairs++
		}
		cell.pair = s.number
		kept = append(kept, cell)
	}
	return kept, pairs
}

// attract estimates how likely each pair is clicked where it is looked at.
func attract(cells []examinedCell, examined, into []float64) {
	looks := make([]float64, len(into))
	clear(into)
	for _, c := range cells {
		into[c.pair] += c.clicks
		looks[c.pair] += c.views * examined[c.place]
	}
	for i := range into {
		into[i] /= looks[i]
	}
}

// examine estimates how likely each place is looked at, in units of the first place of its screen.
func examine(cells []examinedCell, attraction, prior, into []float64) {
	got, expected := make([]float64, len(into)), make([]float64, len(into))
	for _, c := range cells {
		got[c.place] += c.clicks
		expected[c.place] += c.views * attraction[c.pair]
	}
	for first := 0; first < len(into); first += examinedPlaces {
		top := (got[first] + examinedPrior) / (expected[first] + examinedPrior)
		for place := first; place < first+examinedPlaces; place++ {
			into[place] = (got[place] + examinedPrior) / (expected[place] + examinedPrior/prior[place]) / top
		}
	}
}

// bounded makes an estimate fall from the first place on, by pooling places that rise (Ayer et al. 1955), and keeps it off
// 0.
func bounded(examined []float64) []float64 {
	type pool struct {
		sum float64
		n   int
	}
	mean := func(p pool) float64 { return p.sum / float64(p.n) }
	var pools []pool
	for _, value := range examined {
		next := pool{value, 1}
		for len(pools) > 0 && mean(pools[len(pools)-1]) < mean(next) {
			last := pools[len(pools)-1]
			next, pools = pool{last.sum + next.sum, last.n + next.n}, pools[:len(pools)-1]
		}
		pools = append(pools, next)
	}
	var falling []float64
	for _, p := range pools {
		falling = append(falling, slices.Repeat([]float64{max(mean(p)/mean(pools[0]), leastExamined)}, p.n)...)
	}
	return falling
}

// weight is what a click at a position counts: the inverse of how likely the place is looked at (Joachims, Swaminathan and
// Schnabel 2017).
func (e examination) weight(device string, position int32) float64 {
	examined, known := e[device]
	if !known {
		return 1
	}
	return 1 / examined[min(int(position), len(examined))-1]
}
