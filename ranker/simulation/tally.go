package simulation

import "vitrine/catalog"

// Tally is a Sink that counts, bots apart. Its zero value has counted nothing.
type Tally struct {
	Visits      int            `json:"visits"`
	Searches    int            `json:"searches"`
	Actions     map[string]int `json:"actions"`                 // by name
	Shown       []int          `json:"impressions_by_position"` // the first at 0
	Clicked     []int          `json:"clicks_by_position"`
	BotSearches int            `json:"bot_searches,omitempty"`
}

// Page counts a search.
func (t *Tally) Page(p *Page) error {
	if p.Bot {
		t.BotSearches++
		return nil
	}
	t.Searches++
	if p.Number == 0 {
		t.Visits++
	}
	return nil
}

// Event counts an event.
func (t *Tally) Event(e *Event) error {
	if e.Page.Bot {
		return nil
	}
	if t.Actions == nil {
		t.Actions = map[string]int{}
	}
	t.Actions[e.Action]++
	at := e.Attributes.Position.Ordinal
	for len(t.Shown) < at {
		t.Shown, t.Clicked = append(t.Shown, 0), append(t.Clicked, 0)
	}
	switch e.Action {
	case catalog.ActionImpression:
		t.Shown[at-1]++
	case catalog.ActionClick:
		t.Clicked[at-1]++
	}
	return nil
}
