package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const repository = "../.."

type room struct {
	name string
	may  []string
	why  string
}

// rooms says which other rooms each room may import, and why no more.
var rooms = []room{
	{"catalog", nil, "the source of truth must be readable without any engine"},
	{"encoders", nil, "a model is of use outside a shop, and knows nothing of products"},
	{"indexer", []string{"catalog"}, "it gets its encoder through an interface, so that any model can build an index"},
	{"retrieval", []string{"catalog", "indexer"}, "encoders and rankers reach it through interfaces"},
	{"ranker", []string{"catalog", "retrieval"}, "it scores candidates and must not depend on how they are shown or stored"},
	{"web", []string{"catalog", "retrieval"}, "pages show what retrieval returns and compute nothing of their own"},
	{"cmd", []string{"catalog", "encoders", "indexer", "retrieval", "ranker", "web"}, "the wiring"},
}

// homes says which modules are at home where; two folders are parted by a blank.
var homes = []struct{ module, home, why string }{
	{"database/sql", "catalog", "catalog is the only room that knows SQLite"},
	{"github.com/mattn/go-sqlite3", "catalog", "catalog is the only room that knows SQLite"},
	{"encoding/csv", "catalog retrieval/evaluation ranker/ctr ranker/online ranker/learning", "catalog reads feeds, evaluation judgements, ctr and online rows to train on, and learning writes such rows; no other package reads tables"},
	{"github.com/yalue/onnxruntime_go", "encoders", "encoders is the only room that runs models"},
	{"github.com/disintegration/imaging", "encoders", "encoders is the only room that decodes photos"},
	{"github.com/coder/hnsw", "indexer/vector", "its traps are handled in one place"},
	{"github.com/blevesearch/bleve", "indexer", "Bleve's query syntax must never be reachable from a request"},
	{"github.com/alecthomas/kong", "cmd", "flags and environment are read in cmd alone"},
	{"github.com/BurntSushi/toml", "cmd", "settings are read in cmd alone"},
	{"github.com/prometheus", "web", "metrics are part of the HTTP surface"},
	{"go.opentelemetry.io", "web/tracing", "a search tells its stages, and nobody else how they are traced"},
}

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Doc        string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Doc,Imports", "./...")
	command.Dir = repository
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// below reports whether path is folder or lies in it.
func below(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

func TestEachRoomImportsOnlyWhatItMay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "vitrine/")
		home, _, _ := strings.Cut(name, "/")
		i := slices.IndexFunc(rooms, func(r room) bool { return r.name == home })
		if i < 0 {
			t.Errorf("%s is not in a room: sub-packages live inside the room they serve", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if other, ok := strings.CutPrefix(imported, "vitrine/"); ok {
				other, _, _ = strings.Cut(other, "/")
				if other != home && !slices.Contains(rooms[i].may, other) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imported, rooms[i].why)
				}
			}
			for _, h := range homes {
				at := func(folder string) bool { return below(name, folder) }
				if below(imported, h.module) && !slices.ContainsFunc(strings.Fields(h.home), at) {
					t.Errorf("%s imports %s, whose home is %s: %s", p.ImportPath, imported, h.home, h.why)
				}
			}
		}
	}
}

func TestOnlyWebServesHTTP(t *testing.T) {
	servers := []string{"Server", "ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS", "NewServeMux"}
	walkGo(t, func(path string, file *ast.File) {
		if below(path, "web") || strings.HasSuffix(path, "_test.go") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := selector.X.(*ast.Ident); ok && x.Name == "http" && slices.Contains(servers, selector.Sel.Name) {
				t.Errorf("%s uses http.%s: web is the only room that serves", path, selector.Sel.Name)
			}
			return true
		})
	})
}

// walkGo parses every Go file of the repository; paths are slash-separated and relative to it.
func walkGo(t *testing.T, visit func(path string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(repository, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && len(entry.Name()) > 2 {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(repository, path)
		visit(filepath.ToSlash(relative), file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
