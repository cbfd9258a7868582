package rules

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"vitrine/retrieval"
)

const maxURL = 2000 // bytes

// checkURL admits what a shopper can be led to: http(s) addresses, and paths of the shop. What browsers
// would read as something else is refused: "javascript:", "//host", and a backslash, which is a slash to
// them.
func checkURL(address string) error {
	bad := fmt.Errorf("it cannot lead to %q: write a path of the shop such as /returns, or an address with https://", address)
	plain := func(r rune) bool { return r != '\\' && !unicode.IsSpace(r) && !unicode.IsControl(r) }
	if len(address) > maxURL {
		return fmt.Errorf("its address has more than %d bytes", maxURL)
	}
	u, err := url.Parse(address)
	if err != nil || strings.ContainsFunc(address, func(r rune) bool { return !plain(r) }) {
		return bad
	}
	isWeb := (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
	isPath := u.Scheme == "" && strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//")
	if !isWeb && !isPath {
		return bad
	}
	return nil
}

// checkChains refuses a redirect to a search of the shop that is redirected again, which could go round
// in circles.
func (s *Set) checkChains() error {
	var faults []error
	for i := range s.Rules {
		u, err := url.Parse(s.Rules[i].URL)
		if err != nil || u.Host != "" || u.Path != "/" {
			continue
		}
		to := newAsked(&retrieval.Query{Text: retrieval.NormaliseText(u.Query().Get("q"))})
		for j := range s.Rules {
			if s.Rules[j].Action == retrieval.ActionRedirect && s.Rules[j].When.saidBy(to) {
				err := fmt.Errorf("it leads to a search that rule %q redirects again", s.Rules[j].Name)
				faults = append(faults, fmt.Errorf("%w: rule %q: %w", ErrBadRules, s.Rules[i].Name, err))
			}
		}
	}
	return errors.Join(faults...)
}
