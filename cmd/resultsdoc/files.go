package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// files returns what the generated files of the project in the folder home must hold, by their paths from
// there.
func files(home string) (map[string][]byte, error) {
	schema, err := schemaOfFiles(home)
	if err != nil {
		return nil, err
	}
	old, err := os.ReadFile(filepath.Join(home, pagePath))
	if err != nil {
		return nil, fmt.Errorf("can't read the page that the tables go into: %w", err)
	}
	page, err := renewPage(home, string(old))
	if err != nil {
		return nil, err
	}
	return map[string][]byte{schemaPath: schema, pagePath: []byte(page)}, nil
}

// write writes the generated files of the project in the folder home. It changes none where one can't be
// made.
func write(home string) error {
	files, err := files(home)
	if err != nil {
		return err
	}
	for path, content := range files {
		if err := os.WriteFile(filepath.Join(home, path), content, 0o666); err != nil {
			return err
		}
	}
	return nil
}
