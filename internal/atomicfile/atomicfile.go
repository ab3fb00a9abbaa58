// Package atomicfile writes files all or nothing: whoever reads one meets the old
// content or the new one, also after a crash.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Write replaces the file at path by data, or leaves it as it is: data goes
// to a temporary file in the same directory, reaches the disk, and is renamed.
// A symbolic link keeps pointing to its file, whether that is there yet or not,
// and an existing file keeps its permissions; one that is read-only is an error.
// What is not a regular file (a pipe, a device) is written directly.
func Write(path string, data []byte) error {
	path, old, err := target(path)
	if err != nil {
		return err
	}
	if special(old) {
		return os.WriteFile(path, data, 0)
	}
	f, err := temporary(path)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	err = fill(f, data, old)
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	syncDir(filepath.Dir(path))
	return nil
}

// CheckWritable tells now, before long work, whether Write could write to
// path. It leaves nothing behind.
func CheckWritable(path string) error {
	path, old, err := target(path)
	if err != nil {
		return err
	}
	if special(old) {
		if old.Mode()&fs.ModeNamedPipe != 0 {
			return nil // opened and closed, it would end for its reader
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return f.Close()
	}
	f, err := temporary(path)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	f.Close()
	return os.Remove(f.Name())
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

// temporary creates a file beside path, with the permissions that the user
// gives to new files (os.CreateTemp would make it private). Its name does not grow
// with that of path, which may be as long as a name may be.
func temporary(path string) (*os.File, error) {
	name := fmt.Sprintf(".nabla-%x.tmp", rand.Uint64())
	return os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
}

// fill writes data to f, gives it the permissions of old, hands it to the disk,
// and closes it in every case.
func fill(f *os.File, data []byte, old os.FileInfo) error {
	_, err := f.Write(data)
	if err == nil && old != nil {
		err = f.Chmod(old.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
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
