package words

import "bytes"

// Stem drops an English plural ending, in the manner of the S stemmer (Harman 1991, "How effective is
// suffixing?"): batteries → battery, watches → watch, shoes → shoe; bus and glass stay. Word is in
// lower case and may be overwritten.
func Stem(word []byte) []byte {
	switch {
	case len(word) < 4 || !bytes.HasSuffix(word, []byte("s")):
		return word
	case bytes.HasSuffix(word, []byte("ies")) && len(word) > 4:
		return append(word[:len(word)-3], 'y')
	case hasAnySuffix(word, "sses", "shes", "ches", "xes", "zes"):
		return word[:len(word)-2]
	case hasAnySuffix(word, "ss", "us", "is"):
		return word
	}
	return word[:len(word)-1]
}

func hasAnySuffix(word []byte, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if bytes.HasSuffix(word, []byte(suffix)) {
			return true
		}
	}
	return false
}
