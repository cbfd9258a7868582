// Package tokenizer turns text into the token ids that a model was trained with, as its Hugging Face files say.
//
// It reads tokenizer.json and, where a model comes without one, vocab.txt or vocab.json with merges.txt. A text
// goes through the parts that such a file names: added tokens, normalizer, pre-tokenizer, model (WordPiece, BPE
// or Unigram), post-processor, truncation. A part that is not known here is an error when the file is read,
// never a wrong token later. Text pairs and decoding are not its job. Why it is our own code:
// docs/decisions/0003-tokenizer.md.
//
// The one type is [Tokenizer]: made by [Parse], [ParseWordPieces] or [ParseMerges], never changed, safe for
// concurrent use. What Encode returns belongs to the caller.
package tokenizer
