package web

import (
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is a page of a real browser, with what it wrote to its console.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu     sync.Mutex
	errors []string
}

// openBrowser starts a headless Chromium, or skips the test where there is none.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("browser test: not run with -short")
	}
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" && os.Getenv("VITRINE_REQUIRE_BROWSER") != "" {
		t.Fatal("browser test: no Chromium on PATH, and VITRINE_REQUIRE_BROWSER is set")
	}
	if program == "" {
		t.Skip("browser test: neither chromium nor google-chrome is on PATH; install one of them to run it")
	}
	opts := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-component-update", true),
		chromedp.Flag("window-size", "1280,900"),
	})
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return ctx
}

func openTab(t *testing.T, browser context.Context, base string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx, base: base}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	var listening sync.WaitGroup
	messages := chromedp.Console(ctx)
	listening.Go(func() {
		for message, err := range messages {
			if err != nil {
				return
			}
			if message.Type == "error" || message.Type == "warning" || message.Type == chromedp.ConsoleException {
				p.mu.Lock()
				p.errors = append(p.errors, message.Text)
				p.mu.Unlock()
			}
		}
	})
	t.Cleanup(func() { cancel(); listening.Wait() })
	return p
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.base + path))
}

// await waits until a JavaScript expression is true on a page that is loaded whole.
func (p *tab) await(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		// Asked anew each time, because a page that is being left takes the question with it.
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && !!(`+expression+`)`))
		if err == nil && ok {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	p.t.Fatalf("never came true: %s, on\n%s", expression, text)
}

func (p *tab) number(expression string) int {
	p.t.Helper()
	n, err := chromedp.Run(p.ctx, chromedp.Evaluate[int](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

func (p *tab) complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.errors)
}

func (p *tab) wantQuiet() {
	p.t.Helper()
	if complaints := p.complaints(); len(complaints) > 0 {
		p.t.Errorf("the console says: %s", strings.Join(complaints, "\n"))
	}
}

const titles = `[...document.querySelectorAll(".card h3")].map(e => e.textContent)`

func TestBrowser(t *testing.T) {
	browser := openBrowser(t)
	server := httptest.NewServer(New(newFakeShop(t), Options{
		PhotoSize: func(context.Context, []byte) (image.Point, error) { return image.Pt(64, 64), nil },
	}))
	t.Cleanup(server.Close)
	photo := filepath.Join(t.TempDir(), "green.jpg")
	writeFile(t, photo, photoOf(t, colours["green"]))
	const byPhoto = `location.search.includes("photo=") && document.querySelector(".chosen img").naturalWidth === 64 && ` + titles + `.every(e => e.includes("green"))`

	t.Run("words, filters and pages", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.open("/")
		p.await(`document.querySelectorAll(".card img").length === 24 && document.querySelector(".card img").naturalWidth === 64`)
		p.do(chromedp.Click(chromedp.CSS(`.pages a[aria-label="Page 2"]`)))
		p.await(`location.search === "?offset=24" && document.querySelectorAll(".card").length === 24`)
		p.do(chromedp.SendKeys(chromedp.CSS("#q"), "shoes\r"))
		p.await(`location.search === "?q=shoes" && ` + titles + `.every(e => e.includes("shoes"))`)
		p.do(chromedp.Click(chromedp.CSS(`.choices a[href*="colour%3Dred"]`)))
		p.await(titles + `.every(e => e.includes("red running shoes")) && document.querySelectorAll(".card").length === 5`)
		p.do(chromedp.SendKeys(chromedp.CSS(`[name=price_max]`), "20\r"))
		p.await(`document.querySelectorAll(".card").length === 2 && document.querySelectorAll(".chips li").length === 3`)
		p.do(chromedp.Click(chromedp.CSS(".chips a.clear")))
		p.await(`document.querySelectorAll(".card").length === 20`)
		p.do(chromedp.Click(chromedp.CSS(".card .why")))
		p.await(`location.pathname === "/inspect" && document.querySelector(".sum").textContent.includes("= score")`)
		if wide := p.number(`document.querySelectorAll(".bar .fill[width='100']").length`); wide == 0 {
			t.Error("no bar fills its scale")
		}
		p.do(chromedp.Click(chromedp.CSS(".subject h1 a")))
		p.await(`location.pathname.startsWith("/product/") && document.querySelector(".gallery img").naturalWidth === 64`)
		p.wantQuiet()
	})

	t.Run("what is typed is completed", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.open("/")
		const field, options = `document.getElementById("q")`, `[...document.querySelectorAll("#suggestions [role=option]")]`
		const selected = options + `.filter(o => o.getAttribute("aria-selected") === "true").map(o => o.dataset.kind).join()`
		const isOpen = `(` + field + `.getAttribute("aria-expanded") === "true" && document.getElementById("suggestions").offsetHeight > 0)`
		p.await(field + `.role === "combobox" && !` + isOpen)
		p.do(chromedp.SendKeys(chromedp.CSS("#q"), "shoe"))
		p.await(isOpen + ` && ` + options + `.map(o => o.dataset.kind).join() === "query,category,brand,product"`)
		p.await(options + `.every(o => o.querySelector("mark").textContent.toLowerCase() === "shoe") && ` + options + `[2].textContent.includes("<i>Sons</i>")`)
		p.await(options + `[3].querySelector("img").naturalWidth === 64 && document.getElementById("suggestions-status").textContent === "4 suggestions"`)

		// The arrows go round, by way of what is typed; the focus stays in the field.
		for _, step := range []struct{ key, selected string }{
			{kb.ArrowDown, "query"}, {kb.ArrowDown, "category"}, {kb.ArrowUp, "query"}, {kb.ArrowUp, ""}, {kb.ArrowUp, "product"}, {kb.ArrowDown, ""},
		} {
			p.do(chromedp.KeyEvent(step.key))
			p.await(selected + ` === "` + step.selected + `" && document.activeElement === ` + field)
			p.await(`(document.getElementById(` + field + `.getAttribute("aria-activedescendant"))?.dataset.kind ?? "") === "` + step.selected + `"`)
		}
		p.do(chromedp.KeyEvent(kb.Escape))
		p.await(`!` + isOpen + ` && ` + field + `.value === "shoe"`)
		p.do(chromedp.KeyEvent(kb.ArrowDown))
		p.await(isOpen)
		p.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
		p.await(`location.search === "?filter=category%3DShoes" && document.querySelectorAll(".card").length === 20`)

		p.do(chromedp.SendKeys(chromedp.CSS("#q"), "red"))
		p.await(isOpen)
		p.do(chromedp.Click(chromedp.CSS("#suggestions [data-kind=query]")))
		p.await(`location.search === "?q=red+running+shoes"`)

		p.do(chromedp.Click(chromedp.CSS(".brand"))) // the start page, where the field is empty
		p.await(`location.pathname === "/" && location.search === ""`)
		p.do(chromedp.SendKeys(chromedp.CSS("#q"), "running"))
		p.await(isOpen)
		p.do(chromedp.Click(chromedp.CSS("#suggestions [data-kind=product]")))
		p.await(`location.pathname === "/product/shoes-red-0"`)

		p.do(chromedp.SendKeys(chromedp.CSS("#q"), "nothing like it\r"))
		p.await(`location.search === "?q=nothing+like+it" && !` + isOpen)
		p.wantQuiet()
	})

	t.Run("a photo is chosen, and words are added", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.open("/")
		p.do(chromedp.Click(chromedp.CSS(".camera summary")), chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{photo}))
		p.await(byPhoto) // choosing it is enough
		p.do(chromedp.SendKeys(chromedp.CSS("#q"), "lamp\r"))
		p.await(byPhoto + ` && ` + titles + `.every(e => e.includes("lamp"))`)
		p.do(chromedp.Click(chromedp.CSS(".chosen a")))
		p.await(`location.search === "?q=lamp" && !document.querySelector(".chosen")`)
		p.wantQuiet()
	})

	t.Run("a part of the photo is drawn, or written by keyboard", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.open("/?q=lamp")
		p.drop(photo, true)
		p.await(byPhoto)
		p.do(chromedp.Click(chromedp.CSS(".look summary")))
		const box = `document.querySelector(".picture-to-crop svg").getBoundingClientRect()`
		p.await(box + `.width >= 64`)
		x, y := float64(p.number(`Math.round(`+box+`.x)`)), float64(p.number(`Math.round(`+box+`.y)`))
		w, h := float64(p.number(`Math.round(`+box+`.width)`)), float64(p.number(`Math.round(`+box+`.height)`))
		// From the middle to the upper left: the corner that comes first does not matter.
		p.do(chromedp.DragAndDropXY(x+w/2, y+h/2, x+w/4, y+h/4, 5))
		p.await(`["x", "y", "width", "height"].every(name => Math.abs(document.querySelector("[name=crop_" + name + "]").valueAsNumber - 16) <= 1)`)
		p.await(`document.querySelector(".cut").getAttribute("width") === document.querySelector("[name=crop_width]").value`)
		// The keyboard changes what is drawn, and Enter searches by it.
		p.do(run(`(() => { const field = document.querySelector("[name=crop_width]"); field.focus(); field.select(); return true; })()`))
		p.do(chromedp.KeyEvent("20"))
		p.await(`document.querySelector(".cut").getAttribute("width") === "20"`)
		p.do(chromedp.KeyEvent(kb.Enter))
		p.await(byPhoto + ` && location.search.includes("crop_width=20") && document.querySelector("[name=crop_width]").value === "20"`)
		p.do(chromedp.Click(chromedp.CSS(".look summary")), chromedp.Click(chromedp.CSS(".parts a")))
		p.await(byPhoto + ` && !location.search.includes("crop")`)
		p.do(run(`(() => { document.getElementById("balance").value = 0.75; return true; })()`), chromedp.Click(chromedp.CSS(".balance button")))
		p.await(byPhoto + ` && location.search.includes("balance=0.75") && document.getElementById("balance").value === "0.75"`)
		p.wantQuiet()
	})

	t.Run("hits are liked and unliked, and that is taken back", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.open("/?q=shoes")
		p.do(chromedp.Click(chromedp.CSS(".taste .more")))
		p.await(`location.search.includes("like=shoes-") && document.querySelectorAll(".shown li").length === 1`)
		p.do(chromedp.Click(chromedp.CSS(".taste .less")))
		p.await(`location.search.includes("unlike=shoes-") && document.querySelectorAll(".shown .unlike").length === 1 && document.querySelector(".shown img").naturalWidth === 64`)
		for left := 1; left >= 0; left-- {
			p.do(chromedp.Click(chromedp.CSS(".shown a")))
			p.await(fmt.Sprintf(`document.querySelectorAll(".shown li").length === %d`, left))
		}
		p.await(`location.search === "?q=shoes"`)
		p.wantQuiet()
	})

	t.Run("a photo is dropped", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.open("/?q=lamp")
		p.drop(photo, true)
		p.await(byPhoto + ` && location.search.includes("q=lamp")`)
		p.wantQuiet()
	})

	t.Run("a photo is pasted", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.open("/")
		data := base64.StdEncoding.EncodeToString(photoOf(t, colours["green"]))
		p.do(run(fmt.Sprintf(`(() => {
			const clipboard = new DataTransfer();
			clipboard.items.add(new File([Uint8Array.from(atob(%q), c => c.charCodeAt(0))], "photo.jpg", {type: "image/jpeg"}));
			document.getElementById("q").dispatchEvent(new ClipboardEvent("paste", {clipboardData: clipboard, bubbles: true, cancelable: true}));
			return true;
		})()`, data)))
		p.await(byPhoto)
		p.wantQuiet()
	})

	t.Run("what is no photo stays here, with a message", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		note := filepath.Join(t.TempDir(), "note.txt")
		writeFile(t, note, []byte("no photo"))
		p.open("/")
		p.drop(note, false)
		p.await(`!document.getElementById("photo-status").hidden && document.getElementById("photo-status").textContent.includes("not a JPEG")`)
		p.await(`location.search === ""`)
		p.wantQuiet()
	})

	t.Run("without JavaScript", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			t.Fatal(err)
		}
		p.open("/")
		p.await(`!document.documentElement.classList.contains("script")`)
		p.do(chromedp.SendKeys(chromedp.CSS("#q"), "dress\r"))
		p.await(`location.search === "?q=dress" && document.querySelectorAll(".card").length === 20`)
		p.do(chromedp.Click(chromedp.CSS(`.choices a[href*="brand%3DBrisk"]`)))
		p.await(`document.querySelectorAll(".card").length === 4`)
		p.do(chromedp.Click(chromedp.CSS(".camera summary")), chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{photo}),
			chromedp.Click(chromedp.CSS(".panel button")))
		p.await(byPhoto + ` && location.search.includes("q=dress")`)
		p.wantQuiet()
	})

	t.Run("filters on a phone", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.do(chromedp.EmulateViewport(390, 844))
		p.open("/?q=shoes")
		p.await(`getComputedStyle(document.getElementById("filters")).display === "none"`)
		if over := p.number(`document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("the page is %d pixels wider than the screen", over)
		}
		p.do(chromedp.Click(chromedp.CSS(".open-filters")))
		p.await(`getComputedStyle(document.getElementById("filters")).display === "block"`)
		p.do(chromedp.Click(chromedp.CSS(`.choices a[href*="colour%3Dblue"]`)))
		p.await(`document.querySelectorAll(".card").length === 5 && getComputedStyle(document.getElementById("filters")).display === "none"`)
		p.wantQuiet()
	})

	t.Run("what the policy forbids would be noticed", func(t *testing.T) {
		p := openTab(t, browser, server.URL)
		p.open("/")
		p.do(run(`(() => { document.body.append(Object.assign(document.createElement("script"), {textContent: "window.ran = true"})); return true; })()`))
		p.await(`window.ran === undefined`)
		for range 500 {
			if slices.ContainsFunc(p.complaints(), func(s string) bool { return strings.Contains(s, "Content Security Policy") }) {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Error("an inline script was blocked without a word on the console")
	})
}

// drop drags a file from outside over the middle of the page and lets go of it there.
func (p *tab) drop(file string, overlay bool) {
	p.t.Helper()
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{file}, DragOperationsMask: 1}
	for _, kind := range []input.DispatchDragEventType{"dragEnter", "dragOver", "drop"} {
		if kind == "drop" && overlay {
			p.await(`getComputedStyle(document.querySelector(".drop")).display === "grid"`)
		}
		if _, err := chromedp.Call(p.ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: 300, Y: 300, Data: data}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// run is a script whose result does not matter.
func run(script string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[bool](script)(ctx, target)
		return chromedp.Void{}, err
	}
}
