// Package memory tells how much memory the machine has, and asks for large pages.
package memory

// Total returns the bytes of memory that this process may use at most: the machine's, or
// what its control group allows. It is 0 if that can't be told.
func Total() int64 { return total() }
