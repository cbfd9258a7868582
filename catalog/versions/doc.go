// Package versions keeps what was trained, one folder a version, and says which is live.
//
// A [Store] is a folder:
//
//	VERSION/manifest.json   what the version is and how it came about: JSON, with format, version and checksums
//	VERSION/...             its files
//	CURRENT                 the live version, and below it those before it; without it none is live
//
// A version is there whole or not at all, and the live one changes in one step, so that a kill at any moment leaves the
// live one live. It does not know what the files mean: [Kind] says by a function whether a version can be used.
//
// A Store is safe for concurrent use by several processes as far as reading goes; who writes holds a lock of his own.
// Errors about versions wrap those of the Kind.
package versions
