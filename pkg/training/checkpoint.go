package training

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
)

// A checkpoint is a folder with what GoMLX's own checkpoints hold, the variables of the Store, and a file with everything else. GoMLX writes
// in place, so it writes into a folder of another name, which is read back, compared, flushed to the disk and only then renamed; the
// checkpoint before it is kept until that is done.
const (
	checkpointPrefix = "checkpoint-"
	unfinishedPrefix = ".unfinished-"
	stateFile        = "state.json"
)

// state is what a run goes on from, but for the values of the variables.
type state struct {
	// ID is the run's.
	ID string `json:"id"`

	// Step is the number of batches trained on.
	Step int `json:"step"`

	// Plateau is the state of the rule that drops the learning rate.
	Plateau plateauState `json:"plateau"`

	// Epoch and Interval add up what was seen since the last epoch began, and since the last point of the curve.
	Epoch    sums `json:"epoch"`
	Interval sums `json:"interval"`

	// Curve is the learning curve, Looks what was seen of the net, Seconds how long the run has trained and tested, Backends on which backends, one after the other.
	Curve    []Point     `json:"curve"`
	Looks    []ProbeLook `json:"looks,omitempty"`
	Seconds  float64     `json:"seconds"`
	Backends []string    `json:"backends"`

	// Variables are those of the Store, in its order, and Digest a hash of their names, shapes and values: a checkpoint with another is damaged.
	Variables []variable `json:"variables"`
	Digest    string     `json:"digest"`
}

// variable is what GoMLX's checkpoints do not keep of a variable.
type variable struct {
	Path      string `json:"path"`
	Trainable bool   `json:"trainable"`
}

// sums are the loss and the accuracy added up over batches.
type sums struct {
	Loss     float64 `json:"loss"`
	Accuracy float64 `json:"accuracy"`
	Batches  int     `json:"batches"`
}

func (s *sums) add(loss, accuracy float64) {
	s.Loss += loss
	s.Accuracy += accuracy
	s.Batches++
}

// means returns the mean loss and accuracy.
func (s *sums) means() (loss, accuracy float64) {
	n := float64(max(s.Batches, 1))
	return s.Loss / n, s.Accuracy / n
}

// save writes a checkpoint of the store and the state into the folder, and removes the one before it.
func save(folder string, store *model.Store, st *state) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("the checkpoint of step %d can't be written into %s: %w; the one before it is still there", st.Step, folder, err)
		}
	}()
	values := make(map[string]*tensors.Tensor)
	st.Variables = nil
	for v := range store.IterVariables() {
		if values[v.Path()], err = v.Value(); err != nil {
			return err
		}
		st.Variables = append(st.Variables, variable{Path: v.Path(), Trainable: v.Trainable})
	}
	if st.Digest, err = digest(st.Variables, values); err != nil {
		return err
	}
	unfinished, err := os.MkdirTemp(folder, unfinishedPrefix+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(unfinished) // nothing is there any more after the rename
	if err := write(unfinished, store, st); err != nil {
		return err
	}
	if _, _, err := read(unfinished, st.ID); err != nil {
		return err
	}
	if err := flush(unfinished); err != nil {
		return err
	}
	before, err := checkpoints(folder)
	if err != nil {
		return err
	}
	number := 1
	if len(before) > 0 {
		number += before[len(before)-1]
	}
	if err := errors.Join(os.Rename(unfinished, numbered(folder, number)), flushFile(folder)); err != nil {
		return err
	}
	return removeCheckpoints(folder, before)
}

// write writes the files of a checkpoint.
func write(folder string, store *model.Store, st *state) error {
	handler, err := checkpoint.Build(store).Dir(folder).ExcludeAllParams().WithCompression(checkpoint.BinUncompressed).Done()
	if err != nil {
		return err
	}
	err = handler.Save()
	store.SetLoader(nil) // the handler would go on looking for variables in its checkpoint, as each one before it would
	if err != nil {
		return err
	}
	text, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, stateFile), text, 0o644)
}

