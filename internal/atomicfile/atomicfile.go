// Package atomicfile writes files all or nothing: whoever reads one meets the old
// content or the new one, also after a crash.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
)

// Write replaces the file at path by what content writes, or leaves it as it is: that
// goes to a temporary file in the same directory, reaches the disk, and is renamed.
//
// A symbolic link keeps pointing to its file, whether that is there yet or not. An
// existing file keeps its permissions and, where the system lets it, its owner and its
// group; a group that it can't keep loses what others may not do either. The temporary
// file of an existing file is its user's alone until it is complete. A file that is
// read-only is an error. What is not a regular file (a pipe, a device) is written
// directly.
//
// Temporary files that killed programs left in the directory are removed.
func Write(path string, content func(io.Writer) error) error {
	path, old, err := target(path)
	if err != nil {
		return err
	}
	if special(old) {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return finish(f, fill(f, content))
	}
	f, err := temporary(path, old)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	err = fill(f, content)
	if err == nil && old != nil {
		err = takeOver(f, old)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = rename(f, path)
	} else {
		f.Close()
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	syncDir(filepath.Dir(path))
	return nil
}

// Check tells now, before long work, whether Write could write to path. It leaves nothing
// behind. If Write could, but the file would have another owner or group than now, note
// says so.
func Check(path string) (note string, err error) {
	path, old, err := target(path)
	if err != nil {
		return "", err
	}
	if special(old) {
		if old.Mode()&fs.ModeNamedPipe != 0 {
			return "", nil // opened and closed, it would end for its reader
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return "", err
		}
		return "", f.Close()
	}
	f, err := temporary(path, old)
	if err != nil {
		return "", fmt.Errorf("cannot write %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if old == nil {
		return "", nil
	}
	if err := takeOver(f, old); err != nil {
		return "", fmt.Errorf("cannot write %s: %w", path, err)
	}
	now, err := f.Stat()
	if err == nil && owner(now) != owner(old) {
		note = fmt.Sprintf("%s belongs to %s and will belong to %s", path, owner(old), owner(now))
	}
	return note, err
}

// target follows symbolic links from path and describes the file that is there,
// which must not be read-only; old is nil if there is none.
func target(path string) (real string, old os.FileInfo, err error) {
	if path == "" {
		return "", nil, errors.New("cannot write a file without a name")
	}
	if r, err := filepath.EvalSymlinks(path); err == nil {
		path = r
	}
	old, err = os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return dangling(path), nil, nil
	case err != nil:
		return "", nil, fmt.Errorf("cannot write %s: %w", path, err)
	case old.IsDir():
		return "", nil, fmt.Errorf("cannot write %s: it is a directory", path)
	case old.Mode().IsRegular(): // a rename would replace even a file that its owner has made read-only
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return "", nil, fmt.Errorf("cannot write %s: %w", path, err)
		}
		f.Close()
	}
	return path, old, nil
}

// dangling follows symbolic links from path to the file that isn't there.
func dangling(path string) string {
	for range 100 {
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path
}

// special reports whether old exists and is no regular file.
func special(old os.FileInfo) bool { return old != nil && !old.Mode().IsRegular() }

// temporaryName is what temporary files are called. The name does not grow with that of
// the file, which may be as long as a name may be.
var temporaryName = regexp.MustCompile(`^\.nabla-[0-9a-f]{1,16}\.tmp$`)

// temporary creates a file beside path that tells others by its lock that its program is
// alive, and removes those whose program is not. It is private if it is to replace old; else it has
// the permissions that the user gives to new files.
func temporary(path string, old os.FileInfo) (*os.File, error) {
	dir, mode := filepath.Dir(path), os.FileMode(0o666)
	if old != nil {
		mode = 0o600
	}
	sweep(dir)
	for {
		name := filepath.Join(dir, fmt.Sprintf(".nabla-%x.tmp", rand.Uint64()))
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		if err != nil {
			return nil, err
		}
		if lock(f) && !isAt(f, name) { // another program took it for dead before the lock
			f.Close()
			continue
		}
		return f, nil
	}
}

// isAt reports whether f is the file called name.
func isAt(f *os.File, name string) bool {
	a, errA := f.Stat()
	b, errB := os.Lstat(name)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// sweep removes the temporary files of dir whose program is dead.
func sweep(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	names, _ := d.Readdirnames(-1) // what can't be read can't be removed
	d.Close()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if info, err := os.Lstat(path); temporaryName.MatchString(name) && err == nil && info.Mode().IsRegular() && dead(path) {
			os.Remove(path)
		}
	}
}

// fill has content write to f.
func fill(f *os.File, content func(io.Writer) error) error {
	b := bufio.NewWriterSize(f, 1<<16)
	if err := content(b); err != nil {
		return err
	}
	return b.Flush()
}

// finish closes f and returns the first error.
func finish(f *os.File, err error) error {
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// syncDir hands a rename in dir to the disk. Systems that cannot sync a
// directory say so, which changes nothing for the file.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
