package backup

import (
	"context"
	"io"
)

// meter counts the bytes that are read through it, tells of them, and ends the reading when ctx does.
type meter struct {
	ctx         context.Context
	done, total int64
	progress    func(done, total int64) // may be nil
}

func (m *meter) of(reader io.Reader) io.Reader { return metered{m, reader} }

type metered struct {
	*meter
	reader io.Reader
}

func (r metered) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.reader.Read(p)
	r.done += int64(n)
	if r.progress != nil {
		r.progress(r.done, r.total)
	}
	return n, err
}
