package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// An impression token says that this server showed a product at a place of a list to somebody. Whoever sends an event
// of that product back sends the token with it, so that nobody makes impressions and clicks up. It is base64url of
//
//	offset  bytes
//	0       4      expiry, Unix seconds, big endian
//	4       4      position in the list, from 1, big endian
//	8       3 × 10 first bytes of the SHA-256 of query id, client id and product id
//	38      32     HMAC-SHA256 of all bytes before
const (
	tokenDigest   = 10 // of an id; another id with the same takes 2^80 tries
	tokenClaims   = 4 + 4 + 3*tokenDigest
	tokenBytes    = tokenClaims + sha256.Size
	tokenLifetime = 24 * time.Hour
	tokenKeyBytes = 32
)

// Why the token of an event does not hold. The texts are stored with the event and are labels of a metric.
var (
	errNoToken       = errors.New("no impression token")
	errTokenForged   = errors.New("forged token")
	errTokenExpired  = errors.New("expired token")
	errTokenQuery    = errors.New("token of another query")
	errTokenClient   = errors.New("token of another client")
	errTokenProduct  = errors.New("token of another product")
	errTokenPosition = errors.New("token of another position")
)

// impression is a product at its place in a list that somebody was shown.
type impression struct {
	Query, Client, Product string
	Position               int // from 1 over all pages; 0 in an event that does not say
}

// impressionKey signs tokens. It is tokenKeyBytes of a secret.
type impressionKey []byte

// sign returns the token of i, 94 characters that need no escaping.
func (k impressionKey) sign(i impression, now time.Time) string {
	token := i.claims(now.Add(tokenLifetime))
	return base64.RawURLEncoding.EncodeToString(k.seal(token))
}

// check returns nil where token is that of i and has not expired, else one of the errors above.
func (k impressionKey) check(token string, i impression, now time.Time) error {
	if token == "" {
		return errNoToken
	}
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return errTokenForged
	}
	// Strict, so that a token has one spelling.
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || !hmac.Equal(sealed, k.seal(sealed[:tokenClaims:tokenClaims])) {
		return errTokenForged
	}
	expiry, position := binary.BigEndian.Uint32(sealed), int(binary.BigEndian.Uint32(sealed[4:]))
	if now.Unix() >= int64(expiry) {
		return errTokenExpired
	}
	digests := string(sealed[8:tokenClaims])
	for n, claim := range []struct {
		id    string
		other error
	}{{i.Query, errTokenQuery}, {i.Client, errTokenClient}, {i.Product, errTokenProduct}} {
		if digests[n*tokenDigest:(n+1)*tokenDigest] != digest(claim.id) {
			return claim.other
		}
	}
	if i.Position != 0 && i.Position != position {
		return errTokenPosition
	}
	return nil
}

// claims are the bytes of a token that are signed.
func (i impression) claims(expiry time.Time) []byte {
	claims := make([]byte, 0, tokenBytes)
	claims = binary.BigEndian.AppendUint32(claims, uint32(expiry.Unix()))
	claims = binary.BigEndian.AppendUint32(claims, uint32(i.Position))
	for _, id := range []string{i.Query, i.Client, i.Product} {
		claims = append(claims, digest(id)...)
	}
	return claims
}

func digest(id string) string {
	sum := sha256.Sum256([]byte(id))
	return string(sum[:tokenDigest])
}

// seal appends the signature of claims.
func (k impressionKey) seal(claims []byte) []byte {
	mac := hmac.New(sha256.New, k)
	mac.Write(claims)
	return mac.Sum(claims)
}
