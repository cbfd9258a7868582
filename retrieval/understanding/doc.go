// Package understanding reads what a shopper's words say besides naming things: a price ("under 50",
// "50元以下"), what is not wanted ("not red", "-red", "不要红色"), and which of the words name values that the
// catalogue itself has (a brand, a category, a colour, an attribute). A bare number or a short code names one
// only behind what its attribute is called: "size 42", "尺码42".
//
// A [Lexicon] is made once from the values of a catalogue; [Lexicon.Read] takes a query apart into
// [Part]s, each with the words that it was read from; [Without] leaves the words of some parts out. What
// to do with a part, a filter or a mere preference, is for the caller to decide.
//
// It understands English and Chinese by rules that a reader can follow. A Lexicon never changes and may
// be used by many goroutines.
package understanding
