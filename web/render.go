package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"vitrine/retrieval"
)

//go:embed templates
var templateFiles embed.FS

// pages are the templates of all pages; each takes the struct of its name: search.html a searchPage.
var pages = parsePages("search.html", "inspect.html", "missing.html", "product.html", "personal.html", "problem.html")

func parsePages(names ...string) map[string]*template.Template {
	shared := template.Must(template.New("layout.html").
		Funcs(template.FuncMap{"asset": assetURL}).
		ParseFS(templateFiles, "templates/layout.html", "templates/cards.html"))
	parsed := map[string]*template.Template{}
	for _, name := range names {
		parsed[name] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, "templates/"+name))
	}
	return parsed
}

// render sends a page, whole or not at all.
func render(w http.ResponseWriter, status int, name string, page any) error {
	var body bytes.Buffer
	if err := pages[name].ExecuteTemplate(&body, "layout.html", page); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the reader may have gone
	return nil
}

// frame is what every page has around its content: the header with the search box.
type frame struct {
	Shop   string
	Title  string  // of the window
	Words  string  // in the search box
	Hidden []field // what a search by words keeps
	Upload uploadForm
	Chosen []chosenPhoto
	Learns bool   // the shop takes events: pages send them, and say what is remembered
	Client string // the visitor of this page view, where there is no cookie to know them by
}

// field is a hidden field of a form.
type field struct{ Name, Value string }

// chosenPhoto is an uploaded photo that is searched with.
type chosenPhoto struct{ URL, RemoveURL string }

// uploadForm sends another photo.
type uploadForm struct {
	Action string // has in its query what the photo may be added to
	Hidden []field
	Add    bool // it may be added to the photos that are there
}

// link is a link, or one choice of several.
type link struct {
	Label, About, URL string
	Active            bool
}

// frame builds the header for a request. A new search keeps the mode and what is shown; filters were meant
// for the old one.
func (s *site) frame(title string, r request) frame {
	f := frame{
		Shop: s.opts.Shop, Title: s.opts.Shop, Words: r.Text, Learns: s.opts.Events != nil,
		Hidden: hidden(request{Mode: r.Mode, shown: r.shown}),
		Upload: uploadForm{
			Action: request{shown: r.shown}.url("/photo"), Hidden: hidden(request{Mode: r.Mode}),
			Add: r.anything() && len(r.Photos) < retrieval.MaxPhotos,
		},
	}
	if title != "" {
		f.Title = title + " · " + s.opts.Shop
	}
	for i, photo := range r.Photos {
		f.Chosen = append(f.Chosen, chosenPhoto{URL: "/photo/" + photo.Hash, RemoveURL: r.withoutPhoto(i).url("/")})
	}
	return f
}

// seenBy is f for who looks at it.
func (f frame) seenBy(a asker) frame {
	if a.Passing {
		f.Client = a.Client
	}
	return f
}

// hidden writes a request as the hidden fields of a form.
func hidden(r request) []field {
	var fields []field
	values := r.values()
	for _, name := range []string{"q", "photo", "crop", "weight", "like", "unlike", "balance", "mode", "filter", "ignore", "literal", "sort", "group", "diversity"} {
		for _, value := range values[name] {
			fields = append(fields, field{name, value})
		}
	}
	return fields
}

// problemPage fills problem.html.
type problemPage struct {
	frame
	Problem problem
}

func (s *site) showProblem(w http.ResponseWriter, p problem) {
	p.header(w)
	if err := render(w, p.Status, "problem.html", problemPage{s.frame(p.Title, request{}), p}); err != nil {
		http.Error(w, p.Title, p.Status)
	}
}
