package web

import (
	"context"
	"fmt"
	"net/http"
)

// personalPage fills personal.html: what is remembered of a visitor, and the ways to end that.
type personalPage struct {
	frame
	Passing bool   // nothing is remembered
	Off     bool   // results are the same for all
	Deleted string // what was just deleted
}

// personalLine is what the page of results says of its order.
type personalLine struct {
	Off    bool   // the shopper wants the order that all get
	Switch string // the address of the form that changes it
}

// newPersonalLine is nil where there is nothing to say.
func newPersonalLine(a asker, asked request, personalised bool) *personalLine {
	if !a.Impersonal && !personalised {
		return nil
	}
	return &personalLine{Off: a.Impersonal, Switch: asked.url("/personal")}
}

func (s *site) showPersonal(w http.ResponseWriter, r *http.Request) error {
	if s.opts.Events == nil {
		return errNotOffered
	}
	page := personalPage{frame: s.frame("What this shop remembers", request{}), Passing: s.passing(r), Off: impersonal(r)}
	return render(w, http.StatusOK, "personal.html", page)
}

// switchPersonal switches results of one's own off or on, and leads back to the search in its address or to the page
// that the form stands on.
func (s *site) switchPersonal(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFieldBytes)
	switch use := r.PostFormValue("use"); use {
	case "off":
		setCookie(w, r, personalCookie, personalOff)
	case "on":
		setCookie(w, r, personalCookie, "")
	default:
		return fmt.Errorf("%w: use is %q: send on or off", errRequest, use)
	}
	back := "/personal"
	if r.PostFormValue("from") != "settings" {
		asked, _ := parseRequest(r.URL.Query()) // what cannot be read of it is left out
		back = asked.url("/")
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// forgetVisitor deletes everything of the visitor in the cookie and gives a fresh one.
func (s *site) forgetVisitor(w http.ResponseWriter, r *http.Request) error {
	page := personalPage{frame: s.frame("What this shop remembers", request{}), Passing: s.passing(r), Off: impersonal(r), Deleted: "Nothing was remembered."}
	if client := rememberedVisitor(r); client != "" {
		n, err := s.forget(r.Context(), client)
		if err != nil {
			return err
		}
		page.Deleted = fmt.Sprintf("Deleted: %d searches, looks and clicks.", n)
		setCookie(w, r, visitorCookie, "")
	}
	return render(w, http.StatusOK, "personal.html", page)
}

// forget deletes what is kept of a client, and returns how much that was. It waits for room as events do.
func (s *site) forget(ctx context.Context, client string) (int, error) {
	if s.opts.Events == nil {
		return 0, errNotOffered
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	leave, err := s.events.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	return s.opts.Events.ForgetClient(ctx, client)
}
