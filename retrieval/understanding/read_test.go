package understanding

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var shop = NewLexicon([]Value{
	{Field: "brand", Value: "Nike"}, {Field: "brand", Value: "No Nonsense"}, {Field: "brand", Value: "United Colors of Benetton"},
	{Field: "category", Value: "Casual Shoes"}, {Field: "category", Value: "Shoes"}, {Field: "category", Value: "Tshirts"}, {Field: "category", Value: "衬衫"},
	{Field: "colour", Value: "Black", Colour: true}, {Field: "colour", Value: "Navy Blue", Colour: true}, {Field: "colour", Value: "Blue", Colour: true}, {Field: "colour", Value: "Red", Colour: true},
	{Field: "attribute.gender", Value: "Women"}, {Field: "attribute.gender", Value: "Men"}, {Field: "attribute.material", Value: "Leather"},
	{Field: "attribute.year", Value: "2012"}, {Field: "attribute.fit", Value: "No"}, {Field: "brand", Value: "Orange"}, {Field: "attribute.sleeves", Value: "Long Sleeves"},
	{Field: "attribute.size", Name: "size", Value: "42"}, {Field: "attribute.size", Name: "size", Value: "42.5"}, {Field: "attribute.size", Name: "size", Value: "M"}, {Field: "attribute.size", Name: "size", Value: "XL"}, {Field: "attribute.size", Name: "size", Value: "EU 39"}, {Field: "attribute.size", Name: "size", Value: "大"},
	{Field: "attribute.ring_size", Name: "ring_size", Value: "7"}, {Field: "attribute.腰围", Name: "腰围", Value: "32"}, {Field: "attribute.strap", Name: "strap", Value: "Leather"}, {Field: "attribute.for", Name: "for", Value: "42"},
})

