// Package catalog is the room of the shop's products: what a product is, how feeds are read, and the
// database that every other room can be rebuilt from. It also keeps what shoppers did, for training.
//
// It is the only place that knows SQLite and feed formats. It does not fetch photos from the network,
// decode them, embed or index anything: those are the jobs of encoders and indexer.
//
// Main types:
//
//   - [Product], [Photo], [Variant]: plain values. [Product.Validate] says whether one may enter.
//   - [Feed]: a file of products (JSONL, tables, Google Merchant Center's, Shopify's) as a stream, where a broken row is an
//     error of that row and the reading goes on. For one goroutine. [CheckFeed] reports on one, [ProblemOf] sorts errors.
//   - [Event], [ShopperQuery]: what shoppers did, as User Behavior Insights has it. [ParseEvents] reads a
//     request's body, [EventReader] a file. It is for one goroutine.
//   - [Served]: what one answered search showed and what the ranker saw of it. [Run]: the record of a training; [IndexRun]:
//     that of a run of the indexer.
//   - [Store]: catalog.db, the products and the sequence-numbered log of their changes, and the events. Safe for
//     concurrent use; writes are serialised, readers see a consistent snapshot and never block writers.
//   - [Key]: what a program may do on a server's API; in catalog.db, as a hash.
//   - [PhotoFailure]: why a photo of a product could not be had, and when it is tried again; in catalog.db.
//   - [Embeddings]: embeddings.db, a cache of vectors that may be deleted at any time. Safe for concurrent use.
//   - [Lock]: the exclusive right to read a feed and to build an index in a data directory, across processes. Events,
//     and products that a server is sent, are written without it: a transaction is enough.
//
// Package catalog/versions keeps what was trained; it and catalog/durable know nothing of products or SQLite.
//
// Whatever these types return belongs to the caller; whatever they are given is not kept or changed.
package catalog
