//go:build purego || !amd64

package isa

// hidden returns nothing: no level here depends on a feature that can be hidden.
func hidden(Level) map[string]Level { return nil }
