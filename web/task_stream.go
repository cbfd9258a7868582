package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"vitrine/web/tasks"
)

const (
	heartbeatEvery = 15 * time.Second // a stream on which nothing else is said
	streamTimeout  = 10 * time.Second // to write one event
)

// streamTask sends server-sent events: progress with each change of a task, as it stands then, and done at its end. Who comes
// back with the id of an event is told what came after it; after the last, 204 tells a browser to come back no more.
func (s *site) streamTask(w http.ResponseWriter, r *http.Request, id string) error {
	after, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // 0 = from the beginning
	t, err := s.opts.Tasks.Get(id)
	if err != nil {
		return err
	}
	if t.Over() && t.Version <= after {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	stream := http.NewResponseController(w)
	if err := stream.SetReadDeadline(time.Time{}); err != nil { // it would end the request's context
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // proxies pass each event on at once
	for !t.Over() || t.Version > after {
		event, err := s.nextEvent(r.Context(), id, after, &t)
		if err != nil {
			return nil // the client has gone, or the task is forgotten
		}
		after = t.Version
		if err := sendEvent(w, stream, event); err != nil {
			return nil // the client has gone
		}
	}
	return nil
}

// nextEvent waits for a change of the task after a version and puts it into t, or returns a heartbeat.
func (s *site) nextEvent(ctx context.Context, id string, after int64, t *tasks.Task) ([]byte, error) {
	waiting, cancel := context.WithTimeout(ctx, s.heartbeat)
	defer cancel()
	now, err := s.opts.Tasks.Watch(waiting, id, after)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return []byte(": heartbeat\n\n"), nil
	}
	if err != nil {
		return nil, err
	}
	*t = now
	name := "progress"
	if now.Over() {
		name = "done"
	}
	data, err := json.Marshal(now)
	return fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n\n", now.Version, name, data), err
}

func sendEvent(w http.ResponseWriter, stream *http.ResponseController, event []byte) error {
	if err := stream.SetWriteDeadline(time.Now().Add(streamTimeout)); err != nil {
		return err
	}
	if _, err := w.Write(event); err != nil {
		return err
	}
	return stream.Flush()
}
