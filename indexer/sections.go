package indexer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// ErrDamaged is wrapped when a file of a generation is not what was written. The index can be built
// again from the catalogue.
var ErrDamaged = errors.New("index is damaged")

// A section file is the container of this room's own formats (FORMAT.md, "Section files"): a header,
// named sections, and at the end a directory with the place and the checksum of each.
const (
	sectionHeaderSize = 16
	sectionEntrySize  = 40
	sectionFooterSize = 24
	sectionNameSize   = 16
	maxSections       = 64
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sectionWriter writes a section file front to back. Its first error sticks and is returned by close.
type sectionWriter struct {
	file      *os.File
	buffer    *bufio.Writer
	magic     string
	header    []byte
	directory []byte
	offset    int64
	crc       uint32
	start     int64
	name      string
	err       error
}

func createSections(path, magic string, version uint32) (*sectionWriter, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	w := &sectionWriter{file: file, buffer: bufio.NewWriterSize(file, 1<<18), magic: magic}
	w.header = append(w.header, magic...)
	w.header = binary.LittleEndian.AppendUint32(w.header, version)
	w.header = binary.LittleEndian.AppendUint32(w.header, 0)
	w.raw(w.header)
	return w, nil
}

// begin ends the section before and starts another.
func (w *sectionWriter) begin(name string) {
	w.end()
	w.raw(make([]byte, -w.offset&7)) // sections begin at multiples of 8
	w.name, w.start, w.crc = name, w.offset, 0
}

// Write appends to the section that was begun last.
func (w *sectionWriter) Write(p []byte) (int, error) {
	w.crc = crc32.Update(w.crc, castagnoli, p)
	w.raw(p)
	return len(p), w.err
}

// section writes a whole section.
func (w *sectionWriter) section(name string, data []byte) {
	w.begin(name)
	_, _ = w.Write(data)
}

func (w *sectionWriter) end() {
	if w.name == "" {
		return
	}
	var name [sectionNameSize]byte
	copy(name[:], w.name)
	w.directory = append(w.directory, name[:]...)
	w.directory = binary.LittleEndian.AppendUint64(w.directory, uint64(w.start))
	w.directory = binary.LittleEndian.AppendUint64(w.directory, uint64(w.offset-w.start))
	w.directory = binary.LittleEndian.AppendUint32(w.directory, w.crc)
	w.directory = binary.LittleEndian.AppendUint32(w.directory, 0)
	w.name = ""
}

func (w *sectionWriter) raw(p []byte) {
	if w.err == nil {
		_, w.err = w.buffer.Write(p)
	}
	w.offset += int64(len(p))
}

// close writes the directory and brings everything to the disk.
func (w *sectionWriter) close() error {
	w.end()
	w.raw(make([]byte, -w.offset&7))
	footer := binary.LittleEndian.AppendUint64(nil, uint64(w.offset))
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(w.directory)/sectionEntrySize))
	footer = binary.LittleEndian.AppendUint32(footer, directoryChecksum(w.header, w.directory, footer))
	footer = append(footer, w.magic...)
	w.raw(w.directory)
	w.raw(footer)
	if w.err == nil {
		w.err = w.buffer.Flush()
	}
	if w.err == nil {
		w.err = w.file.Sync()
	}
	return errors.Join(w.err, w.file.Close())
}

func directoryChecksum(header, directory, footer []byte) uint32 {
	crc := crc32.Checksum(header, castagnoli)
	crc = crc32.Update(crc, castagnoli, directory)
	return crc32.Update(crc, castagnoli, footer[:12])
}

// sections is an open section file.
type sections struct {
	source  io.ReaderAt
	entries map[string]sectionEntry
}

type sectionEntry struct {
	offset, length int64
	crc            uint32
}

