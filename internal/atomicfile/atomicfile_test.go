package atomicfile

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	requireWritable(t, path)
	requireFiles(t, dir)
	require.NoError(t, Write(path, text("old")))
	require.NoError(t, os.Chmod(path, 0o640))
	requireWritable(t, path)
	require.NoError(t, Write(path, text("new")))
	requireContent(t, path, "new")
	requireFiles(t, dir, "m.safetensors")
	require.NoError(t, Write(filepath.Join(dir, strings.Repeat("m", 255)), text("a name as long as file systems allow")))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o640), info.Mode())
	}
}

func TestWriteKeepsLinks(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	require.NoError(t, Write(path, text("old")))
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Logf("no symbolic links here: %v", err)
		return
	}
	require.NoError(t, Write(link, text("new")))
	requireContent(t, path, "new")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)

	// A link to a link to a file that isn't there yet.
	require.NoError(t, os.Mkdir(filepath.Join(dir, "models"), 0o700))
	next := filepath.Join(dir, "next")
	require.NoError(t, os.Symlink(filepath.Join("models", "m"), next))
	require.NoError(t, os.Symlink("next", filepath.Join(dir, "newest")))
	require.NoError(t, Write(filepath.Join(dir, "newest"), text("first")))
	requireContent(t, filepath.Join(dir, "models", "m"), "first")
	requireFiles(t, filepath.Join(dir, "models"), "m")
	requireContent(t, next, "first")
	info, err = os.Lstat(next)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)

	loop := filepath.Join(dir, "loop")
	require.NoError(t, os.Symlink("loop", loop))
	require.ErrorContains(t, Write(loop, text("")), "cannot write")
}

func TestUnwritable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	for name, path := range map[string]string{
		"no directory":            filepath.Join(dir, "none", "m"),
		"a file as the directory": filepath.Join(file, "m"),
		"a directory":             dir,
		"no name":                 "",
	} {
		t.Run(name, func(t *testing.T) {
			requireUnwritable(t, path)
			require.ErrorContains(t, Write(path, text("y")), "cannot write")
		})
	}
	requireContent(t, file, "x")
	requireFiles(t, dir, "file")
}

// A read-only file is left alone, although a rename could replace it.
func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o400))
	if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
		f.Close()
		t.Skip("this user may write read-only files")
	}
	requireUnwritable(t, path)
	require.ErrorContains(t, Write(path, text("y")), "cannot write")
	requireContent(t, path, "x")
}

// A write that fails half-way leaves the old file and no litter.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	require.NoError(t, Write(path, text("old")))
	err := Write(path, func(w io.Writer) error {
		_, err := w.Write(make([]byte, 1<<20))
		require.NoError(t, err)
		return os.ErrDeadlineExceeded
	})
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.ErrorContains(t, err, "cannot write "+path)
	requireContent(t, path, "old")
	requireFiles(t, dir, "m")
}

// text is the content of a file.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func requireWritable(t *testing.T, path string) {
	t.Helper()
	note, err := Check(path)
	require.NoError(t, err)
	require.Empty(t, note)
}

func requireUnwritable(t *testing.T, path string) {
	t.Helper()
	_, err := Check(path)
	require.ErrorContains(t, err, "cannot write")
}

func requireContent(t *testing.T, path, want string) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(b))
}

func requireFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.Equal(t, want, got)
}
