package simulation

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"vitrine/catalog"
	"vitrine/retrieval"
)

func TestLaterTasksFollowSearchesOfTheSameVisit(t *testing.T) {
	s := newShop(t, small())
	const n = 120
	first := s.Tasks(n, 1)
	byID := map[string]*Task{}
	for i := range first {
		byID[first[i].ID] = &first[i]
	}
	tasks, err := s.LaterTasks(t.Context(), n, 1, sampleSearch())
	if err != nil {
		t.Fatal(err)
	}
	earlier, clicked := map[int]int{}, 0
	for _, task := range tasks {
		same := byID[task.ID]
		if task.Visitor.ID != same.Visitor.ID || !reflect.DeepEqual(task.Intent, same.Intent) || task.Returning != same.Returning {
			t.Fatalf("%+v is not of the visit of %+v", task, same)
		}
		earlier[len(task.Earlier)]++
		if task.afterClick() {
			clicked++
		}
		at := same.Query.Shopper.At
		for _, a := range task.Earlier {
			if a.Query.Time.Before(at) || a.Query.ClientID != task.Visitor.ID || len(a.Events) < len(a.Query.HitIDs) {
				t.Errorf("a search of %v at %v of a visit that began at %v, with %d events", a.Query.ClientID, a.Query.Time, at, len(a.Events))
			}
			for _, e := range a.Events {
				if e.Time.Before(at) || e.Action == catalog.ActionPurchase || !slices.Contains(a.Query.HitIDs, string(e.Attributes.Object.ID)) {
					t.Errorf("event %+v", e)
				}
				at = e.Time
			}
		}
		if !task.Query.Shopper.At.After(at) {
			t.Errorf("the search at %v does not follow what was done at %v", task.Query.Shopper.At, at)
		}
	}
	if len(tasks) < n*9/10 || len(earlier) != 2 || earlier[1] < n/4 || earlier[2] < n/4 || clicked == 0 || clicked == len(tasks) {
		t.Errorf("%d tasks, of them by number of searches before %v, %d after a click", len(tasks), earlier, clicked)
	}

	again, err := s.LaterTasks(t.Context(), n, 1, sampleSearch())
	if err != nil || !reflect.DeepEqual(tasks, again) {
		t.Errorf("the same seed gives other tasks: %v", err)
	}
}

func TestLaterTasksEndWithAnErrorOrTheirContext(t *testing.T) {
	s := newShop(t, small())
	broken := errors.New("index is gone")
	var calls atomic.Int32
	failing := func(context.Context, retrieval.Query) (*retrieval.Response, error) {
		calls.Add(1)
		return nil, broken
	}
	if _, err := s.LaterTasks(t.Context(), 50, 1, failing); !errors.Is(err, broken) || !strings.Contains(err.Error(), "search") || calls.Load() == 50 {
		t.Errorf("error = %v after %d calls", err, calls.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.LaterTasks(ctx, 5, 1, sampleSearch()); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestWhatWasClickedCanBeSetApart(t *testing.T) {
	s := newShop(t, small())
	tasks, err := s.LaterTasks(t.Context(), 60, 1, sampleSearch())
	if err != nil {
		t.Fatal(err)
	}
	clickedFirst := Contender{"clicked first", func(ctx context.Context, task *Task) ([]string, error) {
		ids, err := Ranking("", sampleSearch()).Rank(ctx, task)
		isOther := func(id string) int {
			if slices.Contains(task.clicked(), id) {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(ids, func(a, b string) int { return isOther(a) - isOther(b) })
		return ids, err
	}}
	figures, err := s.Evaluate(t.Context(), tasks, []Contender{Ranking("as found", sampleSearch()), clickedFirst})
	if err != nil {
		t.Fatal(err)
	}
	gains := map[string]float64{}
	for _, f := range figures {
		if f.Against != nil {
			gains[f.Group] = f.Against.Difference
		}
	}
	if others, measured := gains["after a click, others"]; gains["after a click"] <= 0 || !measured || others != 0 {
		t.Errorf("clicked products first gain %v, by group", gains)
	}
}
