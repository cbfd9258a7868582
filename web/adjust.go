package web

import (
	"context"
	"image"
	"slices"

	"vitrine/retrieval"
)

// look is a photo that is searched with, and the parts of it that can count alone.
type look struct {
	Number        int // from 1
	URL           string
	RemoveURL     string
	Width, Height int // in pixels
	Crop          *cropForm
	Parts         []link
}

// cropForm is the form for a part that the links do not have.
type cropForm struct {
	Hidden              []field
	X, Y, Width, Height int
}

// parts are the ready-made parts of a photo, in quarters of its sides.
var parts = []struct {
	label string
	of    image.Rectangle
}{
	{"Centre", image.Rect(1, 1, 3, 3)}, {"Left", image.Rect(0, 0, 2, 4)}, {"Right", image.Rect(2, 0, 4, 4)},
	{"Top", image.Rect(0, 0, 4, 2)}, {"Bottom", image.Rect(0, 2, 4, 4)},
}

// looks are the photos of r. Of one whose size is not known no parts are offered.
func (s *site) looks(r request) []look {
	var looks []look
	for i, photo := range r.Photos {
		l := look{Number: i + 1, URL: "/photo/" + photo.Hash, RemoveURL: r.withoutPhoto(i).url("/")}
		if size := s.photos.sizeOf(photo.Hash); size.X >= 4 && size.Y >= 4 {
			l.Width, l.Height = size.X, size.Y
			l.Crop, l.Parts = newCropForm(r, i, size), partsOf(r, i, size)
		}
		looks = append(looks, l)
	}
	return looks
}

func partsOf(r request, i int, size image.Point) []link {
	whole := link{Label: "Whole", URL: r.cropped(i, image.Rectangle{}).url("/"), Active: r.Photos[i].Crop.Empty()}
	links := []link{whole}
	for _, part := range parts {
		crop := image.Rect(part.of.Min.X*size.X/4, part.of.Min.Y*size.Y/4, part.of.Max.X*size.X/4, part.of.Max.Y*size.Y/4)
		links = append(links, link{Label: part.label, URL: r.cropped(i, crop).url("/"), Active: r.Photos[i].Crop == crop})
	}
	return links
}

func newCropForm(r request, i int, size image.Point) *cropForm {
	whole := image.Rectangle{Max: size}
	crop := r.Photos[i].Crop.Intersect(whole)
	if crop.Empty() {
		crop = whole
	}
	return &cropForm{Hidden: hidden(r.at(0)), X: crop.Min.X, Y: crop.Min.Y, Width: crop.Dx(), Height: crop.Dy()}
}

// balance is the form for how much what is shown counts beside the words.
type balance struct {
	Hidden []field
	Value  float64
}

// newBalance is nil where there is nothing to weigh.
func newBalance(r request) *balance {
	if r.Text == "" || !r.anything() || r.Mode == retrieval.ModeKeyword {
		return nil
	}
	b := &balance{Value: retrieval.EvenBalance}
	if r.Balance != nil {
		b.Value = *r.Balance
	}
	r.Balance = nil
	b.Hidden = hidden(r.at(0))
	return b
}

// example is a product that is searched with, and a link that takes it back.
type example struct {
	link
	Image  string
	Unlike bool
}

// examples are the liked and unliked products of r. One that cannot be had is named by its id.
func (s *site) examples(ctx context.Context, r request) []example {
	var some []example
	for _, id := range slices.Concat(r.Like, r.Unlike) {
		one := example{link: link{Label: id, URL: r.forgetting(id).url("/")}, Unlike: slices.Contains(r.Unlike, id)}
		if p, err := s.product(ctx, id); err == nil {
			one.Label, _ = titleIn(&p, languageOf(r.Text))
			one.Image = imageURL(&p, 0)
		}
		some = append(some, one)
	}
	return some
}
