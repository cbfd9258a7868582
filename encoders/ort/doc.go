// Package ort finds, fetches and loads the shared library of ONNX Runtime and runs models with it.
//
// It knows files, checksums and the C library; it does not know what a model means. The order in which
// [Load] looks for the library is decided in docs/decisions/0002-onnx-runtime.md.
//
// Main types and functions:
//
//   - [Load]: finds the library, fetches it once into the user's cache where there is none, and starts the
//     runtime. It is global to the process: the first call decides.
//   - [Session]: one loaded network. Safe for concurrent use; [Session.Close] waits for nobody.
package ort
