// Package web is the room of the HTTP server: the shop's search pages, the JSON API below /api/v1,
// health and metrics, and the limits that keep a stranger's request small.
//
// It does not search, rank or explain: it parses a request, asks a [Searcher] and shows what that
// answers. It knows no model, no index and no database.
//
// Main types:
//
//   - [Searcher]: what the room needs of a search engine; *retrieval.Engine is one. A searcher that
//     also has the method of [Recommender] gets its similar items shown, and one with that of
//     [Suggester] completes what is typed in the search field, and one with that of [Explainer] says why a
//     product is not among the results.
//   - [Catalogue]: what takes changes of products; [StatusReporter]: what tells how the shop stands, as a [Status].
//   - [Keys]: what tells a key of the API from what is none.
//   - [EventLog] and [SearchLog]: what keeps what shoppers did and what they were answered.
//   - [Options]: the shop's name and the limits. Its zero value is ready for use.
//   - [FaultReporter] and [Tracer]: what tells what does not work behind the server, and what is told of requests.
//   - [New] makes the handler of all routes, [NewApart] one without and one of metrics and profiles; [Serve] runs it on a listener until its context ends.
//
// One file a purpose: routes.go is the table of all addresses and the place to begin; access.go says who may ask them, guard.go sees to it; request.go turns
// a query string into a search and back; page_*.go fill the templates, api_*.go the JSON answers;
// problems.go is the only table from an error to a status. Pages are rendered on the server and work
// without JavaScript, except that a photo can only be dropped or pasted with it.
//
// The handler is safe for concurrent use. It keeps uploaded photos in memory, bounded and addressed by
// their hash, the tasks of package web/tasks, and nothing else between two requests; what shoppers ask for goes to the [SearchLog] alone.
package web
