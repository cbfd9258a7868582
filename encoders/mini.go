package encoders

import (
	"embed"
	"io/fs"
)

//go:embed mini
var embedded embed.FS

// Mini returns the files of vitrine-mini, the default model. How it was made and what it can do is in
// training/MODEL_CARD.md.
func Mini() fs.FS {
	files, err := fs.Sub(embedded, "mini")
	if err != nil {
		panic(err) // only for an invalid path, and this one is a constant
	}
	return files
}
