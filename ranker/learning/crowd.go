package learning

// dismissCrowds leaves out what newcomers did with products that a crowd clicks: the searches from which they clicked
// them, and that they saw them in others.
func (a *assembly) dismissCrowds() {
	l := a.log
	if a.Trust == nil {
		return
	}
	crowd := make([]bool, len(l.names))
	for product, name := range l.names {
		crowd[product] = a.Trust.Crowded(name)
	}
	for i, s := range l.Searches {
		if a.Trust.Established(a.queries[i].client) {
			continue
		}
		followed := false
		for row := s.begin; row < s.end; row++ {
			if crowd[l.products[row]] {
				followed = followed || l.actions[row].has(clicked)
				l.actions[row] = 0
			}
		}
		if followed {
			clear(l.actions[s.begin:s.end])
			a.leftOut[crowded]++
		}
	}
}
