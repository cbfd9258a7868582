package ranker

// priorVersion is the version of the cold-start prior; it is raised when a weight changes.
const priorVersion = "prior-1"

// priorBias puts a product that has nothing but a place far down the list near the click-through rate of
// such places, about 1 %; the best hit of a clear query comes out near 1 in 2. Only probabilities depend on
// it, never the order.
const priorBias = -4.5

// prior holds the hand-set weights with which a shop starts, before its shoppers' clicks teach better
// ones. They are in logits: 0.7 doubles the odds of a click. Relevance spans about five, and all that the
// shop itself wishes about one and a half, so that it decides between products which fit about equally.
var prior = []Weight{
	{"fused_score", 3, "The fusion of all legs is the best single guess; the others refine it."},
	{"fused_reciprocal_rank", 0.3, "Clicks fall off steeply over the first few places of a good list."},
	{"keyword_score", 1, "Fusion by rank forgets by how much one product fits the words better than the next."},
	{"text_text_cosine", 0.5, "The same for the meaning of the words. Small: cosines of different models spread differently."},
	{"text_image_cosine", 0.5, "As text_text_cosine, for the photo."},
	{"photo_image_cosine", 2, "A shopper who shows a photo wants what looks like it; this leg is then the main witness."},
	{"title_coverage", 1, "Shoppers read titles: one with all of their words is clicked before one with half of them."},
	{"brand_match", 0.5, "Who names a brand wants it. BM25 has counted the word once already, so only a nudge."},
	{"colour_match", 0.5, "Colour is seen at a glance and a wrong one is passed over; embeddings often miss it."},
	{"category_match", 0.5, "Tells a shoe from a shoe rack where both titles hold the word."},
	{"price_log_ratio", 0, "Dear or cheap says nothing before clicks do: shops differ in the sign."},
	{"in_stock", 0.7, "What cannot be bought disappoints: a sold-out product falls behind the equals that can be had, but a perfect match is still found."},
	{"freshness", 0.1, "Between equals the newer one; small, because many catalogues have no dates."},
	{"has_photo", 0.2, "Tiles without a photo are rarely clicked."},
}
