package ranker

// priorVersion is the version of the cold-start prior; it is raised when a weight changes.
const priorVersion = "prior-1"

// priorBias puts a product that merely got into the list near a click-through rate of 1 %, and the clear
// best of a query near 1 in 2. The order does not depend on it.
const priorBias = -5.5

// prior holds the hand-set weights with which a shop starts, before its shoppers' clicks teach better
// ones. They are in logits: 0.7 doubles the odds of a click. Relevance spans about five, and all that the
// shop itself wishes about one, so that it decides between products which fit about equally.
//
// The balance of fusion and keyword score was chosen on a coarse grid over 72 queries of an electronics
// shop (querqy/chorus) and rounded. What it scores there (docs/measurements.md) is therefore no held-out figure.
var prior = []Weight{
	{"fused_score", 1.5, "What several legs agree on is likely right; but the fusion goes by rank, and the first place of a weak leg weighs there as much as that of a strong one."},
	{"fused_reciprocal_rank", 0, "Sharpens the top of the fused order, and its errors too: for training to decide."},
	{"keyword_score", 2, "How much better a product fits the words than the next one, which fusion by rank forgets."},
	{"text_text_cosine", 0.5, "The same for the meaning of the words. Small: the cosines of different models spread differently."},
	{"text_image_cosine", 0.5, "As text_text_cosine, for the photo."},
	{"photo_image_cosine", 3, "A shopper who shows a photo wants what looks like it: cosines that differ by 0.3 outweigh half a keyword score."},
	{"title_coverage", 1, "Shoppers read titles: one with all of their words is clicked before one with half of them."},
	{"brand_match", 0.5, "Who names a brand wants it. The keyword score counts the word already, so only a nudge."},
	{"colour_match", 0.5, "Colour is seen at a glance and a wrong one is passed over; embeddings often miss it."},
	{"category_match", 0.5, "Tells a shoe from a shoe rack where both titles hold the word."},
	{"price_log_ratio", 0, "Dear or cheap says nothing before clicks do: shops differ in the sign."},
	{"in_stock", 0.7, "What cannot be bought disappoints: a sold-out product falls behind its equals, but a perfect match is still found."},
	{"freshness", 0.1, "Between equals the newer one; small, because many catalogues have no dates."},
	{"has_photo", 0.2, "Tiles without a photo are rarely clicked."},
}
