// Package sample draws the catalogue of the demo's shop: a feed of invented products and a photo of
// each, made by our own code, so that the repository need not carry other people's pictures.
//
// It is not a drawing library and knows nothing of indexing or searching: what it leaves behind is a
// folder with a feed that catalog.OpenFeed reads like any shop's.
//
// Main types: [Options] and [Generate]. Inside, a kind is one sort of product (what it is called,
// what it may be made of, how it is drawn), a look is one product's draw, and a canvas turns outlines
// into shaded shapes. A new kind is one entry in the list of its family and one draw function.
//
// The same options give the same bytes. Generate may run concurrently for different folders, not for
// the same one; it draws on all cores and waits for its goroutines before it returns. The folder
// belongs to the caller.
package sample
