package online

import (
	"fmt"
	"sync"
	"time"
)

// StreamOptions say how long a stream waits and how much it keeps.
type StreamOptions struct {
	Wait     time.Duration // for a click, after which an impression is learnt as not clicked; 0 = 30 s
	Waiting  int           // impressions that may wait; of more, the oldest is learnt early. 0 = 100,000
	Remember int           // impressions that are known after that, so that repeats and late clicks are told apart; 0 = 100,000

	// Learning hears of each example just before the model learns it, one at a time; nil = nobody. It may give it
	// another offset, which must be finite, and another position, and must not call the stream.
	Learning func(*Example)
}

// WithDefaults returns a copy with the defaults filled in.
func (o StreamOptions) WithDefaults() StreamOptions {
	if o.Wait == 0 {
		o.Wait = 30 * time.Second
	}
	if o.Waiting == 0 {
		o.Waiting = 100_000
	}
	if o.Remember == 0 {
		o.Remember = 100_000
	}
	return o
}

// Validate returns an error that wraps ErrOptions where a stream could not go by the options, defaults
// filled in.
func (o StreamOptions) Validate() error {
	if o.Wait < 0 || o.Waiting < 1 || o.Remember < 1 || o.Waiting > maxEntries || o.Remember > maxEntries {
		return fmt.Errorf("%w: a wait of %v, %d that may wait, %d to remember: choose a wait above 0 and 1 to %d of each", ErrOptions, o.Wait, o.Waiting, o.Remember, maxEntries)
	}
	return nil
}

const (
	maxEntries = 10_000_000
	maxKey     = 1024 // bytes
)

// Stream makes examples of impressions and clicks as they come, and a model learns them at once.
//
// An impression that is clicked is learnt as clicked at that moment. One that is not is learnt as such when
// Wait has passed since it came. A click that comes later still corrects: the example is learnt once more,
// as clicked and with its weight unchanged. The two gradients, p − 0 and then p′ − 1, come to more than the
// p − 1 that was due by the chance p, which is small where clicks are rare.
//
// A key names an impression: the query id and the product, say. What comes twice under one key is learnt
// once, so that after a restart the last events can be fed again; see ReadStream. A click may come before
// its impression.
type Stream struct {
	model   *Model
	options StreamOptions // defaults filled in

	mu      sync.Mutex
	now     time.Time
	entries map[string]*entry
	waiting queue // in the order in which the wait ends
	closed  queue // those that are remembered, in the order in which they closed
}

// entry is what is known of a key.
type entry struct {
	key     string
	state   state
	until   time.Time // end of the wait
	example Example   // none when clicked
}

type state byte

const (
	shown    state = iota // and waiting for a click
	passed                // learnt as not clicked
	clicked               // learnt as clicked
	expected              // clicked, but its impression has not come
	states                // how many there are
)

// NewStream returns a stream that teaches the model. An error wraps ErrOptions.
func NewStream(model *Model, o StreamOptions) (*Stream, error) {
	o = o.WithDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &Stream{model: model, options: o, entries: map[string]*entry{}}, nil
}

// Model is the model that the stream teaches.
func (s *Stream) Model() *Model { return s.model }

// Waiting is how many impressions wait for a click.
func (s *Stream) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting.len()
}

// Advance says what time it is: that of the event that is fed next, or the clock's. Impressions whose wait
// is over are learnt as not clicked. Time does not go back: an earlier one changes nothing.
func (s *Stream) Advance(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.After(s.now) {
		s.now = now
	}
	for s.waiting.len() > 0 && !s.waiting.first().until.After(s.now) {
		s.close()
	}
}

// Impression takes a product that was shown. Clicked is left out of account: Click says it. The example
// belongs to the stream from now on. An error wraps ErrExample, and the impression was not taken.
func (s *Stream) Impression(key string, e Example) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.model.check(e); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.entries[key]
	switch {
	case known == nil:
		if s.waiting.len() == s.options.Waiting {
			s.close()
		}
		waits := &entry{key: key, until: s.now.Add(s.options.Wait), example: e}
		s.entries[key] = waits
		s.waiting.push(waits)
	case known.state == expected:
		s.learn(e, true)
		known.state = clicked
	}
	return nil
}

// Click takes a click on the impression of the key. An error wraps ErrExample, and the click was not taken.
func (s *Stream) Click(key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.entries[key]
	switch {
	case known == nil:
		s.remember(&entry{key: key, state: expected})
	case known.state == shown || known.state == passed:
		s.learn(known.example, true)
		known.state, known.example = clicked, Example{}
	}
	return nil
}

func checkKey(key string) error {
	if key == "" || len(key) > maxKey {
		return fmt.Errorf("%w: a key of %d bytes: a key names one impression in 1 to %d bytes", ErrExample, len(key), maxKey)
	}
	return nil
}

// close ends the wait of the oldest impression that waits.
func (s *Stream) close() {
	oldest := s.waiting.pop()
	if oldest.state == shown {
		s.learn(oldest.example, false)
		oldest.state = passed
	}
	s.remember(oldest)
}

// remember keeps an entry whose wait is over, in the place of the oldest such.
func (s *Stream) remember(e *entry) {
	if s.closed.len() == s.options.Remember {
		delete(s.entries, s.closed.pop().key)
	}
	s.entries[e.key] = e
	s.closed.push(e)
}

// learn has no error to report: the example was checked when it came.
func (s *Stream) learn(e Example, clicked bool) {
	e.Clicked = clicked
	if s.options.Learning != nil {
		s.options.Learning(&e)
	}
	if err := s.model.Learn(e); err != nil {
		panic(err)
	}
}

// queue is first in, first out.
type queue struct {
	entries []*entry
	begin   int // of those that are still in
}

func (q *queue) len() int      { return len(q.entries) - q.begin }
func (q *queue) first() *entry { return q.entries[q.begin] }
func (q *queue) push(e *entry) { q.entries = append(q.entries, e) }
func (q *queue) all() []*entry { return q.entries[q.begin:] }

func (q *queue) pop() *entry {
	first := q.entries[q.begin]
	q.entries[q.begin] = nil
	q.begin++
	if q.begin*2 > len(q.entries) { // half is gone: move the rest to the front
		kept := copy(q.entries, q.entries[q.begin:])
		clear(q.entries[kept:])
		q.entries, q.begin = q.entries[:kept], 0
	}
	return first
}
