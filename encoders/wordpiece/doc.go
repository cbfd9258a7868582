// Package wordpiece turns text into the token ids of BERT-type models, as a Hugging Face tokenizer.json says.
//
// It reads the parts that such files have: BertNormalizer, BertPreTokenizer, the WordPiece model, special
// tokens, a TemplateProcessing for single texts and truncation on the right. Any other part is an error when
// the file is read, never a wrong token later. Byte-pair and unigram models, text pairs and decoding are not
// its job. Why it is our own code: docs/decisions/0003-tokenizer.md.
//
// The one type is [Tokenizer]: made by [Parse], never changed, safe for concurrent use. What Encode returns
// belongs to the caller.
package wordpiece
