package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vitrine/web/tasks"
)

// build is a Work whose steps the test makes.
type build struct {
	step chan int // done of 3
	end  chan error
}

func newBuild() *build { return &build{step: make(chan int), end: make(chan error)} }

func (b *build) work(ctx context.Context, report func(string, int, int)) (json.RawMessage, error) {
	for {
		select {
		case done := <-b.step:
			report("texts", done, 3)
		case err := <-b.end:
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func taskOf(t *testing.T, body string) tasks.Task {
	t.Helper()
	var task tasks.Task
	if err := json.Unmarshal([]byte(body), &task); err != nil {
		t.Fatal(err, body)
	}
	return task
}

// awaitState asks for a task until it has a state.
func awaitState(t *testing.T, d described, h http.Handler, path string, state tasks.State) tasks.Task {
	t.Helper()
	for {
		response, body := d.ask(t, h, local("GET", path, "", ""), true)
		wantStatus(t, response, body, 200)
		if task := taskOf(t, body); task.State == state || task.Over() {
			if task.State != state {
				t.Fatalf("it ended as %+v", task)
			}
			return task
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAPIReindexIsATaskThatCanBeAskedForAndCancelled(t *testing.T) {
	d, b := loadDescription(t), newBuild()
	h := New(newFakeShop(t), Options{Tasks: tasks.New(t.Context()), Reindex: b.work})
	response, body := d.ask(t, h, local("POST", "/api/v1/reindex", "", ""), true)
	wantStatus(t, response, body, 202)
	first, path := taskOf(t, body), response.Header.Get("Location")
	b.step <- 2
	response, body = d.ask(t, h, local("POST", "/api/v1/reindex", "", ""), true)
	wantStatus(t, response, body, 202)
	if again := taskOf(t, body); again.ID != first.ID || response.Header.Get("Location") != path {
		t.Errorf("the second build is %s at %s", body, response.Header.Get("Location"))
	}
	awaitState(t, d, h, path, tasks.Running)
	response, body = d.ask(t, h, local("DELETE", path, "", ""), true)
	wantStatus(t, response, body, 200)
	awaitState(t, d, h, path, tasks.Cancelled)

	response, body = d.ask(t, h, local("POST", "/api/v1/reindex", "", ""), true)
	wantStatus(t, response, body, 202)
	b.end <- errors.New("the disk is full: free some space")
	if failed := awaitState(t, d, h, response.Header.Get("Location"), tasks.Failed); failed.Error != "the disk is full: free some space" {
		t.Errorf("it failed as %+v", failed)
	}
	response, body = d.ask(t, h, local("GET", "/api/v1/tasks", "", ""), true)
	wantStatus(t, response, body, 200)
	var list struct{ Tasks []tasks.Task }
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Tasks) != 2 || list.Tasks[1].ID != first.ID {
		t.Errorf("the list is %s, %v", body, err)
	}
	for _, method := range []string{"GET", "DELETE"} {
		response, body = d.ask(t, h, local(method, "/api/v1/tasks/nosuchtask", "", ""), true)
		wantStatus(t, response, body, 404)
		wantText(t, body, "no-task")
	}
	stream := local("GET", "/api/v1/tasks/nosuchtask", "", "")
	stream.Header.Set("Accept", "text/event-stream")
	response, body = d.ask(t, h, stream, true)
	wantStatus(t, response, body, 404)
}

// sseEvent is what a client reads of a stream: an event, or a comment.
type sseEvent struct{ id, name, data, comment string }

// readEvent reads up to the next empty line; false at the end of the stream.
func readEvent(t *testing.T, lines *bufio.Scanner) (e sseEvent, ok bool) {
	t.Helper()
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			if value == "" {
				return e, true
			}
			e.comment = value
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal("the stream broke:", err)
	}
	return e, false
}

func openStream(t *testing.T, address, lastEventID string) (*http.Response, *bufio.Scanner) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response, bufio.NewScanner(response.Body)
}

// The stream must outlive the server's time limits, which are for requests that are answered at once.
func TestAPITaskIsStreamedPastTheServersTimeLimits(t *testing.T) {
	b := newBuild()
	shop := newSite(newFakeShop(t), Options{Tasks: tasks.New(t.Context()), Reindex: b.work}.WithDefaults())
	shop.heartbeat = 30 * time.Millisecond
	server := httptest.NewUnstartedServer(shop.handler())
	server.Config.ReadTimeout, server.Config.WriteTimeout = 60*time.Millisecond, 60*time.Millisecond
	server.Start()
	defer server.Close()

	started, err := http.Post(server.URL+"/api/v1/reindex", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = started.Body.Close()
	address := server.URL + started.Header.Get("Location")
	response, stream := openStream(t, address, "")
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("it is %s", kind)
	}
	heartbeats := 0
	for heartbeats < 6 { // three times as long as the limits
		e, ok := readEvent(t, stream)
		if !ok {
			t.Fatalf("the stream ended after %d heartbeats", heartbeats)
		}
		if e.comment != "" {
			heartbeats++
		}
	}
	var last sseEvent
	for done := 1; done <= 3; done++ {
		b.step <- done
		for last.comment != "" || last.name == "" || taskOf(t, last.data).Done != done {
			var ok bool
			if last, ok = readEvent(t, stream); !ok || last.name == "done" {
				t.Fatalf("step %d is not told: %+v", done, last)
			}
		}
	}
	// Somebody else comes back after the last event, hears nothing of it again, and of the end.
	_, again := openStream(t, address, last.id)
	b.end <- nil
	for _, lines := range []*bufio.Scanner{stream, again} {
		var e sseEvent
		for ok := true; e.name != "done"; {
			if e, ok = readEvent(t, lines); !ok || e.name == "progress" {
				t.Fatalf("instead of the end it is told %+v", e)
			}
		}
		if task := taskOf(t, e.data); task.State != tasks.Succeeded || e.id == last.id {
			t.Errorf("the end is %+v", e)
		}
		if e, more := readEvent(t, lines); more {
			t.Errorf("after the end it is told %+v", e)
		}
	}
	response, _ = openStream(t, address, "1")
	if response.StatusCode != 200 {
		t.Errorf("who missed the end gets %s", response.Status)
	}
	response, _ = openStream(t, address, "1000000")
	if response.StatusCode != http.StatusNoContent {
		t.Errorf("who has heard the end gets %s", response.Status)
	}
}

func TestABrowserFollowsATask(t *testing.T) {
	b := newBuild()
	server := httptest.NewServer(New(newFakeShop(t), Options{Tasks: tasks.New(t.Context()), Reindex: b.work}))
	defer server.Close()
	page := openTab(t, openBrowser(t), server.URL)
	page.open("/")
	page.do(run(`fetch("/api/v1/reindex", {method: "POST"}).then(response => {
		window.heard = [];
		const events = new EventSource(response.headers.get("Location")); // which comes back by itself
		events.addEventListener("progress", event => heard.push(JSON.parse(event.data).stage + " " + JSON.parse(event.data).done));
		events.addEventListener("done", event => heard.push(JSON.parse(event.data).state));
		window.events = events;
	}), true`))
	b.step <- 1
	page.await(`window.heard && heard.includes("texts 1")`)
	b.step <- 2
	page.await(`heard.includes("texts 2")`)
	b.end <- nil
	page.await(`heard.at(-1) === "succeeded"`)
	page.await(`events.readyState === EventSource.CLOSED`) // by 204
	page.wantQuiet()
}
