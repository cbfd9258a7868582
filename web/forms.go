package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"vitrine/retrieval"
)

// readForm reads a multipart body of at most retrieval.MaxPhotos photos, in parts named photo, and of fields. It
// is read as a stream, so that no more than the limits is ever held and nothing reaches the disk.
// Photos are sniffed, together at most retrieval.MaxPhotoBytes, and left out when they are empty.
func readForm(w http.ResponseWriter, r *http.Request) (fields url.Values, photos [][]byte, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxDrainBytes)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errBodyKind, err)
	}
	fields = url.Values{}
	room, photoRoom := maxFieldBytes, retrieval.MaxPhotoBytes
	for count := 0; ; count++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, photos, nil
		}
		if err != nil {
			return fields, nil, fmt.Errorf("%w: %w", errRequest, err)
		}
		if count == maxFormParts {
			return fields, nil, fmt.Errorf("%w: the form has more than %d parts", errBodyTooLarge, maxFormParts)
		}
		if part.FormName() == "photo" {
			photo, err := readPhoto(part, photoRoom)
			if err == nil && photo != nil && len(photos) == retrieval.MaxPhotos {
				err = fmt.Errorf("%w: there are more than %d photos", errRequest, retrieval.MaxPhotos)
			}
			if err != nil {
				drain(parts)
				return fields, nil, err
			}
			if photo != nil {
				photos = append(photos, photo)
				photoRoom -= len(photo)
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, int64(room)+1))
		if err != nil {
			return fields, nil, fmt.Errorf("%w: %w", errRequest, err)
		}
		if room -= len(value); room < 0 {
			return fields, nil, fmt.Errorf("%w: the fields of the form hold more than %d kB", errBodyTooLarge, maxFieldBytes>>10)
		}
		fields.Add(part.FormName(), string(value))
	}
}

// readPhoto reads a photo of at most room bytes; nil when it is empty.
func readPhoto(part *multipart.Part, room int) ([]byte, error) {
	photo, err := io.ReadAll(io.LimitReader(part, int64(room)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errRequest, err)
	case len(photo) == 0:
		return nil, nil
	case len(photo) > room:
		_, err := io.Copy(io.Discard, part)
		return nil, errors.Join(errPhotoTooLarge, err)
	}
	if _, err := sniffPhoto(photo); err != nil {
		return nil, err
	}
	return photo, nil
}

// drain reads what is left of a refused form, so that its sender gets to see the answer.
func drain(parts *multipart.Reader) {
	for {
		part, err := parts.NextPart()
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			return
		}
	}
}
