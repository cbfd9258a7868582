package web

import "net/http"

// takePhoto keeps an uploaded photo and leads on to the search with it, which is a plain GET and so
// can be filtered, paged and gone back to.
func (s *site) takePhoto(w http.ResponseWriter, r *http.Request) error {
	leave, err := s.uploads.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	fields, photo, err := readForm(w, r)
	if err == nil && photo == nil {
		err = errNoPhoto
	}
	asked, _ := parseRequest(fields) // what cannot be read of the rest is left out
	if err != nil {
		return s.showRefusal(w, r, asked, err)
	}
	asked.Photo = s.photos.put(photo)
	http.Redirect(w, r, asked.filtered(nil).url("/"), http.StatusSeeOther)
	return nil
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
