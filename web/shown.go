package web

import (
	"fmt"
	"image"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vitrine/retrieval"
)

// shown is what a request shows beside its words: photos, products to be like or unlike, and how much all
// that counts. Photos are named by their hashes, so that pages can link to the same search with another
// filter or on another page.
type shown struct {
	Photos       []shownPhoto
	Like, Unlike []string // ids of products
	Balance      *float64 // retrieval.Query.Balance
}

type shownPhoto struct {
	Hash   string // lower-case hex of the SHA-256 of an uploaded photo; empty when the photo comes with the request
	Crop   image.Rectangle
	Weight float64 // 0 = 1
}

// parseShown reads photo, crop=x,y,width,height and weight (each repeated: the first crop is that of the first
// photo), like and unlike (repeated), and balance. crop_of with crop_x, crop_y, crop_width and crop_height, which
// a plain form can write, replace the crop of one photo, counted from 1. On an error the rest is read all the same.
func parseShown(v url.Values) (s shown, first error) {
	note := func(err error) {
		if err != nil && first == nil {
			first = err
		}
	}
	count := max(len(v["photo"]), len(v["crop"]), len(v["weight"]))
	if count > retrieval.MaxPhotos {
		note(fmt.Errorf("there are %d photos, the limit is %d", count, retrieval.MaxPhotos))
		count = 0
	}
	for i := range count {
		photo, err := parsePhoto(nth(v["photo"], i), nth(v["crop"], i), nth(v["weight"], i))
		note(err)
		s.Photos = append(s.Photos, photo)
	}
	s.Photos = slices.DeleteFunc(s.Photos, func(p shownPhoto) bool { return p == shownPhoto{} }) // a form's empty fields
	if len(s.Photos) == 0 {
		s.Photos = nil
	}
	note(s.cropByForm(v))
	for name, ids := range map[string]*[]string{"like": &s.Like, "unlike": &s.Unlike} {
		if len(v[name]) > retrieval.MaxExamples {
			note(fmt.Errorf("there are %d products in %s, the limit is %d", len(v[name]), name, retrieval.MaxExamples))
			continue
		}
		*ids = slices.Clone(v[name])
	}
	var err error
	s.Balance, err = parseBalance(v.Get("balance"))
	note(err)
	return s, first
}

func nth(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

func parsePhoto(hash, crop, weight string) (photo shownPhoto, err error) {
	if photo.Hash, err = parseHash(hash); err != nil {
		return photo, err
	}
	if photo.Crop, err = retrieval.ParseCrop(crop); err != nil {
		return photo, err
	}
	if weight == "" {
		return photo, nil
	}
	photo.Weight, err = parseDecimal(weight)
	if err != nil || photo.Weight <= 0 || photo.Weight > retrieval.MaxPhotoWeight {
		return shownPhoto{Hash: photo.Hash, Crop: photo.Crop}, fmt.Errorf("weight is %q: use a number above 0 and up to %d", weight, retrieval.MaxPhotoWeight)
	}
	return photo, nil
}

func parseBalance(s string) (*float64, error) {
	if s == "" {
		return nil, nil
	}
	balance, err := parseDecimal(s)
	if err != nil || balance < 0 || balance > 1 {
		return nil, fmt.Errorf("balance is %q: use a number from 0, words alone, to 1, without them", s)
	}
	return &balance, nil
}

// parseDecimal takes plain decimal numbers; ParseFloat also takes hexadecimal, infinities and none.
func parseDecimal(s string) (float64, error) {
	if strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' }) {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

// cropByForm puts the crop that a form writes in four fields in the place of that of one photo.
func (s *shown) cropByForm(v url.Values) error {
	if v.Get("crop_of") == "" {
		return nil
	}
	n, err := strconv.Atoi(v.Get("crop_of"))
	if err != nil || n < 1 || n > len(s.Photos) {
		return fmt.Errorf("crop_of is %q: use the number of a photo, from 1", v.Get("crop_of"))
	}
	fields := []string{v.Get("crop_x"), v.Get("crop_y"), v.Get("crop_width"), v.Get("crop_height")}
	crop, err := retrieval.ParseCrop(strings.Join(fields, ","))
	if err != nil {
		return err
	}
	s.Photos[n-1].Crop = crop
	return nil
}

// add writes the parameters that parseShown reads; what has its default is left out.
func (s shown) add(v url.Values) {
	cropped, weighted := 0, 0 // photos up to the last with a crop, with a weight
	for i, photo := range s.Photos {
		if !photo.Crop.Empty() {
			cropped = i + 1
		}
		if photo.Weight != 0 {
			weighted = i + 1
		}
	}
	for i, photo := range s.Photos {
		v.Add("photo", photo.Hash)
		if i < cropped {
			v.Add("crop", cropText(photo.Crop))
		}
		if i < weighted {
			v.Add("weight", weightText(photo.Weight))
		}
	}
	for _, id := range s.Like {
		v.Add("like", id)
	}
	for _, id := range s.Unlike {
		v.Add("unlike", id)
	}
	if s.Balance != nil {
		v.Set("balance", strconv.FormatFloat(*s.Balance, 'f', -1, 64))
	}
}

func cropText(crop image.Rectangle) string {
	if crop.Empty() {
		return ""
	}
	return fmt.Sprintf("%d,%d,%d,%d", crop.Min.X, crop.Min.Y, crop.Dx(), crop.Dy())
}

func weightText(weight float64) string {
	if weight == 0 {
		return ""
	}
	return strconv.FormatFloat(weight, 'f', -1, 64)
}

// anything reports whether something is shown that can be searched by.
func (s shown) anything() bool { return len(s.Photos) > 0 || len(s.Like) > 0 }

// queries are the photos for the engine; data holds their bytes.
func (s shown) queries(data [][]byte) []retrieval.PhotoQuery {
	var photos []retrieval.PhotoQuery
	for i := range data {
		photo := retrieval.PhotoQuery{Data: data[i]}
		if i < len(s.Photos) {
			photo.Crop, photo.Weight = s.Photos[i].Crop, s.Photos[i].Weight
		}
		photos = append(photos, photo)
	}
	return photos
}

// withoutPhoto, cropped, liking and unliking are the same search, from its first page, with something else shown.

func (r request) withoutPhoto(i int) request {
	r.Photos = slices.Delete(slices.Clone(r.Photos), i, i+1)
	return r.settled()
}

func (r request) cropped(i int, crop image.Rectangle) request {
	r.Photos = slices.Clone(r.Photos)
	r.Photos[i].Crop = crop
	return r.settled()
}

func (r request) liking(id string) request {
	r.Like, r.Unlike = append(dropID(r.Like, id), id), dropID(r.Unlike, id)
	return r.settled()
}

func (r request) unliking(id string) request {
	r.Like, r.Unlike = dropID(r.Like, id), append(dropID(r.Unlike, id), id)
	return r.settled()
}

// forgetting takes an example back.
func (r request) forgetting(id string) request {
	r.Like, r.Unlike = dropID(r.Like, id), dropID(r.Unlike, id)
	return r.settled()
}

func dropID(ids []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other == id })
}

// settled is r from its first page, without what means nothing any more: what is not liked when nothing is
// wanted, and a balance between words and nothing.
func (r request) settled() request {
	r.Offset = 0
	if len(r.Photos) == 0 {
		r.Photos = nil
	}
	if r.Text == "" && !r.anything() {
		r.Unlike = nil
	}
	if r.Text == "" || !r.anything() {
		r.Balance = nil
	}
	return r
}
