// Package ort finds, fetches and loads the shared library of ONNX Runtime and runs models with it.
//
// It knows files, checksums and the C library; it does not know what a model means. The order in which
// [Locate] looks is decided in docs/decisions/0002-onnx-runtime.md.
//
// Main types and functions:
//
//   - [Locate]: the path of a library, fetched once into the user's cache where there is none.
//   - [Load]: the same, and starts the runtime. It is global to the process: the first call decides.
//   - [Session]: one loaded network. Safe for concurrent use; [Session.Close] waits for nobody.
package ort
