//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package atomicfile

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// lock locks f until it is closed. It reports whether that was possible.
func lock(f *os.File) bool { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX) == nil }

// dead reports whether nobody has a lock on the temporary file at path. One that this user
// can't read is another user's affair.
func dead(path string) bool {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && isAt(f, path)
}

// takeOver gives f the owner, the group and the permissions of old, as far as the system
// lets it.
func takeOver(f *os.File, old os.FileInfo) error {
	mode := old.Mode().Perm()
	if s, ok := old.Sys().(*syscall.Stat_t); ok {
		if f.Chown(int(s.Uid), int(s.Gid)) != nil && f.Chown(-1, int(s.Gid)) != nil {
			mode = withoutGroup(mode)
		}
	}
	return f.Chmod(mode)
}

// withoutGroup takes from the group what others may not do.
func withoutGroup(mode os.FileMode) os.FileMode {
	return mode&^0o070 | mode&0o070&(mode&0o007<<3)
}

// owner names owner and group.
func owner(info os.FileInfo) string {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	name, group := strconv.Itoa(int(s.Uid)), strconv.Itoa(int(s.Gid))
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	if g, err := user.LookupGroupId(group); err == nil {
		group = g.Name
	}
	return fmt.Sprintf("%s:%s", name, group)
}

// rename gives f the name path and closes it; until then nobody takes it for dead.
func rename(f *os.File, path string) error { return finish(f, os.Rename(f.Name(), path)) }
