package training

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// A checkpoint is one file: a hash of all that follows, then, each as gob writes it, the state as JSON, in
// which a result will have it too, and GoMLX's tensors. It is written under another name and renamed, and the
// one before it is kept until that is done. Nothing of it is read before its hash was compared.
const (
	checkpointPrefix = "checkpoint-"
	damagedPrefix    = "damaged-"
)

// state is what a run continues from, but for the values of the variables.
type state struct {
	// ID is the run's.
	ID string

	// Step is the number of batches trained on.
	Step int

	// Plateau is the state of the rule that drops the learning rate.
	Plateau plateauState

	// Epoch and Interval add up what was seen since the last epoch began, and since the last point of the
	// curve.
	Epoch, Interval sums

	// Curve is the learning curve, Looks what was seen of the net, Seconds how long the run has trained and
	// tested, Backends on which backends, one after the other.
	Curve    []Point
	Looks    []ProbeLook
	Seconds  float64
	Backends []string

	// Variables are those of the Store, in its order.
	Variables []variable
}

// variable is what the values of a Store don't say of a variable.
type variable struct {
	Path      string
	Trainable bool
}

// sums are the loss and the accuracy added up over batches.
type sums struct {
	Loss, Accuracy float64
	Batches        int
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
func save(folder string, store *model.Store, st *state) error {
	err := func() error {
		content, err := encode(store, st)
		if err != nil {
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
		if err := atomicfile.Write(numbered(folder, number), func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		}); err != nil {
			return err
		}
		return removeCheckpoints(folder, before)
	}()
	if err != nil {
		return fmt.Errorf("the checkpoint of step %d can't be written into %s: %w; the one before it is "+
			"still there", st.Step, folder, err)
	}
	return nil
}

// encode returns the content of a checkpoint.
func encode(store *model.Store, st *state) ([]byte, error) {
	var values []*tensors.Tensor
	st.Variables = nil
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		st.Variables = append(st.Variables, variable{Path: v.Path(), Trainable: v.Trainable})
	}
	var content bytes.Buffer
	content.Write(make([]byte, sha256.Size)) // where the hash will stand
	encoder := gob.NewEncoder(&content)
	text, err := json.Marshal(st)
	if err == nil {
		err = encoder.Encode(text)
	}
	if err != nil {
		return nil, err
	}
	for _, value := range values {
		if err := value.GobSerialize(encoder); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(content.Bytes()[sha256.Size:])
	copy(content.Bytes(), sum[:])
	return content.Bytes(), nil
}

// decode reads the content of a checkpoint: the state and the values of its variables. An error says how it
// is damaged.
func decode(content []byte) (*state, []*tensors.Tensor, error) {
	if len(content) < sha256.Size {
		return nil, nil, errors.New("it is cut off")
	}
	if sum := sha256.Sum256(content[sha256.Size:]); !bytes.Equal(sum[:], content[:sha256.Size]) {
		return nil, nil, errors.New("it is not what was written")
	}
	decoder := gob.NewDecoder(bytes.NewReader(content[sha256.Size:]))
	var text []byte
	if err := decoder.Decode(&text); err != nil {
		return nil, nil, err
	}
	st := new(state)
	if err := json.Unmarshal(text, st); err != nil {
		return nil, nil, err
	}
	values := make([]*tensors.Tensor, len(st.Variables))
	for i := range values {
		var err error
		if values[i], err = tensors.GobDeserialize(decoder); err != nil {
			return nil, nil, err
		}
	}
	return st, values, nil
}

// restore gives the store the variables of a checkpoint, in the order in which they were made: a graph that
// is built on them is then the same as that of a run that was not interrupted.
func restore(store *model.Store, st *state, values []*tensors.Tensor) error {
	for i, v := range st.Variables {
		made, err := store.CreateVariable(v.Path, values[i])
		if err != nil {
			return fmt.Errorf("the variable %s of a checkpoint can't be restored: %w", v.Path, err)
		}
		made.SetTrainable(v.Trainable)
	}
	return nil
}

// load returns the latest checkpoint in the folder that is whole; a nil state when there is none. Those that
// are damaged are said and kept under another name. One that is there but can't be read, for whatever reason,
// may be whole: it is an error, and nothing is touched.
func load(ctx context.Context, folder, id string) (*state, []*tensors.Tensor, error) {
	numbers, err := checkpoints(folder)
	if err != nil {
		return nil, nil, err
	}
	for _, number := range slices.Backward(numbers) {
		path := numbered(folder, number)
		st, values, damage, err := read(path)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("%w; nothing was changed: train again when it can be read, or move "+
				"it elsewhere to begin anew", err)
		case damage == nil && st.ID != id:
			return nil, nil, fmt.Errorf("%s is another run's; nothing was changed: move it elsewhere", path)
		case damage == nil:
			return st, values, nil
		}
		aside, err := setAside(path)
		if err != nil {
			return nil, nil, fmt.Errorf("%s is damaged (%w) and can't be renamed: %w", path, damage, err)
		}
		progress.Note(ctx, fmt.Sprintf("the checkpoint %s is damaged (%v): it is kept as %s, and the run "+
			"goes on from the one before it, or begins anew",
			path, damage, filepath.Base(aside)))
	}
	return nil, nil, nil
}

// read reads a checkpoint, and says how it is damaged, or why it can't be read.
func read(path string) (st *state, values []*tensors.Tensor, damage, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, nil, errors.New("it is a folder, as earlier versions wrote"), nil
	}
	content, err := regular.ReadFile(path)
	if err != nil {
		return nil, nil, nil, err
	}
	st, values, damage = decode(content)
	return st, values, damage, nil
}

// setAside renames a damaged checkpoint and returns its new path.
func setAside(path string) (string, error) {
	for i := 0; ; i++ {
		aside := filepath.Join(filepath.Dir(path), damagedPrefix+filepath.Base(path))
		if i > 0 {
			aside += "-" + strconv.Itoa(i)
		}
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			return aside, os.Rename(path, aside)
		} else if err != nil {
			return "", err
		}
	}
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
