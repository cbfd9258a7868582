// Package encoders is the room of the models: it turns texts and photos into unit vectors of one space.
//
// It reads model directories in the layout of Hugging Face's ONNX exports, from those files and never from
// code, checks them when they are opened, and is the only place that knows ONNX Runtime and imaging. It does
// not fetch photos, cache vectors or compare them: those are the jobs of indexer, catalog and retrieval.
//
// Main types and functions:
//
//   - [Open]: a model directory as a [Model]; finds ONNX Runtime or fetches it once.
//   - [Mini]: the files of vitrine-mini, the model that is part of the program.
//   - [Model]: both towers. Safe for concurrent use, [Model.Close] included.
//   - [Info]: what a model is called, its fingerprint and its sizes.
//
// Vectors that are returned belong to the caller; texts and photos that are given are neither kept nor
// changed.
//
// Below it: ort finds and runs the runtime, tokenizer makes tokens, photo makes tensors;
// adapter fits a model's query vectors to a shop.
package encoders
