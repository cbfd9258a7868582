package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
)

// startedWork is a Work that waits for its end, and tells when it has begun.
func startedWork(begun chan<- struct{}, end <-chan error) Work {
	return func(ctx context.Context, report func(string, int, int)) (json.RawMessage, error) {
		report("texts", 1, 2)
		begun <- struct{}{}
		select {
		case err := <-end:
			return json.RawMessage(`{"products":3}`), err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// waitOver returns the task once it is over.
func waitOver(t *testing.T, l *List, id string) Task {
	t.Helper()
	for after := int64(0); ; {
		task, err := l.Watch(t.Context(), id, after)
		if err != nil {
			t.Fatal(err)
		}
		if task.Over() {
			return task
		}
		after = task.Version
	}
}

func TestATaskIsSeenRunningAndThenWithWhatCameOfIt(t *testing.T) {
	l := New(t.Context())
	begun, end := make(chan struct{}), make(chan error)
	first := l.Start("reindex", startedWork(begun, end))
	if first.State != Queued || first.ID == "" || first.Over() {
		t.Errorf("a new task is %+v", first)
	}
	<-begun
	if again := l.Start("reindex", startedWork(begun, end)); again.ID != first.ID || again.State != Running || again.Stage != "texts" || again.Done != 1 || again.Total != 2 {
		t.Errorf("another start gives %+v", again)
	}
	end <- nil
	task := waitOver(t, l, first.ID)
	if task.State != Succeeded || string(task.Summary) != `{"products":3}` || task.Started.IsZero() {
		t.Errorf("it ends as %+v", task)
	}
	if _, err := l.Cancel(first.ID); err != nil {
		t.Error(err)
	}
	if after, err := l.Get(first.ID); err != nil || after.State != Succeeded {
		t.Errorf("cancelled after its end it is %+v, %v", after, err)
	}

	next := l.Start("reindex", startedWork(begun, end))
	<-begun
	end <- errors.New("the disk is full")
	if task := waitOver(t, l, next.ID); task.State != Failed || task.Error != "the disk is full" {
		t.Errorf("it ends as %+v", task)
	}
	if all := l.All(); len(all) != 2 || all[0].ID != next.ID {
		t.Errorf("the list is %+v", all)
	}
}

func TestTasksOfTwoKindsRunOneAfterTheOtherAndCanBeCancelled(t *testing.T) {
	l := New(t.Context())
	begun := make(chan struct{})
	running := l.Start("reindex", startedWork(begun, nil))
	<-begun
	waiting := l.Start("train", startedWork(begun, nil))
	never := l.Start("fetch", startedWork(begun, nil))
	for _, id := range []string{never.ID, running.ID} {
		if _, err := l.Cancel(id); err != nil {
			t.Fatal(err)
		}
		if task := waitOver(t, l, id); task.State != Cancelled || task.Error != "" {
			t.Errorf("it ends as %+v", task)
		}
	}
	<-begun
	if task, err := l.Get(waiting.ID); err != nil || task.State != Running {
		t.Errorf("the one that waited is %+v, %v", task, err)
	}
	if task, err := l.Get(never.ID); err != nil || !task.Started.IsZero() {
		t.Errorf("the one that was cancelled as it waited is %+v, %v", task, err)
	}
}

func TestTheEndOfTheListIsThatOfItsTasks(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	l := New(ctx)
	begun := make(chan struct{})
	task := l.Start("reindex", startedWork(begun, nil))
	<-begun
	stop()
	l.Wait()
	if task, err := l.Get(task.ID); err != nil || task.State != Cancelled {
		t.Errorf("%+v, %v", task, err)
	}
	if task := l.Start("reindex", startedWork(begun, nil)); task.State != Cancelled {
		t.Errorf("after the end a task begins as %+v", task)
	}
}

func TestTheLastHundredTasksAreRemembered(t *testing.T) {
	l := New(t.Context())
	begun, end := make(chan struct{}, 1), make(chan error, 1)
	first := l.Start("first", startedWork(begun, nil))
	<-begun
	if _, err := l.Cancel(first.ID); err != nil {
		t.Fatal(err)
	}
	waitOver(t, l, first.ID)
	var last Task
	for range kept {
		last = l.Start("reindex", startedWork(begun, end))
		<-begun
		end <- nil
		waitOver(t, l, last.ID)
	}
	if all := l.All(); len(all) != kept || all[0].ID != last.ID {
		t.Errorf("%d are remembered, the newest is %+v", len(all), all[0])
	}
	for _, ask := range []func() error{
		func() error { _, err := l.Get(first.ID); return err },
		func() error { _, err := l.Cancel(first.ID); return err },
		func() error { _, err := l.Watch(t.Context(), first.ID, 0); return err },
	} {
		if err := ask(); !errors.Is(err, ErrNotFound) {
			t.Errorf("the first is still there: %v", err)
		}
	}
}

func TestWatchingEndsWithItsContext(t *testing.T) {
	l := New(t.Context())
	begun := make(chan struct{})
	task := l.Start("reindex", startedWork(begun, nil))
	<-begun
	task, _ = l.Get(task.ID)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Watch(ctx, task.ID, task.Version); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}
