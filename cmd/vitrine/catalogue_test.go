package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tmaxmax/go-sse"

	"vitrine/catalog"
	"vitrine/catalog/sample"
	"vitrine/indexer"
	"vitrine/web"
	"vitrine/web/tasks"
)

// startServer runs `vitrine serve` in a process of its own, since it starts others of its kind.
func startServer(t *testing.T, args ...string) (command *exec.Cmd, address string) {
	t.Helper()
	command = exec.Command("vitrine", append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...) // testscript's Main put it on the PATH
	var stderr output
	command.Stderr = &stderr
	must(t, command.Start())
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		<-ended
	})
	for {
		if found := served.FindStringSubmatch(stderr.String()); found != nil {
			return command, found[2]
		}
		select {
		case <-ended:
			t.Fatalf("the server ended:\n%s", stderr.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// call sends a request and decodes the answer, which must have a status, into a value, if there is one.
func call(t *testing.T, method, address, body string, status int, into any) http.Header {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	must(t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-ndjson")
	}
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != status {
		t.Fatalf("%s %s: %s\n%s", method, address, response.Status, answer)
	}
	if into != nil {
		must(t, json.Unmarshal(answer, into))
	}
	return response.Header
}

// follow reads the stream of a task until reached says so, or the task is over.
func follow(t *testing.T, address string, reached func(tasks.Task) bool) tasks.Task {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	must(t, err)
	r.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	defer response.Body.Close()
	var task tasks.Task
	for event, err := range sse.Read(response.Body, nil) {
		must(t, err)
		must(t, json.Unmarshal([]byte(event.Data), &task))
		if task.Over() != (event.Type == "done") {
			t.Errorf("event %q tells of %+v", event.Type, task)
		}
		if task.Over() || reached(task) {
			return task
		}
	}
	t.Fatalf("the stream ended with %+v", task)
	return task
}

func never(tasks.Task) bool { return false }

// sampleShop draws a feed, and indexes the first products of it.
func sampleShop(t *testing.T, first int) (feed, dataDir string) {
	t.Helper()
	folder, dataDir := t.TempDir(), t.TempDir()
	feed, err := sample.Generate(t.Context(), folder, sample.Options{PerKind: 6, Size: 64})
	must(t, err)
	some := filepath.Join(folder, "some.jsonl")
	must(t, os.WriteFile(some, firstLines(t, feed, first), 0o644))
	if out, code := vitrine(t, "index", "--data", dataDir, "--feed", some); code != 0 {
		t.Fatalf("index: code %d\n%s", code, out)
	}
	return feed, dataDir
}

// storeUnembedded stores the products of a feed, so that the next build has much to embed.
func storeUnembedded(t *testing.T, feed, dataDir string) {
	t.Helper()
	opened, err := catalog.OpenFeed(feed, catalog.FeedOptions{})
	must(t, err)
	defer opened.Close()
	var products []catalog.Product
	for row := range opened.Rows() {
		must(t, row.Err)
		products = append(products, row.Product)
	}
	store, err := catalog.Open(t.Context(), dataDir)
	must(t, err)
	defer store.Close()
	_, err = store.Apply(t.Context(), products)
	must(t, err)
}

// TestProductsAreChangedAndTheIndexIsBuiltWhileAServerRuns is a day of a shop with its server.
func TestProductsAreChangedAndTheIndexIsBuiltWhileAServerRuns(t *testing.T) {
	feed, dataDir := sampleShop(t, 40)
	_, address := startServer(t, "--data", dataDir, "--images", filepath.Dir(feed))
	api := address + "api/v1/"

	var put struct {
		Added, Changed, Unchanged int
		Rejected                  []struct{ Line int }
	}
	const lamp = `{"id":"zorbo","title":"Zorbo quilp lamp","price_cents":1999,"currency":"EUR","photos":[{"ref":"images/s-sneaker-003.jpg"}]}`
	call(t, "POST", api+"products", "{\"id\":\n"+lamp, 200, &put)
	if put.Added != 1 || len(put.Rejected) != 1 || put.Rejected[0].Line != 1 {
		t.Errorf("the answer is %+v", put)
	}
	call(t, "POST", api+"products", lamp, 200, &put)
	if put.Unchanged != 1 {
		t.Errorf("sent again, the answer is %+v", put)
	}
	var status web.Status
	call(t, "GET", api+"status", "", 200, &status)
	if status.Catalogue.Products != 41 || status.Catalogue.Delta != 1 || status.Generation.Name != "gen-000001" || status.Server == nil {
		t.Errorf("the status is %+v", status)
	}

	location := call(t, "POST", api+"reindex", "", 202, nil).Get("Location")
	if again := call(t, "POST", api+"reindex", "", 202, nil).Get("Location"); again != location {
		t.Errorf("two builds at %s and %s", location, again)
	}
	task := follow(t, address+location[1:], never)
	var run catalog.IndexRun
	must(t, json.Unmarshal(task.Summary, &run))
	if task.State != tasks.Succeeded || run.Generation != "gen-000002" || run.Products != 41 || run.TextsEmbedded+run.PhotosEmbedded+run.PhotoProblems != 0 {
		t.Errorf("the build ended as %+v: %s", task, task.Summary)
	}
	var found struct {
		Hits []struct{ Product catalog.Product }
	}
	call(t, "GET", api+"search?q=zorbo+quilp", "", 200, &found)
	if len(found.Hits) == 0 || found.Hits[0].Product.ID != "zorbo" {
		t.Errorf("the new product is not the first result: %+v", found.Hits)
	}
	call(t, "DELETE", api+"products/zorbo", "", 204, nil)
	call(t, "DELETE", api+"products/zorbo", "", 404, nil)
	call(t, "GET", api+"status", "", 200, &status)
	if status.Catalogue.Products != 40 || status.Catalogue.Delta != 1 || status.LastRun.Generation != "gen-000002" {
		t.Errorf("the status is %+v", status)
	}

	storeUnembedded(t, feed, dataDir)
	location = call(t, "POST", api+"reindex", "", 202, nil).Get("Location")
	follow(t, address+location[1:], func(task tasks.Task) bool { return task.Stage == "texts" || task.Stage == "photos" })
	call(t, "DELETE", address+location[1:], "", 200, nil)
	if task := follow(t, address+location[1:], never); task.State != tasks.Cancelled {
		t.Errorf("the cancelled build ended as %+v", task)
	}
	lock, err := catalog.LockDir(dataDir) // the child has gone with it
	must(t, err)
	location = call(t, "POST", api+"reindex", "", 202, nil).Get("Location")
	if task := follow(t, address+location[1:], never); task.State != tasks.Failed || !strings.Contains(task.Error, "data directory is in use") {
		t.Errorf("beside another writer the build ended as %+v", task)
	}
	must(t, lock.Unlock())
	var list struct{ Tasks []tasks.Task }
	call(t, "GET", api+"tasks", "", 200, &list)
	if len(list.Tasks) != 3 {
		t.Errorf("the tasks are %+v", list.Tasks)
	}
	if live, err := indexer.LiveManifest(dataDir); err != nil || live.Generation != "gen-000002" {
		t.Errorf("live is %s, %v", live.Generation, err)
	}
}

// TestABuildEndsWithItsServer kills a server with SIGKILL, which leaves it no time to stop its child.
func TestABuildEndsWithItsServer(t *testing.T) {
	feed, dataDir := sampleShop(t, 40)
	storeUnembedded(t, feed, dataDir)
	server, address := startServer(t, "--data", dataDir)
	location := call(t, "POST", address+"api/v1/reindex", "", 202, nil).Get("Location")
	follow(t, address+location[1:], func(task tasks.Task) bool { return task.Stage == "texts" || task.Stage == "photos" })
	must(t, server.Process.Kill())

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		lock, err := catalog.LockDir(dataDir)
		if err == nil {
			must(t, lock.Unlock())
			break
		}
		if !errors.Is(err, catalog.ErrLocked) || ctx.Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if live, err := indexer.LiveManifest(dataDir); err != nil || live.Generation != "gen-000001" {
		t.Errorf("live is %s, %v: the build has gone on to its end", live.Generation, err)
	}
}
