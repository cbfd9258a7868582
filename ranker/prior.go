package ranker

// priorVersion is the version of the cold-start prior; it is raised when a weight changes.
const priorVersion = "prior-3"

// priorBias puts a product that merely got into the list near a click-through rate of 1 %, and the clear
// best of a query near 1 in 2. The order does not depend on it.
const priorBias = -7

// prior holds the hand-set weights with which a shop starts, before its shoppers' clicks teach better
// ones. They are in logits: 0.7 doubles the odds of a click. Relevance spans about six, and all that the
// shop itself wishes about one, so that it decides between products which fit about equally.
//
// The weights of relevance were chosen on the tuning half of the judged sets of `vitrine bench quality`
// (docs/decisions/0009-fusion.md): the fusion, which weighs the legs by the query, carries the order, and what words
// name in fields shifts it a little.
var prior = []Weight{
	{"fused_score", 6, "What the legs agree on, each weighed by what is seen of the query, is the best there is to know before clicks."},
	{"fused_reciprocal_rank", 0, "Sharpens the top of the fused order, and its errors too: for training to decide."},
	{"keyword_score", 0, "Is in the fused score, by the weight that it has for the query: for training to correct."},
	{"text_text_cosine", 0, "As keyword_score."},
	{"text_image_cosine", 0, "As keyword_score."},
	{"photo_image_cosine", 0, "As keyword_score."},
	{"title_coverage", 0.3, "Shoppers read titles: of two that fit alike, one with all of their words is clicked first."},
	{"brand_match", 0.3, "Who names a brand wants it. The fusion counts the word already, so only a nudge."},
	{"colour_match", 0.3, "Colour is seen at a glance and a wrong one is passed over; embeddings often miss it."},
	{"category_match", 0.2, "Tells a shoe from a shoe rack where both titles hold the word."},
	{"price_log_ratio", 0, "Dear or cheap says nothing before clicks do: shops differ in the sign."},
	{"in_stock", 0.8, "What cannot be bought disappoints: a sold-out product falls behind its equals, but a perfect match is still found."},
	{"freshness", 0.1, "Between equals the newer one; small, because many catalogues have no dates."},
	{"has_photo", 0.2, "Tiles without a photo are rarely clicked."},

	{"product_ctr", 0.3, "Twice the clicks that its places let expect are 0.2: worth a step among products that fit alike, never a product that does not fit."},
	{"product_cart_rate", 0.1, "Says what the clicks say, and rarer: a nudge for what keeps its promise."},
	{"product_purchase_rate", 0.2, "What is bought is what was looked for; its smoothing makes it slow."},
	{"product_trend", 0, "A fashion or a campaign: for training to decide."},
	{"query_product_ctr", 0.3, "The shoppers' own judgement of the product for these words."},
	{"query_product_purchase_rate", 0.1, "The same, rarer and slower."},
	{"category_ctr", 0, "Is in product_ctr where the product has few clicks of its own."},
	{"impressions", 0, "Alone it says what the order was so far, and would keep it: for training to join with the rates."},
	{"brand_affinity", 0.2, "Who came back to a brand before does again; the query still comes first."},
	{"category_affinity", 0.1, "The query names the kind already; a tie between kinds goes to the usual one."},
	{"colour_affinity", 0.1, "Tastes in colour last, but most shoppers wear several."},
	{"style_affinity", 0.15, "For whom and what for is rarely typed and rarely changes."},
	{"price_affinity", 0.15, "What somebody pays in a category is steady."},
	{"session_brand", 0.15, "A brand that was just clicked is being compared."},
	{"session_category", 0.15, "What a session is about, when the words do not say."},
	{"session_colour", 0.1, "As session_brand."},
	{"session_price", 0.1, "As session_brand."},
	{"seen_before", 0, "Wanted again or done with: for training to decide."},
	{"bought_before", 0, "As seen_before: soap is bought again, a sofa is not."},
	{"brand_repeats", 0, "Variety is a wish of the query (Diversity), not of the prior."},
	{"category_repeats", 0, "As brand_repeats."},
	{"price_share", 0, "As price_log_ratio."},
	{"mobile", 0, "The same for all candidates: for models in which features act together."},
	{"mobile_price", 0, "As price_log_ratio."},
	{"hour_sin", 0, "As mobile."},
	{"hour_cos", 0, "As mobile."},
	{"query_length", 0, "As mobile."},
}
