// Package race tells the race detector what assembly reads and writes, which it
// cannot see by itself. Without -race its functions are empty and cost nothing.
package race
