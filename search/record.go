package search

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/internal/filelock"
	"github.com/nabla-go/nabla/internal/strictjson"
)

// A Record is a file of scores. Its first line says what the search is; each other line is a
// score, in the order in which they came, with the SHA-256 of the first line and itself. One
// process at a time has it, by a lock that ends with the process.
type Record struct {
	file   *os.File
	first  []byte // the first line
	scores []Score
}

// header is the first line.
type header struct {
	Format int               `json:"nabla_search"` // 1
	Key    map[string]string `json:"search"`       // all that decides a score, by name
}

// line is one of the other lines.
type line struct {
	Trial   int     `json:"trial"`
	Fold    int     `json:"fold"`
	Epochs  int     `json:"epochs"`
	Score   float64 `json:"score"`
	Failure string  `json:"failure"`
	SHA256  string  `json:"sha256"` // of the first line and this one, with "" in this place
}

// lineOf returns the line of s behind the first line.
func lineOf(first []byte, s Score) ([]byte, error) {
	l := line{s.Trial, s.Fold, s.Epochs, s.Value, s.Failure, ""}
	b, err := json.Marshal(l)
	if err == nil {
		sum := sha256.Sum256(slices.Concat(first, b))
		l.SHA256 = hex.EncodeToString(sum[:])
		b, err = json.Marshal(l)
	}
	return append(b, '\n'), err
}

// Create begins a record of the search that key describes, in a file that isn't there yet.
// Close it.
func Create(path string, key map[string]string) (*Record, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("search: %s is there already: want another file, or to go on with the search that it is of", path)
	}
	first, err := json.Marshal(header{1, key})
	if err == nil {
		first = append(first, '\n')
		err = atomicfile.Write(path, func(w io.Writer) error {
			_, err := w.Write(first)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return Resume(path, key)
}

// Resume goes on with the record in a file, or begins it if there is none. A last line that
// isn't complete, as after a kill, is dropped. It is an error, and the file stays as it is,
// if another process has it, if it is damaged, or if it is of a search with another key,
// whose differences are named. Close it.
func Resume(path string, key map[string]string) (r *Record, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return Create(path, key)
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if filelock.Lock(f) != nil {
		return nil, fmt.Errorf("search: another search uses %s: wait for its end, or take another file", path)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	r = &Record{file: f}
	whole := b[:bytes.LastIndexByte(b, '\n')+1]
	if err := r.read(whole, key); err != nil {
		return nil, fmt.Errorf("search: %s %w", path, err)
	}
	if err = f.Truncate(int64(len(whole))); err == nil {
		_, err = f.Seek(0, io.SeekEnd)
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return r, nil
}

// read takes whole lines.
func (r *Record) read(b []byte, key map[string]string) error {
	number := 0
	seen := make(map[Run]bool)
	for text := range bytes.Lines(b) {
		if number++; number == 1 {
			var h header
			if err := strictjson.Unmarshal(text, &h); err != nil || h.Format != 1 {
				break
			}
			if d := differences(h.Key, key); d != nil {
				return fmt.Errorf("is of another search: %s", strings.Join(d, "; "))
			}
			r.first = text
			continue
		}
		var l line
		if err := strictjson.Unmarshal(text, &l); err != nil {
			return damaged(number)
		}
		s := Score{Run{l.Trial, l.Fold, l.Epochs}, l.Score, l.Failure}
		if again, err := lineOf(r.first, s); err != nil || !bytes.Equal(again, text) || seen[s.Run] {
			return damaged(number)
		}
		seen[s.Run] = true
		r.scores = append(r.scores, s)
	}
	if r.first == nil {
		return errors.New("is no record of a search: want one, or another file to begin anew")
	}
	return nil
}

func damaged(number int) error {
	return fmt.Errorf("is damaged in line %d: want one that is whole, or another file to begin anew", number)
}

// differences says what two keys differ in, in the order of the names.
func differences(was, now map[string]string) (list []string) {
	all := maps.Clone(was)
	if all == nil {
		all = make(map[string]string)
	}
	maps.Copy(all, now)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a, inA := was[name]
		b, inB := now[name]
		switch {
		case !inA:
			list = append(list, fmt.Sprintf("it has no %s, and this search's is %q", name, b))
		case !inB:
			list = append(list, fmt.Sprintf("its %s is %q, and this search has none", name, a))
		case a != b:
			list = append(list, fmt.Sprintf("its %s is %q, and this search's is %q", name, a, b))
		}
	}
	return list
}

// Scores returns the scores so far.
func (r *Record) Scores() []Score { return slices.Clone(r.scores) }

// Add adds a score, whose run has none yet. When it returns, the score is on the disk.
func (r *Record) Add(s Score) error {
	b, err := lineOf(r.first, s)
	if err == nil {
		_, err = r.file.Write(b)
	}
	if err == nil {
		err = r.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("search: %w: what was recorded before is whole; make room or give the permission, and resume", err)
	}
	r.scores = append(r.scores, s)
	return nil
}

// Close gives the file back.
func (r *Record) Close() error { return r.file.Close() }
