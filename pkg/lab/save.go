package lab

import (
	"fmt"
	"path/filepath"

	"github.com/shattered-gradients/shattered/internal/datafile"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// OwnFolder is the folder within that for results which holds what [Session.Save] writes.
const OwnFolder = "mine"

// formats are the ways in which a value can be saved, by the ending of the name.
var formats = map[string]func(value any) ([]byte, error){".json": datafile.JSON, ".csv": datafile.CSV,
	".npz": datafile.NPZ}

// Save writes numbers of one's own into the folder mine of the results folder, and says where: as JSON, as
// comma-separated values or as NumPy arrays, as the name ends with .json, .csv or .npz.
//
//	must.M(s.Save("sweep.csv", []point{{Beta: 0.1, Brownness: 0.77}, {Beta: 1, Brownness: 0.1}}))
//	must.M(s.Save("net.npz", map[string]any{"x": result.X, "gradients": result.Gradients}))
//
// Any value of numbers, texts, lists, maps, structs and matrices will do. A list of structs or maps becomes a
// table with a column for each field; a struct or map of lists, a column or an array for each. JSON holds
// anything, NumPy arrays hold lists of equal lengths in any number of dimensions, and CSV columns of one
// length.
func (s *Session) Save(name string, value any) error {
	format, known := formats[filepath.Ext(name)]
	if !known || filepath.Base(name) != name || name == filepath.Ext(name) {
		return fmt.Errorf("the file to save is called %q: give it a name without folders that ends with "+
			".json, .csv or .npz", name)
	}
	content, err := format(value)
	if err != nil {
		return fmt.Errorf("%s can't be written: %w", name, err)
	}
	folder := filepath.Join(s.folder, OwnFolder)
	if err := results.WriteFile(folder, name, content); err != nil {
		return err
	}
	s.display.finish()
	fmt.Printf("saved %s\n", place(filepath.Join(folder, name)))
	return nil
}
