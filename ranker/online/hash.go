package online

// hash is FNV-1a of 64 bits, which is the same in every process, mixed. It is never 0, which stands for a
// field that is not there.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return max(mix(h), 1)
}

// mix spreads each bit over all (the finaliser of MurmurHash3).
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// hashes are those of an example's fields.
type hashes [maxFields]uint64

func hashFields(fields []string) (h hashes) {
	for i, value := range fields {
		if value != "" {
			h[i] = hash(value)
		}
	}
	return h
}

// bucket returns where the values of a cross are kept, and the sign under which, so that two that share a
// bucket are as likely to cancel as to add up (Weinberger et al. 2009). It says no where a field is not there.
func (c *cross) bucket(fields *hashes, buckets int) (bucket int, sign float64, there bool) {
	h := c.seed
	for _, field := range c.fields {
		if fields[field] == 0 {
			return 0, 0, false
		}
		h = mix(h ^ fields[field])
	}
	sign = 1
	if h>>63 == 1 {
		sign = -1
	}
	return int(h) & (buckets - 1), sign, true
}
