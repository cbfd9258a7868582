// Package simulation is a shop of simulated visitors over a real catalogue and a real search: what they truly want is
// known, so that what learning from their clicks gains can be measured, and how they click is documented ([MODEL.md]).
//
// [New] makes a [Shop] of products: hidden quality, and the tastes and intents of its visitors. [Shop.Run] lets a
// month of them search, and gives out the queries and events that a real shop would have, in order of time.
// [Shop.Truth] says how relevant a product is to a visitor, and [Shop.Evaluate] compares rankings by it on searches
// that the run did not have: single ones ([Shop.Tasks]) and those that others of the same visit went before
// ([Shop.LaterTasks]). [Bots] mix attackers in.
//
// It trains nothing, and what is hidden reaches a ranker through clicks alone: a search is given the words and
// retrieval.Shopper, no more. It does not claim that real shoppers are so: a gain here says that a ranker can learn
// what there is to learn, not how much there is in another shop.
//
// Everything follows from the seed. A Shop does not change after it is made and is safe for concurrent use; Run and
// Evaluate search from several goroutines and wait for them.
//
// [MODEL.md]: the file beside this one
package simulation
