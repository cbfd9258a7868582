package retrieval

import "time"

// stopwatch notes how long the stages of one search take. Stages that follow each other are laps; the
// legs run side by side and bring their own times, so the timings can add up to more than the total.
type stopwatch struct {
	start, lapped time.Time
	timings       []Timing
}

func startStopwatch() *stopwatch {
	now := time.Now()
	return &stopwatch{start: now, lapped: now}
}

// lap notes the time since the last lap.
func (s *stopwatch) lap(stage string) {
	now := time.Now()
	s.timings = append(s.timings, Timing{Stage: stage, Start: s.lapped.Sub(s.start), Duration: now.Sub(s.lapped)})
	s.lapped = now
}

// legs notes each embedding once and each leg, in their order; 0 of what did not come back in time.
func (s *stopwatch) legs(legs []*leg) {
	var last *queryVector
	planned := s.lapped.Sub(s.start) // when they were sent off, and embedding began
	for _, l := range legs {
		if l.vector != nil && l.vector.stage != "" && l.vector != last {
			s.timings = append(s.timings, Timing{Stage: l.vector.stage, Start: planned, Duration: time.Duration(l.vector.took.Load())})
			last = l.vector
		}
		start := planned
		if !l.began.IsZero() {
			start = l.began.Sub(s.start)
		}
		s.timings = append(s.timings, Timing{Stage: l.name, Start: start, Duration: l.took})
	}
	s.lapped = time.Now()
}

// stop returns all timings, the total last.
func (s *stopwatch) stop() []Timing {
	return append(s.timings, Timing{Stage: "total", Duration: time.Since(s.start)})
}
