package indexer

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vitrine/catalog/durable"
)

// ErrNoIndex is wrapped when a data directory has no generation yet.
var ErrNoIndex = errors.New("nothing is indexed yet")

const (
	indexDir    = "index"   // below the data directory
	currentFile = "CURRENT" // in indexDir: the name of the live generation and its checksum
	stagingEnd  = ".tmp"    // of a generation that is being built
)

var generationName = regexp.MustCompile(`^gen-(\d{6,18})$`)

func indexPath(dataDir string, more ...string) string {
	return filepath.Join(append([]string{dataDir, indexDir}, more...)...)
}

// currentLine is the content of CURRENT. Without the checksum one flipped bit could name another generation that is there.
func currentLine(name string) string {
	return fmt.Sprintf("%s %08x\n", name, crc32.Checksum([]byte(name), castagnoli))
}

// currentGeneration returns the name in CURRENT.
func currentGeneration(dataDir string) (string, error) {
	data, err := os.ReadFile(indexPath(dataDir, currentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w in %s: run vitrine index", ErrNoIndex, dataDir)
	}
	if err != nil {
		return "", err
	}
	line := string(data)
	name, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	// Earlier programs wrote the name alone.
	if !generationName.MatchString(name) || line != currentLine(name) && line != name+"\n" {
		return "", fmt.Errorf("%w: %s names no generation: %.40q", ErrDamaged, indexPath(dataDir, currentFile), line)
	}
	return name, nil
}

// listGenerations returns the numbers of the generations, ascending, and the names of what
// interrupted builds have left.
func listGenerations(dataDir string) (numbers []int, staged []string, err error) {
	entries, err := os.ReadDir(indexPath(dataDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	for _, entry := range entries {
		name, isStaged := strings.CutSuffix(entry.Name(), stagingEnd)
		if isStaged && (name == currentFile || generationName.MatchString(name)) {
			staged = append(staged, entry.Name())
		} else if match := generationName.FindStringSubmatch(entry.Name()); match != nil {
			number, err := strconv.Atoi(match[1])
			if err != nil {
				return nil, nil, err
			}
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, staged, nil
}

func nameGeneration(number int) string { return fmt.Sprintf("gen-%06d", number) }

// stageGeneration makes the folder of the next generation, after it has cleared away what interrupted
// builds have left.
func stageGeneration(dataDir string) (name, dir string, err error) {
	if err := os.MkdirAll(indexPath(dataDir), 0o755); err != nil {
		return "", "", err
	}
	numbers, staged, err := listGenerations(dataDir)
	if err != nil {
		return "", "", err
	}
	for _, leftover := range staged {
		if err := os.RemoveAll(indexPath(dataDir, leftover)); err != nil {
			return "", "", err
		}
	}
	next := 1
	if len(numbers) > 0 {
		next = numbers[len(numbers)-1] + 1
	}
	name = nameGeneration(next)
	dir = indexPath(dataDir, name+stagingEnd)
	return name, dir, os.Mkdir(dir, 0o755)
}

// publish makes the staged generation the live one. Before the last rename the old one is live, after
// it the new one; there is nothing between.
func publish(dataDir, name, staging string, step func()) error {
	if err := durable.SyncTree(staging); err != nil {
		return err
	}
	step()
	if err := os.Rename(staging, indexPath(dataDir, name)); err != nil {
		return err
	}
	// The folder above too: the first build has made the folder of generations.
	if err := errors.Join(durable.SyncFolder(indexPath(dataDir)), durable.SyncFolder(dataDir)); err != nil {
		return err
	}
	step()
	return durable.Replace(indexPath(dataDir, currentFile), []byte(currentLine(name)))
}

// removeOldGenerations removes all generations but those of the given names. Of another number may be
// older ones and one that a build named and did not live to put into CURRENT.
func removeOldGenerations(dataDir string, keep ...string) error {
	numbers, _, err := listGenerations(dataDir)
	if err != nil {
		return err
	}
	for _, number := range numbers {
		if name := nameGeneration(number); !slices.Contains(keep, name) {
			if err := os.RemoveAll(indexPath(dataDir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
