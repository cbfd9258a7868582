package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"vitrine/catalog"
)

type keysCmd struct {
	Create keysCreateCmd `cmd:"" help:"Make a key and print it: the only time that it is seen."`
	List   keysListCmd   `cmd:"" help:"List the keys, what they are for and when they were used."`
	Revoke keysRevokeCmd `cmd:"" help:"End a key for good, from the next request on."`
}

type keysCreateCmd struct {
	storeData
	Name    string          `required:"" placeholder:"NAME" help:"Who or what is to have it, such as \"nightly export\"."`
	Scope   []catalog.Scope `required:"" enum:"search,events,index,admin" placeholder:"SCOPE" help:"What it is good for, with commas between: search, events, index, admin."`
	Expires age             `placeholder:"DUR" help:"How long it lasts, such as 90d or 12h; without it, until it is revoked."`
	JSON    bool            `help:"Print the key and what is known of it as JSON."`
}

// createdKey is what create prints.
type createdKey struct {
	catalog.Key
	Text string `json:"key"`
}

// Run prints the key alone, for scripts; what is to be known of it goes to the terminal.
func (c *keysCreateCmd) Run(ctx context.Context, t *terminal) error {
	return c.use(ctx, func(store *catalog.Store) error {
		now := time.Now().UTC().Truncate(time.Second)
		var expires time.Time
		if c.Expires > 0 {
			expires = now.Add(time.Duration(c.Expires))
		}
		key, text, err := store.CreateKey(ctx, c.Name, c.Scope, now, expires)
		if err != nil {
			return err
		}
		t.notef("key %s for %s (%s): keep it now, only its hash is stored", key.ID, key.Name, scopeList(key.Scopes))
		if c.JSON {
			return t.json(createdKey{key, text})
		}
		_, err = fmt.Fprintln(t.out, text)
		return err
	})
}

type keysListCmd struct {
	storeData
	JSON bool `help:"Print JSON."`
}

// Run lists all keys, the oldest first.
func (c *keysListCmd) Run(ctx context.Context, t *terminal) error {
	return c.use(ctx, func(store *catalog.Store) error {
		keys, err := store.Keys(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return t.json(append([]catalog.Key{}, keys...))
		}
		if len(keys) == 0 {
			t.notef("there are no keys: a server listens on this machine only, and takes changes from it alone")
			return nil
		}
		table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "id\tname\tscopes\tcreated\tlast used\tends")
		for _, k := range keys {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, scopeList(k.Scopes), k.Created.Local().Format(time.DateOnly), lastUse(k.Used), keyEnd(k))
		}
		return table.Flush()
	})
}

func scopeList(scopes []catalog.Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, ",")
}

// lastUse is known to the hour.
func lastUse(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.Local().Format("2006-01-02 15h")
}

func keyEnd(k catalog.Key) string {
	switch {
	case !k.Revoked.IsZero():
		return "revoked " + k.Revoked.Local().Format(time.DateTime)
	case k.Expires.IsZero():
		return "never"
	case k.Fault(time.Now()) != nil:
		return "expired " + k.Expires.Local().Format(time.DateTime)
	}
	return k.Expires.Local().Format(time.DateTime)
}

type keysRevokeCmd struct {
	storeData
	ID string `arg:"" placeholder:"ID" help:"The key's id, as list prints it; no part of the secret is needed."`
}

// Run ends the key. Doing so again changes nothing.
func (c *keysRevokeCmd) Run(ctx context.Context, t *terminal) error {
	return c.use(ctx, func(store *catalog.Store) error {
		err := store.RevokeKey(ctx, c.ID, time.Now())
		if errors.Is(err, catalog.ErrKeyUnknown) {
			return fmt.Errorf("%w: vitrine keys list --data %s lists them", err, c.Data)
		}
		if err != nil {
			return err
		}
		t.notef("key %s is revoked", c.ID)
		return nil
	})
}
