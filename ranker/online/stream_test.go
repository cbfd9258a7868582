package online

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newStream(t testing.TB, m *Model, o StreamOptions) *Stream {
	t.Helper()
	s, err := NewStream(m, o)
	if err != nil {
		t.Fatal(err)
	}
	s.Advance(noon)
	return s
}

// smallStream has an impression that waits, one that passed, one clicked and a click that came too early.
func smallStream(t testing.TB) *Stream {
	t.Helper()
	s := newStream(t, small(t), StreamOptions{})
	show := func(key string) {
		if err := s.Impression(key, Example{Dense: []float64{9}, Fields: []string{"red shoes", key}, Position: 1, Offset: 0.5}); err != nil {
			t.Fatal(err)
		}
	}
	click := func(key string) {
		if err := s.Click(key); err != nil {
			t.Fatal(err)
		}
	}
	show("passed")
	s.Advance(noon.Add(31 * time.Second))
	show("waits")
	show("clicked")
	click("clicked")
	click("early")
	return s
}

// learnt is the file of a model that has learnt the examples and nothing else.
func learnt(t *testing.T, examples ...Example) []byte {
	t.Helper()
	m := newModel(t, Options{Dense: numbers(1)})
	learn(t, m, examples...)
	return written(t, m)
}

func TestAnImpressionBecomesAnExampleWhenItIsDecided(t *testing.T) {
	a, b := Example{Dense: []float64{1}, Position: 1}, Example{Dense: []float64{2}, Position: 2}
	as := func(e Example, clicked bool) Example { e.Clicked = clicked; return e }
	type step any // a key to click, an impression by its key, or a time to wait
	type shows struct {
		key string
		e   Example
	}
	for _, c := range []struct {
		name  string
		o     StreamOptions
		steps []step
		want  []Example
	}{
		{"nothing before the wait is over", StreamOptions{}, []step{shows{"a", a}, 29 * time.Second}, nil},
		{"not clicked when the wait is over", StreamOptions{}, []step{shows{"a", a}, 30 * time.Second}, []Example{as(a, false)}},
		{"clicked at once", StreamOptions{}, []step{shows{"a", a}, "a"}, []Example{as(a, true)}},
		{"a click before the other's wait is over", StreamOptions{}, []step{shows{"a", a}, shows{"b", b}, "b", time.Minute}, []Example{as(b, true), as(a, false)}},
		{"a late click corrects", StreamOptions{}, []step{shows{"a", a}, time.Minute, "a"}, []Example{as(a, false), as(a, true)}},
		{"a click before its impression", StreamOptions{}, []step{"a", shows{"a", a}, time.Minute}, []Example{as(a, true)}},
		{"twice is once", StreamOptions{}, []step{shows{"a", a}, shows{"a", a}, "a", "a", shows{"a", a}, time.Minute, shows{"a", a}, "a", time.Minute}, []Example{as(a, true)}},
		{"a passed impression again", StreamOptions{}, []step{shows{"a", a}, time.Minute, shows{"a", a}, time.Minute}, []Example{as(a, false)}},
		{"another wait", StreamOptions{Wait: time.Hour}, []step{shows{"a", a}, time.Minute}, nil},
		{"time does not go back", StreamOptions{}, []step{shows{"a", a}, 20 * time.Second, -time.Hour, 5 * time.Second}, nil},
		{"more than may wait", StreamOptions{Waiting: 1}, []step{shows{"a", a}, shows{"b", b}}, []Example{as(a, false)}},
		{"more than is remembered", StreamOptions{Remember: 1}, []step{shows{"a", a}, shows{"b", b}, time.Minute, "a", "b"}, []Example{as(a, false), as(b, false)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, now := newStream(t, newModel(t, Options{Dense: numbers(1)}), c.o), noon
			for _, step := range c.steps {
				var err error
				switch step := step.(type) {
				case string:
					err = s.Click(step)
				case shows:
					err = s.Impression(step.key, step.e)
				case time.Duration:
					if step > 0 {
						now = now.Add(step)
					}
					s.Advance(now.Add(min(step, 0)))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(written(t, s.Model()), learnt(t, c.want...)) {
				t.Errorf("%d examples learnt, and not %+v", s.Model().Learnt(), c.want)
			}
		})
	}
}

// event is one of a made stream of events.
type event struct {
	at      time.Time
	key     string
	example *Example // nil for a click
}

func events(count int) []event {
	random := rand.New(rand.NewPCG(9, 1))
	var out []event
	for i := range count {
		at := noon.Add(time.Duration(i) * 3 * time.Second)
		if i > 5 && random.Float64() < 0.3 { // a click on one of the last, some late, some twice
			out = append(out, event{at, fmt.Sprint("key ", i-random.IntN(20)), nil})
			continue
		}
		out = append(out, event{at, fmt.Sprint("key ", i), &Example{Dense: []float64{random.Float64()}, Position: 1 + random.IntN(9)}})
	}
	return out
}

func feed(t *testing.T, s *Stream, events []event) {
	t.Helper()
	for _, e := range events {
		s.Advance(e.at)
		var err error
		if e.example != nil {
			err = s.Impression(e.key, *e.example)
		} else {
			err = s.Click(e.key)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAfterARestartTheLastEventsAgainChangeNothing(t *testing.T) {
	all := events(400)
	whole := newStream(t, newModel(t, Options{Dense: numbers(1)}), StreamOptions{})
	feed(t, whole, all)
	for _, at := range []int{0, 1, 57, 200, 399, 400} {
		first := newStream(t, newModel(t, Options{Dense: numbers(1)}), StreamOptions{})
		feed(t, first, all[:at])
		second, err := ReadStream(bytes.NewReader(written(t, first)), StreamOptions{})
		if err != nil {
			t.Fatal(err)
		}
		feed(t, second, all[max(0, at-50):at])
		feed(t, second, all[at:])
		if !bytes.Equal(written(t, second), written(t, whole)) {
			t.Errorf("with a restart after %d events it is another stream: %d learnt, %d without", at, second.Model().Learnt(), whole.Model().Learnt())
		}
	}
}

func TestAStreamStaysSmall(t *testing.T) {
	s := newStream(t, newModel(t, Options{Dense: numbers(1)}), StreamOptions{Waiting: 10, Remember: 20})
	feed(t, s, events(3000))
	if s.Waiting() > 10 || len(s.entries) > 30 || s.closed.len() > 20 || cap(s.closed.entries) > 200 {
		t.Errorf("%d wait, %d are known in %d places", s.Waiting(), len(s.entries), cap(s.closed.entries))
	}
}

func TestFrozenStreamsAreRead(t *testing.T) {
	want := smallStream(t)
	for name, offset := range map[string]float64{"testdata/stream-v1.ftrl": 0, "testdata/stream-v2.ftrl": 0.5} {
		s, err := ReadStream(bytes.NewReader(frozen(t, name, want)), StreamOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for key, state := range map[string]state{"passed": passed, "waits": shown, "clicked": clicked, "early": expected} {
			if s.entries[key] == nil || s.entries[key].state != state {
				t.Errorf("%s: %s is %+v", name, key, s.entries[key])
			}
		}
		if got := s.entries["waits"].example.Offset; got != offset {
			t.Errorf("%s: what waits has the offset %v, want %v", name, got, offset)
		}
		if s.Waiting() != 2 || s.Model().Learnt() != want.Model().Learnt() || !s.now.Equal(want.now) {
			t.Errorf("%s: %d wait, %d learnt at %v", name, s.Waiting(), s.Model().Learnt(), s.now)
		}
	}
	if _, err := ReadStream(bytes.NewReader(written(t, want.Model())), StreamOptions{}); !errors.Is(err, ErrFile) {
		t.Errorf("a model was read as a stream: %v", err)
	}
}

func TestASmallerStreamDropsTheOldest(t *testing.T) {
	s, err := ReadStream(bytes.NewReader(written(t, smallStream(t))), StreamOptions{Waiting: 1, Remember: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Waiting() != 1 || s.closed.len() != 1 || len(s.entries) != 2 || s.entries["clicked"] == nil {
		t.Errorf("%d wait, %d are closed, %v", s.Waiting(), s.closed.len(), s.entries)
	}
}

func TestUnusableEventsAreRefused(t *testing.T) {
	s := newStream(t, newModel(t, Options{Dense: numbers(1)}), StreamOptions{})
	for name, err := range map[string]error{
		"no key":               s.Click(""),
		"a long key":           s.Impression(strings.Repeat("k", maxKey+1), Example{Dense: []float64{1}}),
		"no number":            s.Impression("a", Example{}),
		"an impression no key": s.Impression("", Example{Dense: []float64{1}}),
	} {
		if !errors.Is(err, ErrExample) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewStream(s.Model(), StreamOptions{Wait: -1}); !errors.Is(err, ErrOptions) {
		t.Errorf("a wait below 0: %v", err)
	}
	if len(s.entries) != 0 {
		t.Errorf("%v", s.entries)
	}
}

func TestWhoListensHearsOfAnExampleBeforeItIsLearnt(t *testing.T) {
	m := newModel(t, Options{Dense: numbers(1)})
	var heard []bool
	s := newStream(t, m, StreamOptions{Learning: func(e *Example) {
		heard = append(heard, e.Clicked)
		if learnt := m.Score(Example{Dense: []float64{0}}) != 0; learnt != (len(heard) > 1) {
			t.Errorf("example %d: the model has learnt something is %v", len(heard), learnt)
		}
	}})
	feed(t, s, []event{{noon, "a", &Example{Dense: []float64{0}}}, {noon, "b", &Example{Dense: []float64{0}}}, {noon, "b", nil}})
	s.Advance(noon.Add(time.Minute))
	if !slices.Equal(heard, []bool{true, false}) {
		t.Errorf("heard of %v", heard)
	}
}
