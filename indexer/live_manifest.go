package indexer

import "fmt"

// LiveManifest returns the manifest of the live generation, whose files it does not open. An error wraps ErrNoIndex when
// nothing was built yet.
func LiveManifest(dataDir string) (Manifest, error) {
	name, err := currentGeneration(dataDir)
	if err != nil {
		return Manifest{}, err
	}
	manifest, err := readManifest(indexPath(dataDir, name))
	if err != nil {
		return Manifest{}, fmt.Errorf("read what is known of %s: %w", name, err)
	}
	return manifest, nil
}
