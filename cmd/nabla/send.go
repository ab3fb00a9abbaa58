package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/ranks"
)

// This file has rank 0 send the files that a training reads to the other ranks, which need
// none then. They go as one archive, in pieces, so that memory doesn't depend on their size.

func sendFlag() flag {
	return newFlag("send-data", false, "with several ranks: rank 0 alone reads the files and sends them to the others (always done with standard input)", func(bool) error { return nil })
}

// received are the folders with what this rank was sent, and the standard input among it.
type received struct {
	dirs  []string
	stdin *os.File
}

func (r *received) remove() {
	if r.stdin != nil {
		r.stdin.Close()
	}
	for _, dir := range r.dirs {
		os.RemoveAll(dir)
	}
}

// sent gives the flags called names the files that rank 0 has under them, if ranks are to
// send each other files.
func (r *received) sent(cmd *cobra.Command, d *dataSource, names ...string) error {
	crew := crewOf(cmd.Context())
	if crew == nil {
		return nil
	}
	asked, err := cmd.Flags().GetBool("send-data")
	if err != nil {
		return err
	}
	var flags, paths, plan []string // the plan says what is sent, the same on all ranks
	for _, name := range names {
		path := cmd.Flags().Lookup(name).Value.String()
		isInput := name == "data" && path == stdinPath
		if path == "" || name == "data" && path == builtIn || !asked && !isInput {
			continue
		}
		flags, paths = append(flags, name), append(paths, path)
		if plan = append(plan, "--"+name); isInput {
			plan = append(plan, stdinPath)
		}
	}
	if err := crew.settle("sending files: "+cmp.Or(strings.Join(plan, " "), "none"), nil); err != nil {
		return err
	}
	if crew.settled = false; len(flags) == 0 { // what follows may still fail on one rank alone
		return nil
	}
	here, err := r.exchange(crew, cmd.InOrStdin(), slices.Clone(paths))
	if err != nil {
		return fmt.Errorf("sending files: %w", err)
	}
	for i, name := range flags {
		if paths[i] == stdinPath {
			if r.stdin, err = os.Open(here[i]); err != nil {
				return err
			}
			d.stdin = r.stdin
		} else if err := cmd.Flags().Set(name, here[i]); err != nil {
			return err
		}
	}
	return nil
}

// exchange sends what the paths of rank 0 lead to, and returns where it is on this rank. An
// error of one rank leaves the others nothing to wait for.
func (r *received) exchange(crew *crew, stdin io.Reader, paths []string) ([]string, error) {
	pipe := &broadcast{Comm: crew}
	dir, err := os.MkdirTemp("", "nabla")
	if err == nil {
		r.dirs = append(r.dirs, dir)
	}
	if crew.Rank() > 0 {
		if err == nil {
			paths, err = unpack(pipe, dir, len(paths))
		}
		_, ended := io.Copy(io.Discard, pipe)
		return paths, cmp.Or(err, ended)
	}
	if i := slices.Index(paths, stdinPath); err == nil && i >= 0 { // it can be read once
		if paths[i], err = keep(stdin, dir); err != nil {
			err = fmt.Errorf("standard input: %w", err)
		}
	}
	if err == nil {
		err = pack(pipe, paths)
	}
	return paths, pipe.finish(err)
}

// keep copies what r reads to a file in dir.
func keep(r io.Reader, dir string) (string, error) {
	f, err := os.Create(filepath.Join(dir, "input"))
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, r)
	return f.Name(), errors.Join(err, f.Close())
}

// pack writes an archive of files and folders. The names in it begin with the number of their path.
func pack(w io.Writer, paths []string) error {
	archive := tar.NewWriter(w)
	for i, path := range paths {
		path, err := filepath.Abs(path) // so that its last part is a name
		if err != nil {
			return err
		}
		top := strconv.Itoa(i) + "/" + filepath.Base(path)
		err = filepath.WalkDir(path, func(at string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			relative, err := filepath.Rel(path, at)
			if err != nil {
				return err
			}
			return packOne(archive, at, filepath.ToSlash(filepath.Join(top, relative)))
		})
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

// packOne appends a file, or what a symbolic link leads to, or an empty folder.
func packOne(archive *tar.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return archive.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o700})
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file, so that its length isn't known: want a file or a folder, or - for standard input", path)
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Size: info.Size(), Mode: 0o600}); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}

// unpack writes what pack has written into dir and returns where each of the paths now is.
func unpack(r io.Reader, dir string, n int) ([]string, error) {
	root, err := os.OpenRoot(dir) // no name leads out of it
	if err != nil {
		return nil, err
	}
	defer root.Close()
	paths := make([]string, n)
	archive := tar.NewReader(r)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			return paths, nil
		}
		if err != nil {
			return nil, err
		}
		name := filepath.FromSlash(strings.TrimSuffix(h.Name, "/"))
		if h.Typeflag == tar.TypeDir {
			err = root.MkdirAll(name, 0o700)
		} else {
			err = unpackOne(root, name, archive)
		}
		if err != nil {
			return nil, err
		}
		number, rest, _ := strings.Cut(h.Name, "/")
		if i, err := strconv.Atoi(number); err == nil && i < n && paths[i] == "" {
			paths[i] = filepath.Join(dir, number, filepath.FromSlash(rest))
		}
	}
}

func unpackOne(root *os.Root, name string, r io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// A broadcast carries bytes from rank 0, which writes, to all others, which read.
type broadcast struct {
	ranks.Comm
	pending bytes.Buffer
	ended   error
}

// pieceBytes is how much is sent at once.
const pieceBytes = 1 << 20

func (b *broadcast) Write(p []byte) (int, error) {
	b.pending.Write(p)
	for b.pending.Len() >= pieceBytes {
		if err := b.send(b.pending.Next(pieceBytes)); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// send sends a piece behind its length.
func (b *broadcast) send(piece []byte) error {
	if err := b.Broadcast(0, binary.LittleEndian.AppendUint64(nil, uint64(len(piece)))); err != nil || len(piece) == 0 {
		return err
	}
	return b.Broadcast(0, piece)
}

// finish sends what is left, a piece of no length for the end, and whether err happened,
// which it returns.
func (b *broadcast) finish(err error) error {
	outcome := []byte{0}
	if err != nil {
		outcome[0] = 1
		b.pending.Reset()
	}
	if b.pending.Len() > 0 {
		if failed := b.send(b.pending.Bytes()); failed != nil {
			return failed
		}
	}
	if failed := b.send(nil); failed != nil {
		return failed
	}
	return errors.Join(err, b.Broadcast(0, outcome))
}

func (b *broadcast) Read(p []byte) (int, error) {
	if b.pending.Len() == 0 && b.ended == nil {
		b.ended = b.receive()
	}
	if b.pending.Len() == 0 {
		return 0, b.ended
	}
	return b.pending.Read(p)
}

// receive waits for the next piece; io.EOF says that there is none.
func (b *broadcast) receive() error {
	var length [8]byte
	if err := b.Broadcast(0, length[:]); err != nil {
		return err
	}
	if n := binary.LittleEndian.Uint64(length[:]); n > 0 {
		piece := make([]byte, n)
		err := b.Broadcast(0, piece)
		b.pending.Write(piece)
		return err
	}
	var outcome [1]byte
	if err := b.Broadcast(0, outcome[:]); err != nil {
		return err
	}
	if outcome[0] != 0 {
		return errors.New("rank 0 can't read them")
	}
	return io.EOF
}
