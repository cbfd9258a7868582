// Package fetch gets photos from http(s) URLs that strangers wrote, politely and without being led astray.
//
// Polite: at most so many requests at once to one host and to all; a host that is busy or down is given time, with
// pauses that grow and that it may set itself (Retry-After), and is left alone for the rest of a run when it goes on
// failing; what was fetched before is asked for again only after a week, and then only whether it has changed.
// Safe: the connected address is checked, whatever a name resolves to at that moment; no proxy, few redirects, ten
// seconds, ten megabytes, and nothing is unpacked. It knows nothing of products, and decodes no photo.
//
// Main types:
//
//   - [Fetcher]: [Fetcher.Each] fetches many photos. One call at a time; it has its own goroutines and waits for them.
//   - [Failure]: why a photo could not be had, and whether it may be had later.
//   - [Options]: the limits.
//
// Photos that were fetched lie below [Options.Dir], which may be deleted at any time: FORMAT.md describes the files.
// The bytes given to a visitor belong to it.
package fetch