// readSections reads the directory. Nothing in the file is trusted: every place is checked against
// size before anything is allocated. Errors wrap ErrDamaged.
func readSections(source io.ReaderAt, size int64, magic string, version uint32) (*sections, error) {
	if size < sectionHeaderSize+sectionFooterSize {
		return nil, fmt.Errorf("%w: the file has %d bytes", ErrDamaged, size)
	}
	header := make([]byte, sectionHeaderSize)
	footer := make([]byte, sectionFooterSize)
	if err := errors.Join(readAt(source, header, 0), readAt(source, footer, size-sectionFooterSize)); err != nil {
		return nil, err
	}
	if string(header[:8]) != magic || string(footer[16:]) != magic {
		return nil, fmt.Errorf("%w: the file does not begin and end with %q", ErrDamaged, magic)
	}
	if got := binary.LittleEndian.Uint32(header[8:]); got != version {
		return nil, fmt.Errorf("%w: the file has format version %d and this program reads version %d", ErrDamaged, got, version)
	}
	offset := binary.LittleEndian.Uint64(footer)
	count := binary.LittleEndian.Uint32(footer[8:])
	if count > maxSections || offset != uint64(size)-sectionFooterSize-uint64(count)*sectionEntrySize || offset < sectionHeaderSize {
		return nil, fmt.Errorf("%w: the directory is not where the footer says", ErrDamaged)
	}
	directory := make([]byte, count*sectionEntrySize)
	if err := readAt(source, directory, int64(offset)); err != nil {
		return nil, err
	}
	if directoryChecksum(header, directory, footer) != binary.LittleEndian.Uint32(footer[12:]) {
		return nil, fmt.Errorf("%w: the checksum of the directory is wrong", ErrDamaged)
	}
	return parseDirectory(source, directory, offset)
}

func parseDirectory(source io.ReaderAt, directory []byte, end uint64) (*sections, error) {
	s := &sections{source: source, entries: make(map[string]sectionEntry)}
	for ; len(directory) > 0; directory = directory[sectionEntrySize:] {
		name := string(directory[:sectionNameSize])
		for len(name) > 0 && name[len(name)-1] == 0 {
			name = name[:len(name)-1]
		}
		offset := binary.LittleEndian.Uint64(directory[16:])
		length := binary.LittleEndian.Uint64(directory[24:])
		if offset < sectionHeaderSize || offset > end || length > end-offset {
			return nil, fmt.Errorf("%w: section %q lies outside of the file", ErrDamaged, name)
		}
		s.entries[name] = sectionEntry{int64(offset), int64(length), binary.LittleEndian.Uint32(directory[32:])}
	}
	return s, nil
}

func (s *sections) has(name string) bool {
	_, ok := s.entries[name]
	return ok
}

// read returns a whole section after checking it.
func (s *sections) read(name string) ([]byte, error) {
	entry, ok := s.entries[name]
	if !ok {
		return nil, fmt.Errorf("%w: section %q is missing", ErrDamaged, name)
	}
	data := make([]byte, entry.length)
	if err := readAt(s.source, data, entry.offset); err != nil {
		return nil, err
	}
	if crc32.Checksum(data, castagnoli) != entry.crc {
		return nil, fmt.Errorf("%w: the checksum of section %q is wrong", ErrDamaged, name)
	}
	return data, nil
}

// uint32s returns a whole section as numbers.
func (s *sections) uint32s(name string) ([]uint32, error) {
	data, err := s.read(name)
	if err != nil {
		return nil, err
	}
	if len(data)%4 != 0 {
		return nil, fmt.Errorf("%w: section %q has %d bytes", ErrDamaged, name, len(data))
	}
	numbers := make([]uint32, len(data)/4)
	for i := range numbers {
		numbers[i] = binary.LittleEndian.Uint32(data[4*i:])
	}
	return numbers, nil
}

func uint32Bytes(numbers []uint32) []byte {
	data := make([]byte, 0, 4*len(numbers))
	for _, n := range numbers {
		data = binary.LittleEndian.AppendUint32(data, n)
	}
	return data
}

// readOffsets returns a section of n+1 ascending numbers from 0 to end: where each of n things begins.
func (s *sections) readOffsets(name string, n, end int) ([]uint32, error) {
	offsets, err := s.uint32s(name)
	if err != nil {
		return nil, err
	}
	if len(offsets) != n+1 || offsets[0] != 0 || uint64(offsets[n]) != uint64(end) {
		return nil, fmt.Errorf("%w: section %q does not fit the others", ErrDamaged, name)
	}
	for i := range n {
		if offsets[i] > offsets[i+1] {
			return nil, fmt.Errorf("%w: section %q does not ascend", ErrDamaged, name)
		}
	}
	return offsets, nil
}

func readAt(source io.ReaderAt, p []byte, offset int64) error {
	if n, err := source.ReadAt(p, offset); n < len(p) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}
