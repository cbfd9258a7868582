package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var assetFiles embed.FS

// asset is one file of assets/. Its name carries the hash of its content, so that browsers may keep
// it for ever and still see the next version at once.
type asset struct {
	name    string // as in its address: style.0123456789ab.css
	content []byte
}

var assets, assetsByAddress = loadAssets("style.css", "page.js", "suggest.js", "crop.js", "events.js", "icon.svg", "no-photo.svg")

func loadAssets(names ...string) (byName, byAddress map[string]asset) {
	byName, byAddress = map[string]asset{}, map[string]asset{}
	for _, name := range names {
		content, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			panic(err) // a file that the compiler embeds
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(name)
		a := asset{strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext, content}
		byName[name], byAddress[a.name] = a, a
	}
	return byName, byAddress
}

// assetURL is the address of a file of assets/.
func assetURL(name string) string { return "/static/" + assets[name].name }

func showAsset(w http.ResponseWriter, r *http.Request) error {
	a, ok := assetsByAddress[r.PathValue("name")]
	if !ok {
		return errNoRoute
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(a.content))
	return nil
}
