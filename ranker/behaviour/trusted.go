package behaviour

import "time"

// Trusted says whether what a visitor did at a time counts: of one that was found to be a bot nothing does, before
// and after. Of a visitor that was not heard of, or that was forgotten, nothing speaks against it.
func (s *State) Trusted(clientID string, _ time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, known := s.visitors.Peek(clientKey(clientID))
	return !known || v.rule == ""
}
