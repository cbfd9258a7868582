package catalog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"
)

// Limits of what one search showed; the reader of a stored row holds itself to them too.
const (
	maxServedRows     = maxResponseHits
	maxServedFeatures = 1000
)

// ErrServed is wrapped by every reason why what a search showed cannot be stored or read.
var ErrServed = errors.New("unusable served search")

// Served is what one answered search showed, and what the ranker saw of it: the features at the moment of serving,
// so that a model is trained on what it will see and not on what became known later.
type Served struct {
	QueryID  string      `json:"query_id"`  // of the ShopperQuery
	Time     time.Time   `json:"timestamp"` // stored in milliseconds, UTC
	ClientID string      `json:"client_id"` // the visitor; empty = unknown
	Schema   string      `json:"schema"`    // hash of what the features mean
	Model    string      `json:"model"`     // version of the ranker; empty = the order is that of the fusion
	Rows     []ServedRow `json:"rows"`      // in the order shown
}

// ServedRow is one product of a page of results.
type ServedRow struct {
	Product  string    `json:"product"`
	Position int       `json:"position"` // in the whole list of results, from 1
	Fused    float64   `json:"fused"`    // score of the fusion
	Score    float64   `json:"score"`    // by which it was ordered
	Features []float32 `json:"features"` // in the order of the schema; all rows have as many
}

// Validate reports the first reason why s cannot be stored; the error wraps ErrServed.
func (s *Served) Validate() error {
	err := checkFields(
		shortText{"query_id", s.QueryID, maxEventField, true},
		shortText{"client_id", s.ClientID, maxEventField, false},
		shortText{"schema", s.Schema, maxEventField, false},
		shortText{"model", s.Model, maxEventField, false},
	)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrServed, err)
	}
	switch {
	case s.Time.Before(firstEventTime):
		return fmt.Errorf("%w: its timestamp %s is before %d", ErrServed, s.Time.Format(time.RFC3339), firstEventTime.Year())
	case len(s.Rows) == 0 || len(s.Rows) > maxServedRows:
		return fmt.Errorf("%w: it has %d rows: 1 to %d can be stored", ErrServed, len(s.Rows), maxServedRows)
	case len(s.Rows[0].Features) > maxServedFeatures:
		return fmt.Errorf("%w: it has %d features, the limit is %d", ErrServed, len(s.Rows[0].Features), maxServedFeatures)
	}
	for i, row := range s.Rows {
		if err := row.validate(len(s.Rows[0].Features)); err != nil {
			return fmt.Errorf("%w: row %d: %w", ErrServed, i+1, err)
		}
	}
	return nil
}

func (r *ServedRow) validate(width int) error {
	if err := checkFields(shortText{"product", r.Product, maxEventObjectID, true}); err != nil {
		return err
	}
	switch {
	case r.Position < 1 || r.Position > maxOrdinal:
		return fmt.Errorf("position %d: positions count from 1 to %d", r.Position, maxOrdinal)
	case len(r.Features) != width:
		return fmt.Errorf("it has %d features and the first row has %d", len(r.Features), width)
	case !finite(r.Fused) || !finite(r.Score):
		return errors.New("a score is not a finite number")
	}
	for _, value := range r.Features {
		if !finite(float64(value)) {
			return errors.New("a feature is not a finite number")
		}
	}
	return nil
}

func finite(value float64) bool { return !math.IsNaN(value) && !math.IsInf(value, 0) }

// servedFormat is the first byte of a stored row list; another meaning of the bytes gets another number.
const servedFormat = 1

var servedChecksum = crc32.MakeTable(crc32.Castagnoli)

// encodeServedRows writes rows that Validate has found to be good, little-endian:
//
//	byte     format, 1
//	uvarint  number of rows
//	uvarint  features of each row
//	a row:   uvarint length of the product's id, the id,
//	         uvarint position, float64 fused, float64 score, float32 each feature
//	uint32   CRC-32C of all bytes before
func encodeServedRows(rows []ServedRow) []byte {
	width := len(rows[0].Features)
	b := make([]byte, 0, 16+len(rows)*(40+4*width))
	b = append(b, servedFormat)
	b = binary.AppendUvarint(b, uint64(len(rows)))
	b = binary.AppendUvarint(b, uint64(width))
	for _, row := range rows {
		b = binary.AppendUvarint(b, uint64(len(row.Product)))
		b = append(b, row.Product...)
		b = binary.AppendUvarint(b, uint64(row.Position))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(row.Fused))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(row.Score))
		for _, value := range row.Features {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(value))
		}
	}
	return withChecksum(b)
}

func withChecksum(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, servedChecksum))
}

// decodeServedRows reads what encodeServedRows has written. The rows do not share b; their features share one array.
// An error wraps ErrServed.
func decodeServedRows(b []byte) ([]ServedRow, error) {
	const sum = 4
	if len(b) < 1+sum {
		return nil, fmt.Errorf("%w: the stored rows are cut off", ErrServed)
	}
	if b[0] != servedFormat {
		return nil, fmt.Errorf("%w: the stored rows have the format %d, this program reads %d: install a newer vitrine", ErrServed, b[0], servedFormat)
	}
	body := b[:len(b)-sum]
	if binary.LittleEndian.Uint32(b[len(body):]) != crc32.Checksum(body, servedChecksum) {
		return nil, fmt.Errorf("%w: the stored rows are damaged: their checksum differs", ErrServed)
	}
	r := servedReader{rest: body[1:]}
	count, width := r.number(maxServedRows), r.number(maxServedFeatures)
	if r.short || count*(18+4*width) > len(r.rest) { // a row has that many bytes at least
		return nil, fmt.Errorf("%w: the stored rows are cut off", ErrServed)
	}
	rows, features := make([]ServedRow, count), make([]float32, count*width)
	for i := range rows {
		row := &rows[i]
		row.Product = string(r.bytes(r.number(4 * maxEventObjectID)))
		row.Position = r.number(maxOrdinal)
		row.Fused, row.Score = r.float64(), r.float64()
		row.Features = features[i*width : (i+1)*width : (i+1)*width]
		for j := range row.Features {
			row.Features[j] = r.float32()
		}
	}
	if r.short || len(r.rest) > 0 {
		return nil, fmt.Errorf("%w: the stored rows do not fit their length", ErrServed)
	}
	return rows, nil
}

// servedReader takes values off the front. What is missing is 0, and short tells.
type servedReader struct {
	rest  []byte
	short bool
}

func (r *servedReader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.short, r.rest = true, nil
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *servedReader) number(most int) int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(most) {
		r.short, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

func (r *servedReader) float64() float64 {
	if b := r.bytes(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (r *servedReader) float32() float32 {
	if b := r.bytes(4); b != nil {
		return math.Float32frombits(binary.LittleEndian.Uint32(b))
	}
	return 0
}
