// Package crowd makes a catalogue of any size out of a few drawn products, so that speed can be measured at a
// shop's scale without its data: brands, product lines and kinds are as unevenly common as words are (Zipf),
// and the pictures are those of the products that it began with.
//
// It is for measuring speed and not for judging relevance. The same models, size and seed give the same
// products. A call shares nothing with another.
package crowd
