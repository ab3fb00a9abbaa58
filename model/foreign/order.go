package foreign

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var digits = regexp.MustCompile(`[0-9]+`)

// natural compares names so that 10 comes behind 2.
func natural(a, b string) int {
	for {
		x, y := digits.FindStringIndex(a), digits.FindStringIndex(b)
		if x == nil || y == nil || a[:x[0]] != b[:y[0]] {
			return cmp.Compare(a, b)
		}
		m, n := strings.TrimLeft(a[x[0]:x[1]], "0"), strings.TrimLeft(b[y[0]:y[1]], "0")
		if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n), cmp.Compare(x[1]-x[0], y[1]-y[0])); c != 0 {
			return c
		}
		a, b = a[x[1]:], b[y[1]:]
	}
}

// order sorts modules in the order in which they are passed: as named, or as the numbers
// in their names and their widths tell.
func order(modules []*module, named []string) ([]*module, error) {
	if named != nil {
		return asNamed(modules, named)
	}
	slices.SortFunc(modules, func(a, b *module) int { return natural(a.name, b.name) })
	var groups [][]*module // those whose names differ in numbers only
	index := make(map[string]int)
	for _, m := range modules {
		pattern := digits.ReplaceAllString(m.name, "0")
		i, ok := index[pattern]
		if !ok {
			i = len(groups)
			index[pattern] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], m)
	}
	if len(groups) == 1 {
		return groups[0], nil
	}
	f := finder{groups: groups, seen: make(map[string]int)}
	if len(groups) <= maxGroups {
		f.find(make([]int, len(groups)), 0, nil)
	}
	if len(f.found) != 1 {
		var names []string
		for _, m := range modules {
			names = append(names, m.name)
		}
		return nil, fmt.Errorf("neither names nor shapes tell the order of the modules %q: say it", names)
	}
	return f.found[0], nil
}

func asNamed(modules []*module, named []string) ([]*module, error) {
	var sorted []*module
	for _, name := range named {
		i := slices.IndexFunc(modules, func(m *module) bool { return m.name == name })
		if i < 0 {
			return nil, fmt.Errorf("the order names %q once more than the file has weights of it", name)
		}
		sorted = append(sorted, modules[i])
		modules = slices.Delete(modules, i, i+1)
	}
	if len(modules) > 0 {
		return nil, fmt.Errorf("the order leaves out %q", modules[0].name)
	}
	return sorted, nil
}

// maxGroups bounds the search for an order.
const maxGroups = 6

// A finder looks for the ways to put groups of modules, each in its own order, behind each
// other so that widths fit. It stops when it has two.
type finder struct {
	groups [][]*module
	found  [][]*module
	seen   map[string]int // what is left, to the number of ways
}

// find continues path, which has taken so many modules of each group and ends with the
// given width; 0 is the beginning.
func (f *finder) find(taken []int, width int, path []*module) (ways int) {
	key := fmt.Sprint(taken, width)
	if n, ok := f.seen[key]; ok && n == 0 {
		return 0
	}
	if len(f.found) > 1 {
		return 1
	}
	complete := true
	for g, group := range f.groups {
		if taken[g] == len(group) {
			continue
		}
		complete = false
		m := group[taken[g]]
		in, out := m.widths()
		if width != 0 && in != width {
			continue
		}
		taken[g]++
		ways += f.find(taken, out, append(path[:len(path):len(path)], m))
		taken[g]--
	}
	if complete {
		f.found = append(f.found, path)
		ways = 1
	}
	f.seen[key] = ways
	return ways
}
