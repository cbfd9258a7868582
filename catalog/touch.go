package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Touch logs, in one transaction, a change of each product of ids without changing it, for what belongs to a product and
// does not stand in it, such as a photo that has come: who follows the log takes the product up again. Ids that the
// catalogue does not have are passed over.
func (s *Store) Touch(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		w, err := newWriter(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := w.touch(ctx, id); err != nil {
				return fmt.Errorf("product %q: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("touch products: %w", err)
	}
	return nil
}

func (w *writer) touch(ctx context.Context, id string) error {
	var there int
	err := w.there.QueryRowContext(ctx, id).Scan(&there)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = w.log.ExecContext(ctx, id, false, w.at)
	return err
}
