package training

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// weightsFile is what a finished run keeps its weights in, where it does: a checkpoint.
const weightsFile = "weights"

// Trained returns the net of a run in a results folder with the weights that training has given it, in every
// draw: those at the end of a run that was finished with Runner.KeepWeights, or those of the last checkpoint
// of one that was interrupted. Every probe takes it by its Config.
func Trained(folder string, config Config, data Data) (*models.Net, error) {
	config, net, id, err := config.resolve(data)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, RunsFolder, config.name(id))
	st, values, err := latest(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there are no weights of %s in %s: train it with KeepWeights, or "+
			"scripts/train --keep-weights; "+
			"where it has a result there already, move that elsewhere first", config, path)
	}
	if err != nil {
		return nil, fmt.Errorf("the weights of %s can't be read: %w", config, err)
	}
	if st.ID != id {
		return nil, fmt.Errorf("%s has the weights of another run, not of %s: move it elsewhere",
			path, config)
	}
	store := model.NewStore()
	defer store.Finalize()
	if err := restore(store, st, values); err != nil {
		return nil, err
	}
	return net.Holding(store.RootScope().At(netScope))
}

// latest reads the weights that are kept in the folder of a run, or those of its latest checkpoint that is
// whole. It changes nothing.
func latest(folder string) (*state, []*tensors.Tensor, error) {
	numbers, err := checkpoints(folder)
	if err != nil {
		return nil, nil, err
	}
	paths := []string{filepath.Join(folder, weightsFile)}
	for _, number := range slices.Backward(numbers) {
		paths = append(paths, numbered(folder, number))
	}
	var wrong error = fs.ErrNotExist
	for _, path := range paths {
		st, values, damage, err := read(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, nil, err
		case damage == nil:
			return st, values, nil
		}
		wrong = fmt.Errorf("%s is damaged: %w", path, damage)
	}
	return nil, nil, wrong
}

// keepWeights writes the variables of the store as they are at the end of a run.
func (f *runFolder) keepWeights(store *model.Store, st *state) error {
	content, err := encode(store, st)
	if err == nil {
		err = atomicfile.Write(filepath.Join(f.path, weightsFile), func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("the weights of a run can't be written: %w", err)
	}
	return nil
}
