package simulation

import (
	"cmp"
	"container/heap"
	"context"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"vitrine/retrieval"
)

// Search is what is simulated upon. It is called by several goroutines at once.
type Search func(ctx context.Context, q retrieval.Query) (*retrieval.Response, error)

// Sink takes what happens, in order of time, from one goroutine. What it is given it may keep and must not change. An
// error ends the run.
type Sink interface {
	Page(p *Page) error   // before its events
	Event(e *Event) error // impressions, clicks, carts and purchases
}

// Run lets all visitors come. Searches of one batch of time run side by side and do not see each other's events;
// before each batch the sink has got all that happened until then, and before a search all that was done about the
// ones before it in the same visit, so that a ranker may learn from it. The same options give the same pages and
// events, if the search answers by its query and by what the sink has got.
func (s *Shop) Run(ctx context.Context, search Search, sink Sink) error {
	waiting := queue(s.visits()) // sorted, which is a heap
	total, over := len(waiting), 0
	var out outbox
	for len(waiting) > 0 {
		begin := waiting[0].at
		if err := out.flush(s.opts.Start.Add(begin), sink); err != nil {
			return err
		}
		var batch []*visit
		for len(waiting) > 0 && waiting[0].at <= begin+s.opts.Batch && waiting[0].quiet <= begin {
			batch = append(batch, heap.Pop(&waiting).(*visit))
		}
		pages, err := s.answer(ctx, batch, search)
		if err != nil {
			return err
		}
		for i, v := range batch {
			events, goesOn := s.react(v, pages[i])
			out.add(pages[i], events)
			if goesOn {
				heap.Push(&waiting, v)
			} else {
				over++
			}
		}
		if s.opts.Progress != nil {
			s.opts.Progress(over, total)
		}
	}
	return out.flush(time.Time{}, sink)
}

// answer makes the next search of each visit.
func (s *Shop) answer(ctx context.Context, batch []*visit, search Search) ([]*Page, error) {
	pages := make([]*Page, len(batch))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, v := range batch {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			pages[i], err = s.ask(ctx, v, search)
			return err
		})
	}
	return pages, group.Wait()
}

// queue is a heap of visits by the time of their next search.
type queue []*visit

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return byTime(q[i], q[j]) < 0 }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(v any)        { *q = append(*q, v.(*visit)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	v := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return v
}

// outbox holds what has not happened yet.
type outbox []parcel

// parcel is a page or an event.
type parcel struct {
	at    time.Time
	page  *Page
	event Event
}

func (o *outbox) add(p *Page, events []Event) {
	*o = append(*o, parcel{at: p.Query.Time, page: p})
	for _, e := range events {
		*o = append(*o, parcel{at: e.Time, event: e})
	}
}

// flush gives out what happens before a time, the zero time = all. What happens at once keeps its order.
func (o *outbox) flush(before time.Time, sink Sink) error {
	slices.SortStableFunc(*o, func(a, b parcel) int { return a.at.Compare(b.at) })
	n := len(*o)
	if !before.IsZero() {
		n, _ = slices.BinarySearchFunc(*o, before, func(p parcel, t time.Time) int { return cmp.Or(p.at.Compare(t), 1) })
	}
	for i := range *o {
		if i == n {
			break
		}
		p := &(*o)[i]
		var err error
		if p.page != nil {
			err = sink.Page(p.page)
		} else {
			err = sink.Event(&p.event)
		}
		if err != nil {
			return err
		}
	}
	*o = append(outbox(nil), (*o)[n:]...)
	return nil
}