// told is a part in one line: its kind, its words and what they mean.
func told(p Part) string {
	kind := []string{"named", "denied", "price"}[p.Kind]
	var meant []string
	for _, v := range p.Values {
		meant = append(meant, v.Field+"="+v.Value)
	}
	bound := func(v *float64) string {
		if v == nil {
			return ""
		}
		return fmt.Sprint(*v)
	}
	if p.Kind == Price {
		meant = []string{bound(p.Min) + ".." + bound(p.Max)}
	}
	return fmt.Sprintf("%s %q %s", kind, p.Words, strings.Join(meant, "|"))
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
		left string // without what is denied and the prices
	}{
		{"red shoes", []string{`named "red" colour=Red`, `named "shoes" category=Shoes`}, "red shoes"},
		{"casual shoe for women's feet", []string{`named "casual shoe" category=Casual Shoes`, `named "women's" attribute.gender=Women`}, "casual shoe for women's feet"},
		{"t-shirt", []string{`named "t-shirt" category=Tshirts`}, "t-shirt"},
		{"blue t shirts", []string{`named "blue" colour=Blue|colour=Navy Blue`, `named "t shirts" category=Tshirts`}, "blue t shirts"},
		{"navy blue", []string{`named "navy blue" colour=Navy Blue`}, "navy blue"},
		{"navy", []string{`named "navy" colour=Navy Blue`}, "navy"},
		{"黑色衬衫", []string{`named "黑色" colour=Black`, `named "衬衫" category=衬衫`}, "黑色衬衫"},
		{"藏青色 nike", []string{`named "藏青色" colour=Navy Blue`, `named "nike" brand=Nike`}, "藏青色 nike"},
		{"男士蓝色卫衣", []string{`named "蓝色" colour=Navy Blue|colour=Blue`}, "男士蓝色卫衣"},
		{"orange lamp", []string{`named "orange" brand=Orange`}, "orange lamp"},
		{"model 2012", nil, "model 2012"},
		{"shoes size 42", []string{`named "shoes" category=Shoes`, `named "size 42" attribute.size=42`}, "shoes size 42"},
		{"sizes: 42, red", []string{`named "sizes: 42" attribute.size=42`, `named "red" colour=Red`}, "sizes: 42, red"},
		{"size 42.5 shoes", []string{`named "size 42.5" attribute.size=42.5`, `named "shoes" category=Shoes`}, "size 42.5 shoes"},
		{"size 42,7", nil, "size 42,7"},
		{"size 42-44", nil, "size 42-44"},
		{"size m/l", nil, "size m/l"},
		{"size m t-shirt", []string{`named "size m" attribute.size=M`, `named "t-shirt" category=Tshirts`}, "size m t-shirt"},
		{"size xl", []string{`named "size xl" attribute.size=XL`}, "size xl"},
		{"eu 42", []string{`named "eu 42" attribute.size=42`}, "eu 42"},
		{"eu 39", []string{`named "eu 39" attribute.size=EU 39`}, "eu 39"},
		{"size eu 42", []string{`named "size eu 42" attribute.size=42`}, "size eu 42"},
		{"size eu 39", []string{`named "size eu 39" attribute.size=EU 39`}, "size eu 39"},
		{"尺码42", []string{`named "尺码42" attribute.size=42`}, "尺码42"},
		{"黑色衬衫尺码:42的", []string{`named "黑色" colour=Black`, `named "衬衫" category=衬衫`, `named "尺码:42" attribute.size=42`}, "黑色衬衫尺码:42的"},
		{"运动鞋尺码 m", []string{`named "尺码 m" attribute.size=M`}, "运动鞋尺码 m"},
		{"尺码大衬衫", []string{`named "尺码大" attribute.size=大`, `named "衬衫" category=衬衫`}, "尺码大衬衫"},
		{"裤子腰围32", []string{`named "腰围32" attribute.腰围=32`}, "裤子腰围32"},
		{"ring size 7", []string{`named "ring size 7" attribute.ring_size=7`}, "ring size 7"},
		{"size 7", nil, "size 7"},
		{"strap leather", []string{`named "strap leather" attribute.strap=Leather`}, "strap leather"},
		{"not size 42", []string{`denied "size 42" attribute.size=42`}, ""},
		{"42", nil, "42"},
		{"shoes 42 m", []string{`named "shoes" category=Shoes`}, "shoes 42 m"},
		{"shoes for 42", []string{`named "shoes" category=Shoes`}, "shoes for 42"},
		{"42 size", nil, "42 size"},

		{"not black shoes", []string{`denied "black" colour=Black`, `named "shoes" category=Shoes`}, "shoes"},
		{"shoes, but not black or red", []string{`named "shoes" category=Shoes`, `denied "black" colour=Black`, `denied "red" colour=Red`}, "shoes"},
		{"shoes not black and waterproof", []string{`named "shoes" category=Shoes`, `denied "black" colour=Black`}, "shoes and waterproof"},
		{"shoes not black and not red", []string{`named "shoes" category=Shoes`, `denied "black" colour=Black`, `denied "red" colour=Red`}, "shoes and"},
		{"dress -red", []string{`denied "red" colour=Red`}, "dress"},
		{"-red dress", []string{`denied "red" colour=Red`}, "dress"},
		{"t-shirt - red", []string{`named "t-shirt" category=Tshirts`, `named "red" colour=Red`}, "t-shirt - red"},
		{"bag without leather for men", []string{`denied "leather" attribute.material=Leather|attribute.strap=Leather`, `named "men" attribute.gender=Men`}, "bag for men"},
		{"dress without long sleeves", []string{`denied "long sleeves" attribute.sleeves=Long Sleeves`}, "dress"},
		{"boots without high heels", []string{`denied "high heels" `}, "boots"},
		{"boots without heels in red", []string{`denied "heels" `, `named "red" colour=Red`}, "boots in red"},
		{"shoes no logo", []string{`named "shoes" category=Shoes`, `denied "logo" `}, "shoes"},
		{"no show socks", nil, "no show socks"},
		{"no-iron shirt", nil, "no-iron shirt"},
		{"chanel no. 5", nil, "chanel no. 5"},
		{"no nonsense tights", []string{`named "no nonsense" brand=No Nonsense`}, "no nonsense tights"},
		{"with or without handle", nil, "with or without handle"},
		{"shoes not for women", []string{`named "shoes" category=Shoes`, `denied "women" attribute.gender=Women`}, "shoes"},
		{"not", nil, "not"},
		{"不要黑色的衬衫", []string{`denied "黑色" colour=Black`, `named "衬衫" category=衬衫`}, "衬衫"},
		{"衬衫 不要黑色", []string{`named "衬衫" category=衬衫`, `denied "黑色" colour=Black`}, "衬衫"},
		{"除了黑色以外的衬衫", []string{`denied "黑色" colour=Black`, `named "衬衫" category=衬衫`}, "衬衫"},
		{"不带拉链的衬衫", []string{`denied "拉链" `, `named "衬衫" category=衬衫`}, "衬衫"},
		{"鞋 不要 nike", []string{`denied "nike" brand=Nike`}, "鞋"},
		{"不要", nil, "不要"},

		{"shoes under 50", []string{`named "shoes" category=Shoes`, `price "under 50" ..50`}, "shoes"},
		{"shoes under $49.90", []string{`named "shoes" category=Shoes`, `price "under $49.90" ..49.9`}, "shoes"},
		{"watch over 1,50 euros", []string{`price "over 1,50 euros" 1.5..`}, "watch"},
		{"laptop below 1.5k usd", []string{`price "below 1.5k usd" ..1500`}, "laptop"},
		{"lamp between 20 and 40 euro", []string{`price "between 20 and 40 euro" 20..40`}, "lamp"},
		{"lamp 40-20 €", []string{`price "40-20 €" 20..40`}, "lamp"},
		{"lamp €20 to €40", []string{`price "€20 to €40" 20..40`}, "lamp"},
		{"50元以下的衬衫", []string{`price "50元以下" ..50`, `named "衬衫" category=衬衫`}, "的衬衫"},
		{"衬衫100到200元", []string{`named "衬衫" category=衬衫`, `price "100到200元" 100..200`}, "衬衫"},
		{"衬衫 不超过100块", []string{`named "衬衫" category=衬衫`, `price "不超过100块" ..100`}, "衬衫"},
		{"100元左右的包", []string{`price "100元左右" 80..120`}, "的包"},
		{"tv under 50 inch", nil, "tv under 50 inch"},
		{"toys for under 3 years", nil, "toys for under 3 years"},
		{"air max 90", nil, "air max 90"},
		{"under armour", nil, "under armour"},
		{"iphone from 2020", nil, "iphone from 2020"},
		{"not over $50", []string{`price "not over $50" ..50`}, ""},
	} {
		parts := shop.Read(test.text)
		var got []string
		var applied []Part
		for _, p := range parts {
			got = append(got, told(p))
			if p.Kind != Named {
				applied = append(applied, p)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %s\nwant %s", test.text, strings.Join(got, ", "), strings.Join(test.want, ", "))
		}
		if left := Without(test.text, applied); left != test.left {
			t.Errorf("%s: %q is left, want %q", test.text, left, test.left)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"shoes, but not black or red under $50", "不要黑色的衬衫50元以下", "-", "not -red no 不要", "under 50k€-", "不要不要的的黑", "-不要", "size eu 42.5 尺码42尺码大", "not size size m/l"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		text = strings.ToLower(text)
		end := 0
		for _, p := range shop.Read(text) {
			if p.From < end || p.To <= p.From || p.To > len(text) || !utf8.ValidString(text[p.From:p.To]) {
				t.Fatalf("%q: part %+v after %d", text, p, end)
			}
			end = p.To
		}
		if all := shop.Read(text); len(Without(text, all)) > len(text)+len(all) {
			t.Errorf("%q grew", text)
		}
	})
}
