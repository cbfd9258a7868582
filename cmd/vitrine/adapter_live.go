package main

import (
	"vitrine/catalog/versions"
	"vitrine/encoders/adapter"
)

// liveAdapter is the adapter that a data directory says is to be used.
type liveAdapter struct {
	version string
	adapter *adapter.Adapter // nil = none
}

// openAdapter opens the adapter that is live (docs/adapters.md).
func openAdapter(dataDir string) (*followedFile[liveAdapter], error) {
	store := openAdapters(dataDir)
	none := liveAdapter{version: noAdapter}
	return openFollowed(store.CurrentPath(), versions.MaxCurrentBytes, none, func(text []byte) (liveAdapter, error) {
		version, _, err := store.ParseCurrent(text)
		if err != nil {
			return none, err
		}
		a, err := store.Load(version)
		return liveAdapter{version, a}, err
	})
}

// takeAdapter makes the live adapter that of the shop, unless it is for another model than the shop's, and says so.
func (s *shop) takeAdapter(t *terminal) {
	live := s.files.adapter.value
	s.adapter = nil
	if live.adapter == nil {
		return
	}
	built := builtWith(s.index)
	if err := live.adapter.Fits(built.Fingerprint, built.Dim); err != nil {
		t.notef("vitrine: adapter %s is not used: %v", live.version, err)
		return
	}
	s.adapter = live.adapter
}

// followAdapter takes up another adapter.
func (l *liveShop) followAdapter() {
	file := l.shop.files.adapter
	if !takeUp(l.terminal, file, "adapter") {
		return
	}
	l.shop.takeAdapter(l.terminal)
	l.shop.engine.SetAdapter(l.shop.adapter)
	if l.shop.adapter != nil || file.value.adapter == nil {
		l.terminal.notef("%s: queries now use adapter %s", file.path, file.value.version)
	}
}
