package simulation

import (
	"context"
	"errors"
	"reflect"
	"testing"
)

func TestAPushedProductIsLookedForInSearchesOfItsType(t *testing.T) {
	options := small()
	options.Bots = &Bots{}
	s := newShop(t, options)
	tasks, err := s.TasksOf(s.Target(), 40, 1)
	if err != nil || len(tasks) != 40 {
		t.Fatal(len(tasks), err)
	}
	for _, task := range tasks {
		if task.Intent.kind != s.items[s.byID[s.Target()]].kind || task.Query.Limit != pushedDepth {
			t.Errorf("%+v for %+v", task.Query, task.Intent)
		}
	}
	again, err := s.TasksOf(s.Target(), 40, 1)
	if err != nil || !reflect.DeepEqual(tasks, again) {
		t.Error("the same seed gives other tasks")
	}
	if _, err := s.TasksOf("nothing", 1, 1); !errors.Is(err, ErrOptions) {
		t.Errorf("error = %v", err)
	}
	places, err := Place(t.Context(), tasks, Ranking("first", sampleSearch()), s.Target())
	if err != nil || len(places) < 10 {
		t.Fatal(len(places), err)
	}
	for _, task := range tasks {
		found, err := sampleSearch()(t.Context(), task.Query)
		if err != nil {
			t.Fatal(err)
		}
		if at, placed := places[task.ID]; placed && found.Hits[at-1].Product.ID != s.Target() {
			t.Errorf("%s is placed %d", task.ID, at)
		}
	}
	broken := errors.New("index is gone")
	if _, err := Place(t.Context(), tasks, Contender{"bad", func(context.Context, *Task) ([]string, error) { return nil, broken }}, s.Target()); !errors.Is(err, broken) {
		t.Errorf("error = %v", err)
	}
}

func TestALiftIsTheMeanOverWhatBothFind(t *testing.T) {
	before := Places{"a": 9, "b": 4, "only before": 1}
	after := Places{"a": 2, "b": 5, "only after": 1}
	if got, want := before.Lift(after), (Lift{Tasks: 2, From: 6.5, Ranks: 3}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := before.Lift(nil); got != (Lift{}) {
		t.Errorf("with nothing in common: %+v", got)
	}
}
