package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"vitrine/web/tasks"
)

// reindexKind is the kind of the tasks that build the index anew.
const reindexKind = "reindex"

// apiReindex starts to build the index anew, or answers with the build that is under way.
func (s *site) apiReindex(w http.ResponseWriter, _ *http.Request) error {
	if s.opts.Tasks == nil || s.opts.Reindex == nil {
		return errNotOffered
	}
	t := s.opts.Tasks.Start(reindexKind, s.opts.Reindex)
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Location", "/api/v1/tasks/"+url.PathEscape(t.ID))
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write(append(data, '\n')) // the client may have gone
	return nil
}

// apiTasks lists the tasks that are remembered, the newest first.
func (s *site) apiTasks(w http.ResponseWriter, _ *http.Request) error {
	if s.opts.Tasks == nil {
		return errNotOffered
	}
	return sendJSON(w, struct {
		Tasks []tasks.Task `json:"tasks"`
	}{s.opts.Tasks.All()})
}

// apiTask answers with a task as it stands or, to who asks for text/event-stream, with its changes until it is over.
func (s *site) apiTask(w http.ResponseWriter, r *http.Request) error {
	if s.opts.Tasks == nil {
		return errNotOffered
	}
	if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		return s.streamTask(w, r, r.PathValue("id"))
	}
	t, err := s.opts.Tasks.Get(r.PathValue("id"))
	if err != nil {
		return err
	}
	return sendJSON(w, t)
}

// apiCancelTask tells a task to stop.
func (s *site) apiCancelTask(w http.ResponseWriter, r *http.Request) error {
	if s.opts.Tasks == nil {
		return errNotOffered
	}
	t, err := s.opts.Tasks.Cancel(r.PathValue("id"))
	if err != nil {
		return err
	}
	return sendJSON(w, t)
}
