package checkpoint

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/internal/filelock"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// A Dir is a directory of checkpoints of one training, locked for this process.
type Dir struct {
	path string
	key  Key
	keep int
	lock *os.File
}

// lockName is the file that the lock is on. It stays, so that there is one.
const lockName = "lock"

var fileName = regexp.MustCompile(`^step-([0-9]{12,19})\.nabla$`)

// Open locks the directory, which it makes if there is none, for the training that key
// describes. Of its checkpoints the last keep, at least 1, will be kept. It is an error if
// another process has the lock. Close it.
func Open(path string, key Key, keep int) (*Dir, error) {
	if keep < 1 {
		return nil, fmt.Errorf("checkpoint: %d checkpoints to keep: want at least 1", keep)
	}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w: want a directory that can be written", err)
	}
	if err := filelock.Lock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("checkpoint: another training uses %s: wait for its end, or take another directory", path)
	}
	return &Dir{path: path, key: key, keep: keep, lock: f}, nil
}

// Close gives the lock back.
func (d *Dir) Close() error { return d.lock.Close() }

// Steps returns the steps that there are checkpoints of, whole or not, in ascending order.
func (d *Dir) Steps() ([]int, error) {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	var steps []int
	for _, e := range entries {
		if m := fileName.FindStringSubmatch(e.Name()); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil && name(n) == e.Name() {
				steps = append(steps, n)
			}
		}
	}
	slices.Sort(steps)
	return steps, nil
}

func name(step int) string { return fmt.Sprintf("step-%012d.nabla", step) }

// Path returns the file of the checkpoint of a step.
func (d *Dir) Path(step int) string { return filepath.Join(d.path, name(step)) }

// Save writes the checkpoint of s. Afterwards, of those of earlier steps the last keep−1
// are kept. After an error the earlier ones are as they were.
func Save[T kernels.Float](d *Dir, s *train.State[T]) error {
	path := d.Path(s.Steps)
	if err := atomicfile.Write(path, func(w io.Writer) error { return Write(w, d.key, s) }); err != nil {
		return fmt.Errorf("checkpoint: %w: the checkpoints before it are whole; make room or give the permission, and resume from them", err)
	}
	steps, err := d.Steps()
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(n int) bool { return n >= s.Steps })
	for _, n := range steps[:max(len(steps)-(d.keep-1), 0)] {
		if err := os.Remove(d.Path(n)); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	return nil
}

// Latest returns the state of the newest whole checkpoint, that of at most the given step,
// or nil if there are no checkpoints. Damaged says which newer ones are not whole. It is an
// error if none is whole, or if the newest whole one belongs to another training; nothing is
// changed then.
func Latest[T kernels.Float](d *Dir, atMost int) (s *train.State[T], damaged []string, err error) {
	steps, err := d.Steps()
	if err != nil {
		return nil, nil, err
	}
	for _, n := range slices.Backward(steps) {
		if n > atMost {
			continue
		}
		b, err := os.ReadFile(d.Path(n))
		if err == nil {
			s, err = Read[T](b, d.key)
		}
		if err == nil && s.Steps != n {
			err = errDamaged
		}
		if err == nil {
			return s, damaged, nil
		}
		if errors.Is(err, errDamaged) {
			damaged = append(damaged, d.Path(n))
			continue
		}
		return nil, damaged, fmt.Errorf("checkpoint: cannot go on from %s: %w", d.Path(n), err)
	}
	if damaged != nil {
		return nil, damaged, fmt.Errorf("checkpoint: none in %s is whole: damaged are %s; to begin anew, take another directory", d.path, strings.Join(damaged, ", "))
	}
	return nil, nil, nil
}
