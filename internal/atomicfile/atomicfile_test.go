package atomicfile

import (
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
	require.NoError(t, CheckWritable(path))
	requireFiles(t, dir)
	require.NoError(t, Write(path, []byte("old")))
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, CheckWritable(path))
	require.NoError(t, Write(path, []byte("new")))
	requireContent(t, path, "new")
	requireFiles(t, dir, "m.safetensors")
	require.NoError(t, Write(filepath.Join(dir, strings.Repeat("m", 255)), []byte("a name as long as file systems allow")))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o640), info.Mode())
	}
}

func TestWriteKeepsLinks(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	require.NoError(t, Write(path, []byte("old")))
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Logf("no symbolic links here: %v", err)
		return
	}
	require.NoError(t, Write(link, []byte("new")))
	requireContent(t, path, "new")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)

	// A link to a link to a file that isn't there yet.
	require.NoError(t, os.Mkdir(filepath.Join(dir, "models"), 0o700))
	next := filepath.Join(dir, "next")
	require.NoError(t, os.Symlink(filepath.Join("models", "m"), next))
	require.NoError(t, os.Symlink("next", filepath.Join(dir, "newest")))
	require.NoError(t, Write(filepath.Join(dir, "newest"), []byte("first")))
	requireContent(t, filepath.Join(dir, "models", "m"), "first")
	requireFiles(t, filepath.Join(dir, "models"), "m")
	requireContent(t, next, "first")
	info, err = os.Lstat(next)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)

	loop := filepath.Join(dir, "loop")
	require.NoError(t, os.Symlink("loop", loop))
	require.ErrorContains(t, Write(loop, nil), "cannot write")
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
			require.ErrorContains(t, CheckWritable(path), "cannot write")
			require.ErrorContains(t, Write(path, []byte("y")), "cannot write")
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
	require.ErrorContains(t, CheckWritable(path), "cannot write")
	require.ErrorContains(t, Write(path, []byte("y")), "cannot write")
	requireContent(t, path, "x")
}

// A write that fails half-way leaves the old file and no litter.
func TestFillFailure(t *testing.T) {
	f, err := temporary(filepath.Join(t.TempDir(), "m"))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Error(t, fill(f, []byte("x"), nil))
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
