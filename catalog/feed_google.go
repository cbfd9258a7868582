package catalog

import "strings"

// googleIgnored are the attributes of Google Merchant Center, squashed, that a shopper does not search for: addresses,
// shipping, taxes and how advertisements run.
var googleIgnored = func() map[string]bool {
	ignored := make(map[string]bool)
	for _, name := range []string{
		"link", "mobile_link", "canonical_link", "link_template", "mobile_link_template", "checkout_link_template", "ads_redirect", "virtual_model_link",
		"shipping", "shipping_label", "shipping_weight", "shipping_length", "shipping_width", "shipping_height", "ships_from_country", "carrier_shipping",
		"free_shipping_threshold", "transit_time_label", "min_handling_time", "max_handling_time", "return_policy_label",
		"tax", "tax_category", "installment", "subscription_cost", "loyalty_program", "loyalty_points", "auto_pricing_min_price",
		"promotion_id", "excluded_destination", "included_destination", "shopping_ads_excluded_country", "external_seller_id",
		"identifier_exists", "pause", "availability_date", "expiration_date", "disclosure_date",
		// of the RSS and Atom around them
		"guid", "pub_date", "updated", "published", "author", "comments", "enclosure", "source", "rights",
	} {
		ignored[squash(name)] = true
	}
	return ignored
}()

// hasGoogleColumns tells a table for Merchant Center by what its specification requires and few others have.
func hasGoogleColumns(names []string) bool {
	return has(names, "id", "title", "imagelink") && (has(names, "availability") || has(names, "itemgroupid"))
}

// googleRole tells the role of one of Merchant Center's attributes; "shipping(country:price)" is shipping.
func googleRole(name string) role {
	bare, _, _ := strings.Cut(name, "(")
	if googleIgnored[squash(bare)] {
		return role{field: fieldIgnored}
	}
	found := recognise(name)
	found.html = found.field == fieldDescription
	return found
}
