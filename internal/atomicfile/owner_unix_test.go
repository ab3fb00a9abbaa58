//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package atomicfile

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The temporary file of a private file is private before the first byte is in it; that of a
// new one has the permissions of new files.
func TestTemporaryIsPrivate(t *testing.T) {
	old := syscall.Umask(0o022)
	defer syscall.Umask(old)
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	modes := func() (mode os.FileMode) {
		err := Write(path, func(io.Writer) error {
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			info, err := entries[0].Info() // .nabla-… comes before m
			require.NoError(t, err)
			require.Regexp(t, temporaryName, info.Name())
			mode = info.Mode()
			return nil
		})
		require.NoError(t, err)
		return mode
	}
	require.Equal(t, os.FileMode(0o644), modes())
	require.NoError(t, os.Chmod(path, 0o660))
	require.Equal(t, os.FileMode(0o600), modes())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o660), info.Mode())
}

// What killed programs left behind is gone after the next Check or Write; the file of a
// program that is still writing stays, and so does whatever else has such a name.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	litter := filepath.Join(dir, ".nabla-12ab.tmp")
	for _, name := range []string{".nabla-mine.tmp", ".nabla-12ab.tmpx"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, ".nabla-1.tmp"), 0o600))

	require.NoError(t, os.WriteFile(litter, []byte("half a mod"), 0o600))
	requireWritable(t, path)
	requireFiles(t, dir, ".nabla-1.tmp", ".nabla-12ab.tmpx", ".nabla-mine.tmp")

	require.NoError(t, os.WriteFile(litter, []byte("half a mod"), 0o600))
	require.NoError(t, Write(path, func(w io.Writer) error {
		require.NoError(t, Write(filepath.Join(dir, "other"), text("meanwhile")))
		return text("new")(w)
	}))
	requireContent(t, path, "new")
	requireContent(t, filepath.Join(dir, "other"), "meanwhile")
	require.NoFileExists(t, litter)
	requireFiles(t, dir, ".nabla-1.tmp", ".nabla-12ab.tmpx", ".nabla-mine.tmp", "m", "other")
}

// Case M6: a file keeps its owner and group, or Check says that it can't and the group
// loses what it had more than others.
func TestOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	require.NoError(t, Write(path, text("old")))
	require.NoError(t, os.Chown(path, 12345, 54321))
	require.NoError(t, os.Chmod(path, 0o664))
	requireWritable(t, path)
	require.NoError(t, Write(path, text("new")))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, "12345:54321", owner(info))
	require.Equal(t, os.FileMode(0o664), info.Mode())

	for _, d := range []string{filepath.Dir(dir), dir} {
		require.NoError(t, os.Chmod(d, 0o777))
	}
	require.NoError(t, os.Chmod(path, 0o666))
	require.NoError(t, syscall.Setreuid(-1, 65534))
	note, err := Check(path)
	write := Write(path, text("newer"))
	require.NoError(t, syscall.Setreuid(-1, 0))
	require.NoError(t, err)
	require.Contains(t, note, "m belongs to 12345:54321 and will belong to ")
	require.NoError(t, write)
	requireContent(t, path, "newer")
	info, err = os.Stat(path)
	require.NoError(t, err)
	require.NotEqual(t, "12345:54321", owner(info))
}

func TestLostGroup(t *testing.T) {
	for mode, want := range map[os.FileMode]os.FileMode{0o660: 0o600, 0o664: 0o644, 0o666: 0o666, 0o640: 0o600, 0o600: 0o600, 0o604: 0o604} {
		require.Equal(t, want, withoutGroup(mode), "%o", mode)
	}
}
