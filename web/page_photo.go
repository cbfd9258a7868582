package web

import (
	"image"
	"net/http"

	"vitrine/retrieval"
)

// takePhoto keeps uploaded photos and leads on to the search with them, which is a plain GET and so
// can be filtered, paged and gone back to. With the field add they join what the address of the form
// shows; otherwise they take its place.
func (s *site) takePhoto(w http.ResponseWriter, r *http.Request) error {
	leave, err := s.uploads.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	fields, photos, err := readForm(w, r)
	if err == nil && len(photos) == 0 {
		err = errNoPhoto
	}
	asked, _ := parseRequest(fields) // what cannot be read of the rest is left out
	if fields.Get("add") != "" {
		before, _ := parseRequest(r.URL.Query())
		asked.shown = before.shown
	}
	if err != nil {
		return s.showRefusal(w, r, asked, err)
	}
	for _, photo := range photos {
		asked.Photos = append(asked.Photos, shownPhoto{Hash: s.photos.put(photo, s.measure(r, photo))})
	}
	asked.Photos = asked.Photos[max(0, len(asked.Photos)-retrieval.MaxPhotos):] // the newest
	http.Redirect(w, r, asked.filtered(nil).url("/"), http.StatusSeeOther)
	return nil
}

// measure returns the size of a photo, zero when it is not known. What is wrong with a photo is for the search to say.
func (s *site) measure(r *http.Request, photo []byte) image.Point {
	if s.opts.PhotoSize == nil {
		return image.Point{}
	}
	size, err := s.opts.PhotoSize(r.Context(), photo)
	if err != nil {
		return image.Point{}
	}
	return size
}

// showPhoto sends an uploaded photo back for the page that searches with it.
func (s *site) showPhoto(w http.ResponseWriter, r *http.Request) error {
	data, err := s.photos.get(r.PathValue("hash"))
	if err != nil {
		return err
	}
	kind, err := sniffPhoto(data)
	if err != nil {
		return err
	}
	sendPhoto(w, r, data, kind, "private, max-age=3600, immutable")
	return nil
}
