package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"vitrine/catalog"
)

// keyUseEvery is how often a server notes which keys were used.
const keyUseEvery = time.Minute

// keyring looks keys up for a server. It asks the catalogue each time, some 30 µs, so that a new key counts and a revoked
// one does not from the next request on; uses are noted beside the requests. It is safe for concurrent use.
type keyring struct {
	store *catalog.Store
	keyed atomic.Bool // a shop that has had a key once has had it for good

	mu   sync.Mutex
	used map[string]time.Time // by id, since the last note
}

func newKeyring(store *catalog.Store) *keyring {
	return &keyring{store: store, used: map[string]time.Time{}}
}

// Keyed implements web.Keys.
func (k *keyring) Keyed(ctx context.Context) (bool, error) {
	if k.keyed.Load() {
		return true, nil
	}
	keyed, err := k.store.Keyed(ctx)
	if keyed {
		k.keyed.Store(true)
	}
	return keyed, err
}

// KeyOf implements web.Keys.
func (k *keyring) KeyOf(ctx context.Context, text string) (catalog.Key, error) {
	key, err := k.store.KeyOf(ctx, text)
	if err != nil {
		return key, err
	}
	now := time.Now()
	if err := key.Fault(now); err != nil {
		return catalog.Key{}, err
	}
	if now.Truncate(time.Hour).After(key.Used) {
		k.mu.Lock()
		k.used[key.ID] = now
		k.mu.Unlock()
	}
	return key, nil
}

// note writes which keys were used, every minute and at the end of ctx. What cannot be written waits for the next time.
func (k *keyring) note(ctx context.Context, t *terminal) error {
	ticker := time.NewTicker(keyUseEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			k.write(context.WithoutCancel(ctx), t)
			return nil
		case <-ticker.C:
			k.write(ctx, t)
		}
	}
}

func (k *keyring) write(ctx context.Context, t *terminal) {
	k.mu.Lock()
	used := k.used
	k.used = map[string]time.Time{}
	k.mu.Unlock()
	if len(used) == 0 {
		return
	}
	if err := k.store.KeysUsed(ctx, used); err != nil {
		t.notef("vitrine: %v (tried again in a minute)", err)
		k.mu.Lock()
		defer k.mu.Unlock()
		for id, at := range used {
			if at.After(k.used[id]) {
				k.used[id] = at
			}
		}
	}
}
