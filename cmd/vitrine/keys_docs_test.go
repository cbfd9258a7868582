package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
)

// exampleLine is a command of a document: four blanks, the command, and for curl the status that it gets.
var exampleLine = regexp.MustCompile(`(?m)^    ((?:export|vitrine|curl) .*?)(?: +# (\d{3}))?$`)

// TestTheExamplesOfKeysDoWhatTheySay runs the commands of docs/keys.md, in order, against a server that had no keys when it began.
func TestTheExamplesOfKeysDoWhatTheySay(t *testing.T) {
	for _, needed := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skipf("%s is not installed", needed)
		}
	}
	folder := t.TempDir()
	shop := filepath.Join(folder, "shop")
	feed := filepath.Join(folder, "feed.csv")
	must(t, os.WriteFile(feed, []byte("id,title\na,Red shoes\nb,Blue lamp\n"), 0o644))
	if out, code := vitrine(t, "index", "--data", shop, "--feed", feed); code != 0 {
		t.Fatalf("index: code %d\n%s", code, out)
	}
	_, address := startServer(t, "--data", shop)

	document, err := os.ReadFile(filepath.Join(repository, "docs", "keys.md"))
	must(t, err)
	script := []string{"set -e", `curl() { command curl -s -o /dev/null -w '%{http_code}\n' "$@"; }`}
	var want []string
	for _, found := range exampleLine.FindAllStringSubmatch(string(document), -1) {
		command, status := found[1], found[2]
		if strings.HasPrefix(command, "vitrine") {
			command += " >/dev/null"
		}
		if strings.HasPrefix(command, "curl") != (status != "") {
			t.Errorf("an example with curl says which status it gets, and no other does: %s", command)
		}
		if status != "" {
			want = append(want, status)
		}
		script = append(script, strings.ReplaceAll(command, "http://127.0.0.1:8080/", address))
	}
	if len(want) < 5 {
		t.Fatalf("%d examples were found: the test looks in the wrong place", len(want))
	}
	run := exec.CommandContext(t.Context(), "sh", "-c", strings.Join(script, "\n"))
	run.Dir, run.Stderr = folder, t.Output()
	out, err := run.Output()
	if got := strings.Fields(string(out)); err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the examples get %q, want %q, %v", got, want, err)
	}
}

// TestAServerIsOpenedToOthersByAKey starts servers on all addresses and private ones, without keys and with.
func TestAServerIsOpenedToOthersByAKey(t *testing.T) {
	folder := t.TempDir()
	shop, feed := filepath.Join(folder, "shop"), filepath.Join(folder, "feed.csv")
	must(t, os.WriteFile(feed, []byte("id,title\na,Red shoes\nb,Blue lamp\n"), 0o644))
	if out, code := vitrine(t, "index", "--data", shop, "--feed", feed); code != 0 {
		t.Fatalf("index: code %d\n%s", code, out)
	}
	for _, args := range [][]string{{"--addr", "0.0.0.0:0"}, {"--private"}, {"--cors", "https://shop.example/path"}, {"--proxy", "proxy.example"}} {
		if out, code := vitrine(t, append([]string{"serve", "--data", shop}, args...)...); code == 0 {
			t.Errorf("serve %q runs: %s", args, out)
		} else if !strings.Contains(out, "keys create") && !strings.Contains(out, "write") {
			t.Errorf("serve %q does not say what to do: %s", args, out)
		}
	}
	store, err := catalog.Open(t.Context(), shop)
	must(t, err)
	_, text, err := store.CreateKey(t.Context(), "a", []catalog.Scope{catalog.ScopeSearch}, time.Now(), time.Time{})
	must(t, err)
	must(t, store.Close())
	_, address := startServer(t, "--data", shop, "--addr", "0.0.0.0:0", "--private", "--proxy", "10.0.0.0/8", "--cors", "https://shop.example")
	address = strings.TrimSuffix(address, "/")
	port := address[strings.LastIndex(address, ":")+1:]
	for key, status := range map[string]int{"": 401, text: 200} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:"+port+"/api/v1/search?q=shoes", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+key)
		response, err := http.DefaultClient.Do(r)
		must(t, err)
		must(t, response.Body.Close())
		if response.StatusCode != status {
			t.Errorf("with the key %q a search gets %d", key, response.StatusCode)
		}
	}
}
