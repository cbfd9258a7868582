// Package behaviour remembers what shoppers did, as figures that a ranker reads in real time: how often a product was
// clicked for where it stood, and what one visitor likes.
//
// It does not store events (catalog does, and a [State] is made from them again at every start), nor does it score: the
// features of package ranker read what a [View] says.
//
// Main types:
//
//   - [State]: what is remembered. [State.Observe] and [State.Apply] take queries and events in any order of arrival,
//     [State.Forget] takes a visitor out. Its size is bounded by [Options], whatever strangers send.
//   - [View] and [Facts]: what the state says of the candidates of one query, all read at one moment.
//   - [Products]: what the caller knows of products.
//
// How a click becomes a figure: trust.go says which clicks count, clock.go how they fade, examination.go what a place in
// the list is worth, counts.go how few of them are smoothed, profile.go and taste.go what they say of a visitor.
//
// A State is safe for concurrent use.
package behaviour
