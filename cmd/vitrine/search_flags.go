package main

import (
	"errors"
	"fmt"
	"os"

	"vitrine/retrieval"
)

// searchFlags say, beside the words, what is searched for and in which order: all that decides on the results.
type searchFlags struct {
	Image   []string       `placeholder:"FILE" sep:"none" type:"existingfile" help:"Photo to search by: JPEG, PNG, GIF or WebP; up to 4, which are searched for as one."`
	Crop    []string       `placeholder:"X,Y,W,H" sep:"none" help:"The part of the photo that counts, in pixels from its upper left corner; the first is of the first photo, and so on, empty for the whole."`
	Weight  []float64      `placeholder:"W" help:"What the photo counts against the others (default 1); the first is of the first photo, and so on."`
	Like    []string       `placeholder:"ID" sep:"none" help:"Find products like this one; up to 10."`
	Unlike  []string       `placeholder:"ID" sep:"none" help:"Turn away from products like this one; up to 10."`
	Balance *float64       `placeholder:"B" help:"What photos and --like count beside the words: from 0, words alone, to 1, without them (default 0.5)."`
	Mode    retrieval.Mode `placeholder:"M" enum:"keyword,vector,hybrid,ranked" default:"ranked" help:"keyword, vector, hybrid or ranked (everything; the default)."`
	Filter  []string       `placeholder:"EXPR" sep:"none" help:"E.g. 'category=Shoes', 'brand=Nike|Puma', colour=red, price=10..50, in_stock=true; may be repeated, all must hold."`
	Literal bool           `help:"Take the words as they are: read no filter such as 'not black' or 'under 50' out of them."`
	Sort    retrieval.Sort `placeholder:"O" enum:"relevance,price_asc,price_desc,newest" default:"relevance" help:"relevance (the default), price_asc, price_desc or newest."`
	Group   string         `placeholder:"FIELD" help:"Keep only the best result of each value of brand, category, colour or attribute.NAME."`
}

// query is the search for text.
func (f *searchFlags) query(text string) (retrieval.Query, error) {
	if len(f.Crop) > len(f.Image) {
		return retrieval.Query{}, errors.New("--crop is the part of a photo that counts: name the photo with --image")
	}
	if len(f.Weight) > len(f.Image) {
		return retrieval.Query{}, errors.New("--weight is what a photo counts: name the photo with --image")
	}
	q := retrieval.Query{
		Text: text, Like: f.Like, Unlike: f.Unlike, Balance: f.Balance,
		Mode: f.Mode, Literal: f.Literal, Sort: f.Sort, Group: f.Group,
	}
	for _, expression := range f.Filter {
		filter, err := retrieval.ParseFilter(expression)
		if err != nil {
			return q, err
		}
		q.Filters = append(q.Filters, filter)
	}
	for i, path := range f.Image {
		photo, err := f.photo(i, path)
		if err != nil {
			return q, err
		}
		q.Photos = append(q.Photos, photo)
	}
	return q, nil
}

// photo reads the file of photo number i, with its crop and its weight.
func (f *searchFlags) photo(i int, path string) (photo retrieval.PhotoQuery, err error) {
	if photo.Data, err = os.ReadFile(path); err != nil {
		return photo, fmt.Errorf("read photo: %w", err)
	}
	if i < len(f.Crop) {
		photo.Crop, err = retrieval.ParseCrop(f.Crop[i])
	}
	if i < len(f.Weight) {
		photo.Weight = f.Weight[i]
	}
	return photo, err
}
