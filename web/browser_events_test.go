package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vitrine/catalog"
)

// arrived waits until the store has n events of an action, and returns all of it.
func arrived(t *testing.T, store *catalog.Store, action string, n int) []catalog.Event {
	t.Helper()
	var found []catalog.Event
	for range 300 {
		found = nil
		for e, err := range store.Events(t.Context(), time.Time{}) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Action == action {
				found = append(found, e)
			}
		}
		if len(found) >= n {
			return found
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%d events %s arrived, %d should", len(found), action, n)
	return nil
}

// wantShown checks that events are about what a recorded list showed at their place, and are not doubted.
func wantShown(t *testing.T, searches *fakeSearches, events []catalog.Event, client string) {
	t.Helper()
	searches.mu.Lock()
	defer searches.mu.Unlock()
	lists := map[string]catalog.ShopperQuery{}
	for _, q := range searches.queries {
		lists[q.ID] = q
	}
	for _, e := range events {
		list, place := lists[e.QueryID], e.Attributes.Position.Ordinal-1
		if e.Doubt != "" || e.ClientID != list.ClientID || client != "" && e.ClientID != client || list.HitIDs[place] != string(e.Attributes.Object.ID) {
			t.Errorf("%+v is of %+v", e, list)
		}
	}
}

func TestBrowserSendsWhatShoppersSeeAndDo(t *testing.T) {
	browser := openBrowser(t)
	for name, test := range map[string]struct{ anonymous bool }{"with a cookie": {false}, "without": {true}} {
		t.Run(name, func(t *testing.T) {
			store, searches := openEvents(t), &fakeSearches{room: 100}
			server := httptest.NewServer(New(newFakeShop(t), Options{Events: store, Searches: searches, Anonymous: test.anonymous}))
			t.Cleanup(server.Close)
			p := openTab(t, browser, server.URL)
			p.do(chromedp.EmulateViewport(1280, 900))
			p.open("/?q=shoes")
			p.await(`document.querySelectorAll(".card[data-impression]").length === 20`)
			if cookies := p.text(`document.cookie`); cookies != "" {
				t.Errorf("scripts can read %q", cookies)
			}
			client := p.text(`document.body.dataset.client ?? ""`)
			if (client != "") != test.anonymous {
				t.Errorf("the page names the visitor %q", client)
			}
			visible := p.number(`[...document.querySelectorAll(".card")].filter(c => { const b = c.getBoundingClientRect(); return b.top + b.height * 0.45 < innerHeight; }).length`)
			impressions := arrived(t, store, catalog.ActionImpression, 4)
			if len(impressions) > visible {
				t.Errorf("of %d products half of %d was on the screen", len(impressions), visible)
			}
			wantShown(t, searches, impressions, client)
			// What comes into sight is seen too, and once.
			p.do(run(`(() => { document.querySelectorAll(".card")[19].scrollIntoView(); return true; })()`))
			impressions = arrived(t, store, catalog.ActionImpression, len(impressions)+2)
			wantShown(t, searches, impressions, client)
			seen := map[catalog.ObjectID]bool{}
			for _, e := range impressions {
				if seen[e.Attributes.Object.ID] {
					t.Errorf("%s is seen twice", e.Attributes.Object.ID)
				}
				seen[e.Attributes.Object.ID] = true
			}

			p.do(chromedp.Click(chromedp.CSS(`.card[data-position="2"] h3 a`)))
			p.await(`location.pathname.startsWith("/product/") && location.hash === ""`)
			clicks := arrived(t, store, catalog.ActionClick, 1)
			views := arrived(t, store, catalog.ActionView, 1)
			wantShown(t, searches, append(clicks, views...), client)
			if clicks[0].Attributes.Position.Ordinal != 2 || views[0].QueryID != clicks[0].QueryID || clicks[0].QueryID != impressions[0].QueryID {
				t.Errorf("the click is %+v, the view %+v", clicks[0], views[0])
			}
			// A reload is no second look, and what is put in the cart after it still names its search.
			p.do(chromedp.Reload())
			p.await(`history.state?.viewed`)
			p.do(run(`(() => { document.querySelector(".about").append(Object.assign(document.createElement("button"), {id: "cart", textContent: "Add"})); document.getElementById("cart").dataset.action = "add_to_cart"; return true; })()`))
			p.do(chromedp.Click(chromedp.CSS("#cart")))
			carts := arrived(t, store, catalog.ActionAddToCart, 1)
			wantShown(t, searches, carts, client)
			if views := arrived(t, store, catalog.ActionView, 1); len(views) != 1 || carts[0].QueryID != views[0].QueryID {
				t.Errorf("the cart is of %+v, the views are %+v", carts[0], views)
			}
			// What is like it is a list of its own.
			p.do(run(`(() => { document.querySelector(".similar .card").scrollIntoView(); return true; })()`))
			last := arrived(t, store, catalog.ActionImpression, len(impressions)+2)
			for _, e := range last[len(impressions):] {
				if e.QueryID == clicks[0].QueryID {
					t.Errorf("%+v is of the search", e)
				}
			}
			p.wantQuiet()
		})
	}
}

func TestBrowserEndsPersonalisation(t *testing.T) {
	browser, shop, store := openBrowser(t), newFakeShop(t), openEvents(t)
	knows(shop, 0.5)
	server := httptest.NewServer(New(shop, Options{Events: store}))
	t.Cleanup(server.Close)
	p := openTab(t, browser, server.URL)
	p.open("/?q=shoes")
	p.await(`document.querySelector(".personal").textContent.includes("Personalised for you") && document.querySelectorAll(".for-you").length === 1`)
	arrived(t, store, catalog.ActionImpression, 1)
	p.do(chromedp.Click(chromedp.CSS(`.personal [value=off]`)))
	p.await(`location.search === "?q=shoes" && document.querySelector(".personal").textContent.includes("Not personalised") && !document.querySelector(".for-you")`)
	p.do(chromedp.Click(chromedp.CSS(`.personal [value=on]`)))
	p.await(`!!document.querySelector(".for-you")`)
	p.do(chromedp.Click(chromedp.CSS(`.personal [action="/forget"] button`)))
	p.await(`location.pathname === "/forget" && document.querySelector(".personal-page [role=status]").textContent.startsWith("Deleted: ")`)
	p.wantQuiet()
}

// text is the value of a JavaScript expression.
func (p *tab) text(expression string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		p.t.Fatal(fmt.Errorf("%s: %w", strings.TrimSpace(expression), err))
	}
	return value
}
