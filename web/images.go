package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vitrine/catalog"
)

// imageURL is where a browser finds the n-th photo of p: at its own address when it is remote, else
// at this server. A product without that photo has a drawn stand-in.
func imageURL(p *catalog.Product, n int) string {
	switch {
	case n >= len(p.Photos):
		return assetURL("no-photo.svg")
	case p.Photos[n].Remote():
		return p.Photos[n].Ref
	}
	return "/images/" + url.PathEscape(p.ID) + "/" + strconv.Itoa(n)
}

// showImage sends the n-th photo of a product, or with status 404 a drawn stand-in, which browsers
// show in its place.
func (s *site) showImage(w http.ResponseWriter, r *http.Request) error {
	photo, err := s.catalogPhoto(r)
	if err == nil && photo.Remote() {
		http.Redirect(w, r, photo.Ref, http.StatusFound)
		return nil
	}
	var data []byte
	if err == nil {
		data, err = catalog.ReadPhoto(r.Context(), photo)
	}
	var kind string
	if err == nil {
		kind, err = sniffPhoto(data)
	}
	if errors.Is(err, catalog.ErrNoPhoto) || errors.Is(err, catalog.ErrNotFound) || errors.Is(err, errPhotoKind) {
		return showNoPhoto(w)
	}
	if err != nil {
		return err
	}
	sendPhoto(w, r, data, kind, "public, max-age=3600")
	return nil
}

func (s *site) catalogPhoto(r *http.Request) (catalog.Photo, error) {
	p, err := s.product(r.Context(), r.PathValue("id"))
	if err != nil {
		return catalog.Photo{}, err
	}
	n, err := strconv.ParseUint(r.PathValue("n"), 10, 16)
	if err != nil || int(n) >= len(p.Photos) {
		return catalog.Photo{}, fmt.Errorf("%w: product %q has %d photos", catalog.ErrNoPhoto, p.ID, len(p.Photos))
	}
	return p.Photos[n], nil
}

func showNoPhoto(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=60")
	w.WriteHeader(http.StatusNotFound)
	_, err := w.Write(assets["no-photo.svg"].content)
	return err
}

// sendPhoto writes an encoded photo of a media type that sniffPhoto gave.
func sendPhoto(w http.ResponseWriter, r *http.Request, data []byte, kind, caching string) {
	sum := sha256.Sum256(data)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", caching)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// publicProduct is p as strangers may see it: the address of a photo instead of the folder it lies in, and no margin.
func publicProduct(p catalog.Product) catalog.Product {
	photos := make([]catalog.Photo, len(p.Photos))
	for n := range photos {
		photos[n].Ref = imageURL(&p, n)
	}
	p.Photos, p.MarginCents = photos, 0
	return p
}

// photoAlt describes a photo to who cannot see it.
func photoAlt(p *catalog.Product) string {
	if title := strings.TrimSpace(p.Title); title != "" {
		return title
	}
	return "Product " + p.ID
}
