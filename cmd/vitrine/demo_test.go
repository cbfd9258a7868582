package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// output collects what a verb prints while it runs.
type output struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.String()
}

var served = regexp.MustCompile(`serving (gen-\d+) on (http://\S+/)`)

// startDemo runs `vitrine demo` and returns its address and folder. The demo is
// interrupted when the test ends, and must then end in order.
func startDemo(t *testing.T) (address, dataDir string) {
	t.Helper()
	dataDir = t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	var stdout, stderr output
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"demo", "--data", dataDir, "--addr", "127.0.0.1:0"}, &stdout, &stderr)
	}()
	t.Cleanup(func() {
		interrupt()
		if got := <-code; got != 0 && got != exitInterrupted {
			t.Errorf("the interrupted demo ended with code %d:\n%s", got, stderr.String())
		}
	})
	for {
		if found := served.FindStringSubmatch(stderr.String()); found != nil {
			if !strings.Contains(stdout.String(), "search by photo") {
				t.Errorf("the demo does not show what can be found:\n%s", stdout.String())
			}
			return found[2], dataDir
		}
		select {
		case got := <-code:
			code <- got
			t.Fatalf("the demo ended with code %d:\n%s%s", got, stdout.String(), stderr.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TestDemo walks through what a newcomer's first command brings up.
func TestDemo(t *testing.T) {
	address, dataDir := startDemo(t)
	t.Run("it is healthy", func(t *testing.T) { checkHealth(t, address) })
	t.Run("the API finds a red dress and explains its score", func(t *testing.T) { searchByAPI(t, address) })
	t.Run("the API completes what is typed", func(t *testing.T) { completeByAPI(t, address) })
	t.Run("the API keeps what a shopper did", func(t *testing.T) { recordByAPI(t, address, dataDir) })
	t.Run("a shopper searches by words and by a photo", func(t *testing.T) { searchInBrowser(t, address, dataDir) })
}

func checkHealth(t *testing.T, address string) {
	for _, path := range []string{"healthz", "readyz", ""} {
		response, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("GET /%s answers %s", path, response.Status)
		}
	}
}

func completeByAPI(t *testing.T, address string) {
	response, err := http.Get(address + "api/v1/suggest?q=sneker")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var found retrieval.Suggestions
	if err := json.NewDecoder(response.Body).Decode(&found); err != nil {
		t.Fatal(err)
	}
	if len(found.Suggestions) != retrieval.DefaultSuggestions || found.Suggestions[0].Filter != "category=Sneakers" {
		t.Errorf("sneker is completed by %+v", found.Suggestions)
	}
}

// recordByAPI searches as a visitor and clicks twice, once without a token. Another process counts that beside the server.
func recordByAPI(t *testing.T, address, dataDir string) {
	response, err := http.Get(address + "api/v1/search?q=red+dress&client_id=c")
	must(t, err)
	defer response.Body.Close()
	var found struct {
		QueryID string `json:"query_id"`
		Hits    []struct {
			Impression string          `json:"impression"`
			Product    catalog.Product `json:"product"`
		} `json:"hits"`
	}
	must(t, json.NewDecoder(response.Body).Decode(&found))
	click := func(id, token string) string {
		return fmt.Sprintf(`{"event_id":%q,"action_name":"click","query_id":%q,"client_id":"c","timestamp":%q,"event_attributes":{"object":{"object_id":%q},"position":{"ordinal":1},"impression":%q}}`,
			id, found.QueryID, time.Now().UTC().Format(time.RFC3339), found.Hits[0].Product.ID, token)
	}
	body := click("e1", found.Hits[0].Impression) + "\n" + click("e2", "")
	response, err = http.Post(address+"api/v1/events", "application/x-ndjson", strings.NewReader(body))
	must(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("POST /api/v1/events answers %s", response.Status)
	}
	var stats catalog.EventStats
	for range 100 { // answers are written within a second: this one and that of the start page, which was looked at before
		var stdout, stderr output
		if code := run(t.Context(), []string{"events", "stats", "--data", dataDir, "--json"}, &stdout, &stderr); code != 0 {
			t.Fatalf("vitrine events stats ends with %d: %s", code, stderr.String())
		}
		must(t, json.Unmarshal([]byte(stdout.String()), &stats))
		if stats.Queries > 1 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if stats.Queries != 2 || stats.Served != 2 || stats.Actions["click"] != 2 || len(stats.Doubted) != 1 || stats.Doubted["no impression token"] != 1 {
		t.Errorf("it is kept as %+v", stats)
	}
}

func searchByAPI(t *testing.T, address string) {
	response, err := http.Get(address + "api/v1/search?q=red+dress&explain=true&limit=5")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var found retrieval.Response
	if err := json.NewDecoder(response.Body).Decode(&found); err != nil {
		t.Fatal(err)
	}
	if len(found.Hits) != 5 {
		t.Fatalf("got %d hits, want 5", len(found.Hits))
	}
	if first := found.Hits[0].Product; first.Colour != "red" || first.Category[len(first.Category)-1] != "Dresses" {
		t.Errorf("the first hit for a red dress is %q", first.Title)
	}
	for _, hit := range found.Hits {
		sum := 0.0
		for _, feature := range hit.Ledger.Features {
			sum += feature.Contribution
		}
		for _, rule := range hit.Ledger.Rules {
			sum += rule.Contribution
		}
		if sum != hit.Score {
			t.Errorf("the ledger of %s sums to %v, its score is %v", hit.Product.ID, sum, hit.Score)
		}
	}
}

// browser opens a headless Chromium, or skips where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("VITRINE_REQUIRE_BROWSER") != "" {
			t.Fatal("no Chromium found, and VITRINE_REQUIRE_BROWSER is set")
		}
		t.Skip("no Chromium found: install it to run the browser tests")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 1000),
		chromedp.Flag("disable-quic", true), chromedp.UserDataDir(t.TempDir()))
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func searchInBrowser(t *testing.T, address, dataDir string) {
	ctx := browser(t)
	must(t, chromedp.Do(ctx,
		chromedp.Navigate(address),
		chromedp.SendKeys(chromedp.CSS(`input[name="q"]`), "striped mug\r"),
		chromedp.WaitVisible(chromedp.CSS(`body:has(input[name="q"][value="striped mug"]) .card`)), // the first page has cards too
	))
	shown, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".card")].map(card => card.innerText)`))
	must(t, err)
	if len(shown) == 0 || !strings.Contains(shown[0], "striped") || !strings.Contains(shown[0], "mug") {
		t.Errorf("the first results for a striped mug are %q", shown)
	}

	photo := filepath.Join(dataDir, "shop", "images", "s-sneaker-003.jpg")
	must(t, chromedp.Do(ctx,
		chromedp.Navigate(address),
		chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), []string{photo}), // which sends the form
		chromedp.WaitVisible(chromedp.CSS(`.chosen img`)),
		chromedp.WaitVisible(chromedp.CSS(`.card`)),
	))
	first, err := chromedp.Run(ctx, chromedp.AttributeValue(chromedp.CSS(`.card a`), "href"))
	must(t, err)
	if !strings.Contains(first.Value, "s-sneaker-003") {
		t.Errorf("the first result for the photo of s-sneaker-003 is %q", first.Value)
	}
	broken, err := chromedp.Run(ctx, chromedp.Evaluate[int](`[...document.images].filter(i => i.complete && i.naturalWidth === 0).length`))
	must(t, err)
	if broken > 0 {
		t.Errorf("%d pictures of the page are broken", broken)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
