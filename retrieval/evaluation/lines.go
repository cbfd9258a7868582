package evaluation

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// ErrFormat is wrapped by every complaint about the content of a file; the text names the line.
var ErrFormat = errors.New("malformed evaluation file")

// maxLine is far above what a query of 256 runes or a judgement needs.
const maxLine = 64 << 10

// open reads the file at path; the error of read then names it.
func open[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	file, err := os.Open(path)
	if err != nil {
		return none, err // names the file and what was tried
	}
	defer file.Close()
	content, err := read(file)
	if err != nil {
		return none, fmt.Errorf("%s: %w", path, err)
	}
	return content, nil
}

const byteOrderMark = "\ufeff"

// eachLine calls use with every line that is not blank, without its line end. Windows line ends are
// dropped, and byte order marks, which joined files have within them too. An error of use becomes one
// that names the line, and the file by its kind.
func eachLine(r io.Reader, kind string, use func(line string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	number := 0
	for lines.Scan() {
		number++
		line := strings.TrimLeft(lines.Text(), byteOrderMark) // bufio.ScanLines drops the CR of a CRLF
		if strings.TrimSpace(line) == "" {
			continue
		}
		if !utf8.ValidString(line) {
			return fmt.Errorf("%w: %s line %d is not UTF-8: save the file as UTF-8", ErrFormat, kind, number)
		}
		if err := use(line); err != nil {
			return fmt.Errorf("%w: %s line %d %w", ErrFormat, kind, number, err)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%w: %s line %d is longer than %d bytes", ErrFormat, kind, number+1, maxLine)
	case err != nil:
		return fmt.Errorf("read %s after line %d: %w", kind, number, err)
	}
	return nil
}
