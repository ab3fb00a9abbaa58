package checkpoint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Key says what a training is: all that decides its bits besides its state, by name, such
// as the numeric version, the network, the options and the SHA-256 of the data. A training
// goes on only from a checkpoint with the same key.
type Key map[string]string

// check returns an error that names all that differs between k, which is wanted, and that of
// a checkpoint.
func (k Key) check(of Key) error {
	all := maps.Clone(k)
	if all == nil {
		all = make(Key)
	}
	maps.Copy(all, of)
	var differ []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		now, here := k[name]
		was, there := of[name]
		switch {
		case !there:
			differ = append(differ, fmt.Sprintf("it has no %s, and this training's is %q", name, now))
		case !here:
			differ = append(differ, fmt.Sprintf("its %s is %q, and this training has none", name, was))
		case now != was:
			differ = append(differ, fmt.Sprintf("its %s is %q, and this training's is %q", name, was, now))
		}
	}
	if differ == nil {
		return nil
	}
	return otherError(strings.Join(differ, "; "))
}

// An otherError says how the training of a checkpoint differs from the one at hand.
type otherError string

func (e otherError) Error() string { return "it belongs to another training: " + string(e) }
