package tasks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// kept is how many tasks are remembered; those that are not over are, however many there are.
const kept = 100

// ErrNotFound is wrapped when no task of an id is remembered.
var ErrNotFound = errors.New("no such task")

// List runs tasks, one after the other. Its zero value is not usable; see New.
type List struct {
	ctx  context.Context
	turn chan struct{} // held by the task that runs
	work sync.WaitGroup

	mu    sync.Mutex
	tasks []*entry // by creation
}

// entry is a task of the list, guarded by the list's mutex.
type entry struct {
	Task
	cancel  context.CancelFunc
	changed chan struct{} // closed, and replaced, when the task changes
}

// New returns an empty list. When ctx ends, its tasks are cancelled and no other begins.
func New(ctx context.Context) *List { return &List{ctx: ctx, turn: make(chan struct{}, 1)} }

// Wait returns when the context of the list has ended and all of its tasks have.
func (l *List) Wait() {
	<-l.ctx.Done()
	l.All() // takes its turn behind a Start that has not seen the end
	l.work.Wait()
}

// Start begins a task, unless one of its kind is not over yet: then it returns that one.
func (l *List) Start(kind string, work Work) Task {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.tasks {
		if e.Kind == kind && !e.Over() {
			return e.Task
		}
	}
	ctx, cancel := context.WithCancel(l.ctx)
	e := &entry{
		Task:    Task{ID: strings.ToLower(rand.Text()), Kind: kind, State: Queued, Created: now(), Version: 1},
		cancel:  cancel,
		changed: make(chan struct{}),
	}
	l.tasks = append(l.tasks, e)
	l.forget()
	if ctx.Err() != nil {
		e.end(ctx, ctx.Err())
		return e.Task
	}
	l.work.Go(func() { l.run(ctx, e, work) })
	return e.Task
}

// run waits for the task's turn and does its work.
func (l *List) run(ctx context.Context, e *entry, work Work) {
	defer e.cancel()
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		l.change(e, func() { e.end(ctx, ctx.Err()) })
		return
	}
	l.change(e, func() { e.State, e.Started = Running, now() })
	summary, err := work(ctx, func(stage string, done, total int) {
		l.change(e, func() { e.Stage, e.Done, e.Total = stage, done, total })
	})
	l.change(e, func() { e.Summary = summary; e.end(ctx, err) })
}

// end notes how the task ended. One that was told to stop and did its work all the same has succeeded.
func (e *entry) end(ctx context.Context, err error) {
	e.Ended = now()
	switch {
	case err == nil:
		e.State = Succeeded
	case ctx.Err() != nil:
		e.State = Cancelled
	default:
		e.State, e.Error = Failed, err.Error()
	}
}

// change makes a change to a task and tells who watches it.
func (l *List) change(e *entry, how func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Over() {
		return // a report that came late
	}
	how()
	e.Version++
	close(e.changed)
	e.changed = make(chan struct{})
}

// forget drops the oldest tasks that are over.
func (l *List) forget() {
	for i := 0; len(l.tasks) > kept && i < len(l.tasks); {
		if l.tasks[i].Over() {
			l.tasks = slices.Delete(l.tasks, i, i+1)
		} else {
			i++
		}
	}
}

// All returns the tasks that are remembered, the newest first.
func (l *List) All() []Task {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Task, 0, len(l.tasks))
	for _, e := range slices.Backward(l.tasks) {
		all = append(all, e.Task)
	}
	return all
}

// Get returns a task, or an error that wraps ErrNotFound.
func (l *List) Get(id string) (Task, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.find(id)
	if err != nil {
		return Task{}, err
	}
	return e.Task, nil
}

func (l *List) find(id string) (*entry, error) {
	for _, e := range l.tasks {
		if e.ID == id {
			return e, nil
		}
	}
	return nil, fmt.Errorf("%w: %q: the last %d are remembered, until the server ends", ErrNotFound, id, kept)
}

// Cancel tells a task to stop, which it may take a moment to do, and returns it as it stands. One that is over stays as
// it is. An unknown id is an error that wraps ErrNotFound.
func (l *List) Cancel(id string) (Task, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.find(id)
	if err != nil {
		return Task{}, err
	}
	e.cancel()
	return e.Task, nil
}

// Watch returns a task as soon as its version is greater than after, or at once when it is over. An error is that of ctx
// or wraps ErrNotFound.
func (l *List) Watch(ctx context.Context, id string, after int64) (Task, error) {
	for {
		l.mu.Lock()
		e, err := l.find(id)
		if err != nil {
			l.mu.Unlock()
			return Task{}, err
		}
		t, changed := e.Task, e.changed
		l.mu.Unlock()
		if t.Version > after || t.Over() {
			return t, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Task{}, ctx.Err()
		}
	}
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