// read reads a checkpoint of the run.
func read(folder, id string) (*state, map[string]*tensors.Tensor, error) {
	text, err := os.ReadFile(filepath.Join(folder, stateFile))
	if err != nil {
		return nil, nil, err
	}
	st := new(state)
	if err := json.Unmarshal(text, st); err != nil {
		return nil, nil, err
	}
	if st.ID != id {
		return nil, nil, errors.New("it is another run's")
	}
	handler, err := checkpoint.Load(model.NewStore()).Dir(folder).ExcludeAllParams().Done()
	if err != nil {
		return nil, nil, err
	}
	values := make(map[string]*tensors.Tensor)
	for key, value := range handler.LoadedVariables() {
		values[strings.TrimPrefix(key, "var:")] = value
	}
	sum, err := digest(st.Variables, values)
	if err != nil {
		return nil, nil, err
	}
	if sum != st.Digest {
		return nil, nil, errors.New("its values are not those that were written")
	}
	return st, values, nil
}

// digest returns a hash of the variables and their values.
func digest(variables []variable, values map[string]*tensors.Tensor) (string, error) {
	sum := sha256.New()
	for _, v := range variables {
		value := values[v.Path]
		if value == nil {
			return "", fmt.Errorf("the variable %s has no value", v.Path)
		}
		fmt.Fprintln(sum, v.Path, v.Trainable, value.Shape())
		if err := value.ConstBytes(func(content []byte) { sum.Write(content) }); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

// restore gives the store the variables of a checkpoint, in the order in which they were made: a graph that is built on them is then the
// same as that of a run that was not interrupted.
func restore(store *model.Store, st *state, values map[string]*tensors.Tensor) error {
	for _, v := range st.Variables {
		made, err := store.CreateVariable(v.Path, values[v.Path])
		if err != nil {
			return fmt.Errorf("the variable %s of a checkpoint can't be restored: %w", v.Path, err)
		}
		made.SetTrainable(v.Trainable)
	}
	return nil
}

// load returns the latest checkpoint in the folder that is whole; a nil state when there is none. What was left unfinished is removed.
func load(folder, id string) (*state, map[string]*tensors.Tensor, error) {
	if err := removeUnfinished(folder); err != nil {
		return nil, nil, err
	}
	numbers, err := checkpoints(folder)
	if err != nil {
		return nil, nil, err
	}
	for _, number := range slices.Backward(numbers) {
		if st, values, err := read(numbered(folder, number), id); err == nil {
			return st, values, nil
		}
	}
	return nil, nil, nil
}

// numbered returns the path of a checkpoint.
func numbered(folder string, number int) string {
	return filepath.Join(folder, checkpointPrefix+strconv.Itoa(number))
}

// checkpoints returns the numbers of the checkpoints in the folder, in ascending order.
func checkpoints(folder string) ([]int, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, entry := range entries {
		if number, found := strings.CutPrefix(entry.Name(), checkpointPrefix); found {
			if n, err := strconv.Atoi(number); err == nil {
				numbers = append(numbers, n)
			}
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// removeCheckpoints removes the checkpoints of those numbers.
func removeCheckpoints(folder string, numbers []int) (err error) {
	for _, number := range numbers {
		err = errors.Join(err, os.RemoveAll(numbered(folder, number)))
	}
	return err
}

// removeUnfinished removes what a process that was killed had left of a checkpoint.
func removeUnfinished(folder string) error {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), unfinishedPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, entry.Name())))
		}
	}
	return err
}

// flush makes sure that a folder and its files are on the disk.
func flush(folder string) error {
	return filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return flushFile(path)
	})
}

// flushFile makes sure that a file, or the list of a folder's files, is on the disk.
func flushFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// finiteVariables says whether all trainable variables of the store are numbers.
func finiteVariables(store *model.Store) (bool, error) {
	for v := range store.IterVariables() {
		if !v.Trainable {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return false, err
		}
		whole := true
		if err := tensors.ConstFlatData(value, func(flat []float32) {
			for _, x := range flat {
				whole = whole && finite(float64(x))
			}
		}); err != nil || !whole {
			return false, err
		}
	}
	return true, nil
}
