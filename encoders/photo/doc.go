// Package photo turns an encoded photo of unknown origin into the numbers that an image tower reads.
//
// It checks the header before it decodes, so that a small file cannot ask for gigabytes; decodes JPEG, PNG,
// GIF (its first frame) and WebP, JPEG to the colours of libjpeg; turns the picture as its EXIF orientation says; crops; lays it on white;
// and resizes and scales it as a model's preprocessor_config.json says. It is the only place that knows
// imaging. It runs no model and fetches nothing.
//
// Main types and functions:
//
//   - [Decode]: bytes to picture. At most as many decodings run at once as there are cores, in the process.
//   - [Rule]: a preprocessor_config.json; [Rule.Tensor] applies it.
//
// All are safe for concurrent use. What they return belongs to the caller.
package photo
