package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

var (
	testKey  = impressionKey(bytes.Repeat([]byte{7}, tokenKeyBytes))
	tokenNow = time.Unix(1_800_000_000, 0)
	aPlace   = impression{Query: "q1", Client: "c1", Product: "shoes-red-1", Position: 3}
)

func TestATokenHoldsForItsImpressionAndADay(t *testing.T) {
	token := testKey.sign(aPlace, tokenNow)
	if len(token) > 100 {
		t.Errorf("it has %d bytes", len(token))
	}
	in := func(change func(i *impression)) impression {
		i := aPlace
		change(&i)
		return i
	}
	for name, test := range map[string]struct {
		key   impressionKey
		token string
		of    impression
		after time.Duration
		want  error
	}{
		"it holds":               {testKey, token, aPlace, 0, nil},
		"to the end":             {testKey, token, aPlace, tokenLifetime - time.Second, nil},
		"the event has no place": {testKey, token, in(func(i *impression) { i.Position = 0 }), 0, nil},
		"a day later":            {testKey, token, aPlace, tokenLifetime, errTokenExpired},
		"another query":          {testKey, token, in(func(i *impression) { i.Query = "q2" }), 0, errTokenQuery},
		"another client":         {testKey, token, in(func(i *impression) { i.Client = "c2" }), 0, errTokenClient},
		"another product":        {testKey, token, in(func(i *impression) { i.Product = "shoes-red-2" }), 0, errTokenProduct},
		"another position":       {testKey, token, in(func(i *impression) { i.Position = 1 }), 0, errTokenPosition},
		"ids of the same length": {testKey, token, in(func(i *impression) { i.Query, i.Client = i.Client, i.Query }), 0, errTokenQuery},
		"no token":               {testKey, "", aPlace, 0, errNoToken},
		"another key":            {impressionKey(bytes.Repeat([]byte{8}, tokenKeyBytes)), token, aPlace, 0, errTokenForged},
		"half":                   {testKey, token[:47], aPlace, 0, errTokenForged},
		"padded":                 {testKey, token + "==", aPlace, 0, errTokenForged},
		"with a line end":        {testKey, token[:93] + "\n", aPlace, 0, errTokenForged},
	} {
		if err := test.key.check(test.token, test.of, tokenNow.Add(test.after)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestATokenWithAnyOtherByteIsForged(t *testing.T) {
	token := testKey.sign(aPlace, tokenNow)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=\n "
	for i := range token {
		for _, c := range alphabet {
			changed := token[:i] + string(c) + token[i+1:]
			if err := testKey.check(changed, aPlace, tokenNow); changed != token && !errors.Is(err, errTokenForged) {
				t.Fatalf("%q in place of %q at %d: %v", c, token[i], i, err)
			}
		}
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		for bit := range 8 {
			sealed[i] ^= 1 << bit
			if err := testKey.check(base64.RawURLEncoding.EncodeToString(sealed), aPlace, tokenNow); !errors.Is(err, errTokenForged) {
				t.Fatalf("bit %d of byte %d: %v", bit, i, err)
			}
			sealed[i] ^= 1 << bit
		}
	}
}

func FuzzImpressionTokens(f *testing.F) {
	good := testKey.sign(aPlace, tokenNow)
	f.Add(good)
	f.Add("")
	f.Add(strings.Repeat("A", len(good)))
	f.Add(good[:len(good)-1] + "=")
	f.Fuzz(func(t *testing.T, token string) {
		if err := testKey.check(token, aPlace, tokenNow); (err == nil) != (token == good) {
			t.Errorf("%q: %v", token, err)
		}
	})
}

func BenchmarkImpressionTokens(b *testing.B) {
	token := testKey.sign(aPlace, tokenNow)
	b.Run("sign", func(b *testing.B) {
		for b.Loop() {
			testKey.sign(aPlace, tokenNow)
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if err := testKey.check(token, aPlace, tokenNow); err != nil {
				b.Fatal(err)
			}
		}
	})
}
