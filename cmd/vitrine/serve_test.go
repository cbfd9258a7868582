package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// chairShop indexes three products.
func chairShop(t *testing.T) (dataDir string) {
	t.Helper()
	dataDir = filepath.Join(t.TempDir(), "shop")
	feed := filepath.Join(t.TempDir(), "feed.jsonl")
	must(t, os.WriteFile(feed, []byte(`{"id":"1","title":"Oak chair"}`+"\n"+`{"id":"2","title":"Pine chair"}`+"\n"+`{"id":"3","title":"Brass lamp"}`+"\n"), 0o644))
	if out, code := vitrine(t, "index", "--data", dataDir, "--feed", feed); code != 0 {
		t.Fatalf("index has code %d:\n%s", code, out)
	}
	return dataDir
}

// waitFor returns the first group of a pattern in what a server tells.
func waitFor(t *testing.T, told *output, pattern string) string {
	t.Helper()
	for range 600 {
		if found := regexp.MustCompile(pattern).FindStringSubmatch(told.String()); found != nil {
			return found[1]
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s is not told:\n%s", pattern, told.String())
	return ""
}

func fetch(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := http.Get(url)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(text)
}

func TestServeLogsRecordsAndKeepsMetricsForTheAdminListener(t *testing.T) {
	dataDir := chairShop(t)
	ctx, interrupt := context.WithCancel(t.Context())
	var stdout, stderr output
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--data", dataDir, "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--log", "json", "--log-level", "debug"}, &stdout, &stderr)
	}()
	shop := waitFor(t, &stderr, `"msg":"serving gen-\d+ on (http://[^/]+)/`)
	admin := waitFor(t, &stderr, `"msg":"metrics and profiles on (http://[^/]+)/`)

	if status, body := fetch(t, shop+"/api/v1/search?q=5ecr3t&client_id=5ecr3t"); status != 200 {
		t.Errorf("a search gets %d: %s", status, body)
	}
	if status, _ := fetch(t, shop+"/metrics"); status != 404 {
		t.Errorf("/metrics of the shop: %d", status)
	}
	for path, want := range map[string]string{"/metrics": "vitrine_searches_total", "/debug/pprof/goroutine?debug=1": "goroutine profile", "/readyz": `"status":"ok","generation":"gen-000001"`} {
		if status, body := fetch(t, admin+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s of the admin listener: %d %s", path, status, body)
		}
	}
	must(t, os.MkdirAll(filepath.Join(dataDir, "ranker"), 0o755))
	must(t, os.WriteFile(filepath.Join(dataDir, "ranker", "CURRENT"), []byte("nothing\n"), 0o644))
	for range 100 { // the server looks at it within seconds
		if _, body := fetch(t, shop+"/healthz"); strings.Contains(body, `"ranker-unusable"`) {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if status, body := fetch(t, shop+"/healthz"); status != 200 || !strings.Contains(body, `{"part":"ranker","status":"degraded","faults":[{"code":"ranker-unusable"`) {
		t.Errorf("with a ranker that cannot be used: %d %s", status, body)
	}

	interrupt()
	if got := <-code; got != 0 && got != exitInterrupted {
		t.Errorf("serve ends with %d", got)
	}
	levels := map[string]string{}
	for line := range strings.Lines(stderr.String()) {
		var record struct{ Level, Msg, Route string }
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			if !strings.HasPrefix(line, "vitrine: interrupted") {
				t.Errorf("%q is no record", line)
			}
			continue
		}
		levels[record.Msg+record.Route] = record.Level
	}
	if levels["request/api/v1/search"] != "DEBUG" || levels["serving gen-000001 on "+shop+"/ (Ctrl-C ends it)"] != "INFO" {
		t.Errorf("the records are %v", levels)
	}
	if strings.Contains(stderr.String(), "5ecr3t") {
		t.Errorf("the log holds what was searched for:\n%s", stderr.String())
	}
}

func TestAdminAddressesThatOthersReachAreRefused(t *testing.T) {
	out, code := vitrine(t, "serve", "--data", chairShop(t), "--addr", "127.0.0.1:0", "--admin-addr", "0.0.0.0:0")
	if code != exitFailed || !strings.Contains(out, "--admin-addr: ") || !strings.Contains(out, "loopback") {
		t.Errorf("code %d: %s", code, out)
	}
}

// TestATerminatedServerFinishesWhatIsUnderWayAndTakesNoMore sends SIGTERM to a server in a process of its own while a
// request is half sent.
func TestATerminatedServerFinishesWhatIsUnderWayAndTakesNoMore(t *testing.T) {
	dataDir := chairShop(t)
	server := exec.CommandContext(t.Context(), "vitrine", "serve", "--data", dataDir, "--addr", "127.0.0.1:0") // testscript's Main put it on the PATH
	var told output
	server.Stderr = &told
	must(t, server.Start())
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	address := waitFor(t, &told, `serving gen-\d+ on http://([^/]+)/`)

	connection, err := net.Dial("tcp", address)
	must(t, err)
	defer connection.Close()
	body := `{"query":"oak chair"}`
	fmt.Fprintf(connection, "POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	answer := bufio.NewReader(connection)
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") { // the handler reads: the request is under way
		t.Fatalf("instead of 100 Continue: %q, %v", line, err)
	}
	_, err = fmt.Fprint(connection, body[:5])
	must(t, err)
	must(t, server.Process.Signal(syscall.SIGTERM))
	for refused := false; !refused; time.Sleep(10 * time.Millisecond) {
		late, err := net.Dial("tcp", address)
		if refused = err != nil; !refused {
			_ = late.Close()
		}
		select {
		case err := <-ended:
			t.Fatalf("the server ended (%v) with a request under way:\n%s", err, told.String())
		default:
		}
	}
	_, err = fmt.Fprint(connection, body[5:])
	must(t, err)
	_, err = answer.ReadString('\n') // the blank line after 100 Continue
	must(t, err)
	response, err := http.ReadResponse(answer, nil)
	must(t, err)
	text, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != 200 || !strings.Contains(string(text), "Oak chair") {
		t.Errorf("the request under way gets %d: %s", response.StatusCode, text)
	}
	if err := <-ended; err != nil && server.ProcessState.ExitCode() != exitInterrupted {
		t.Errorf("the server ended with %v:\n%s", err, told.String())
	}
}
