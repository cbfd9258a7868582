package durabletest

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// Loss is what is gone when a machine or a process ends.
type Loss int

// The losses. File systems lie between the last two: what was not synced may be there or not.
const (
	Nothing      Loss = iota // the process was killed: the system has what was written
	UnsyncedData             // a power failure on a disk that wrote names first: files have what was synced of them
	Unsynced                 // a power failure: names that their folder was not synced with are gone, too
)

// Disk is a folder that remembers what was synced.
type Disk struct{ root *node }

// node is a file or a folder: as it is, and as it was when it was synced.
type node struct {
	data, syncedData       []byte
	entries, syncedEntries map[string]*node // nil for a file
}

func newFolder() *node {
	return &node{entries: make(map[string]*node), syncedEntries: make(map[string]*node)}
}

// ReadDisk returns what is in a folder, all of it synced.
func ReadDisk(folder string) (*Disk, error) {
	d := &Disk{root: newFolder()}
	err := filepath.WalkDir(folder, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || at == folder {
			return err
		}
		name, err := filepath.Rel(folder, at)
		if err != nil {
			return err
		}
		made := newFolder()
		if !entry.IsDir() {
			data, err := os.ReadFile(at)
			if err != nil {
				return err
			}
			made = &node{data: data, syncedData: slices.Clone(data)}
		}
		parent, base := d.parent(filepath.ToSlash(name))
		parent.entries[base], parent.syncedEntries[base] = made, made
		return nil
	})
	return d, err
}

// Apply repeats an operation. One that the system refused, such as the removal of what is not there, does nothing here either.
func (d *Disk) Apply(op Op) {
	parent, base := d.parent(op.Path)
	if parent == nil {
		return
	}
	at := parent.entries[base]
	if op.Path == "." {
		at = d.root
	}
	switch op.Kind {
	case Said:
	case Create:
		if at == nil {
			parent.entries[base] = &node{}
		} else if op.Cut && !op.Exclusive {
			at.data = nil
		}
	case MakeDir:
		if at == nil {
			parent.entries[base] = newFolder()
		}
	case Write:
		if at != nil {
			end := op.Offset + int64(len(op.Data))
			at.data = append(at.data, make([]byte, max(0, end-int64(len(at.data))))...)
			copy(at.data[op.Offset:], op.Data)
		}
	case Truncate:
		if at != nil {
			at.data = append(at.data, make([]byte, max(0, op.Offset-int64(len(at.data))))...)[:op.Offset]
		}
	case Sync:
		if at != nil {
			at.syncedData, at.syncedEntries = slices.Clone(at.data), maps.Clone(at.entries)
		}
	case Rename:
		if to, toBase := d.parent(op.To); at != nil && to != nil {
			delete(parent.entries, base)
			to.entries[toBase] = at
		}
	case Remove:
		if at != nil && at.entries == nil {
			delete(parent.entries, base)
		}
	case RemoveDir:
		if at != nil && at.entries != nil && len(at.entries) == 0 {
			delete(parent.entries, base)
		}
	}
}

// parent returns the folder that a path lies in, nil if there is none, and the last part of the path.
func (d *Disk) parent(name string) (folder *node, base string) {
	dir, base := path.Split(name)
	if dir == "" {
		return d.root, base
	}
	above, last := d.parent(path.Clean(dir))
	if above == nil || above.entries[last] == nil || above.entries[last].entries == nil {
		return nil, base
	}
	return above.entries[last], base
}

// WriteTo writes the folder as a loss leaves it.
func (d *Disk) WriteTo(folder string, loss Loss) error {
	return d.root.walk(folder, loss, func(at string, file bool, data []byte) error {
		if file {
			return os.WriteFile(at, data, 0o600)
		}
		return os.MkdirAll(at, 0o755)
	})
}

// Digest is the same for a folder that a loss leaves with the same files and folders.
func (d *Disk) Digest(loss Loss) [sha256.Size]byte {
	hash := sha256.New()
	_ = d.root.walk("", loss, func(at string, file bool, data []byte) error {
		fmt.Fprintf(hash, "%q %t %d ", at, file, len(data))
		hash.Write(data)
		return nil
	})
	return [sha256.Size]byte(hash.Sum(nil))
}

// walk visits what a loss leaves, a folder before what is in it, which comes by name.
func (n *node) walk(at string, loss Loss, visit func(at string, file bool, data []byte) error) error {
	data, entries := n.data, n.entries
	if loss != Nothing {
		data = n.syncedData
	}
	if loss == Unsynced {
		entries = n.syncedEntries
	}
	if err := visit(at, n.entries == nil, data); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if err := entries[name].walk(filepath.Join(at, name), loss, visit); err != nil {
			return err
		}
	}
	return nil
}
