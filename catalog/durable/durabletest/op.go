package durabletest

// Kind is what an operation does.
type Kind int

// The kinds of operations.
const (
	Said     Kind = iota // a line on standard output, without its end, in Data
	Create               // of a file; one that is there stays, unless Exclusive, and is emptied if Cut
	Write                // Data at Offset
	Truncate             // to Offset bytes
	Sync                 // of a file or folder
	Rename               // Path to To
	Remove               // of a file
	MakeDir
	RemoveDir // of an empty folder
)

func (k Kind) String() string {
	return [...]string{"say", "create", "write", "truncate", "sync", "rename", "remove", "mkdir", "rmdir"}[k]
}

// Op is one operation on the file or folder Path, relative to the root of the run and with slashes.
type Op struct {
	Kind      Kind
	Path      string
	To        string // of Rename
	Offset    int64  // of Write; the new size of Truncate
	Data      []byte
	Cut       bool // of Create: O_TRUNC
	Exclusive bool // of Create: O_EXCL
}
