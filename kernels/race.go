package kernels

import "github.com/nabla-go/nabla/internal/race"

// Public functions tell the race detector what they read and write, because it
// can't see what assembly does. Without -race all of this is empty.

// readMatrix notes that all elements of m are read.
func readMatrix[T Float](m *Matrix[T]) {
	if race.Enabled {
		for i := range m.Rows {
			race.Read(row(m, i))
		}
	}
}

// writeMatrix notes that all elements of m are written.
func writeMatrix[T Float](m *Matrix[T]) {
	if race.Enabled {
		for i := range m.Rows {
			race.Write(row(m, i))
		}
	}
}
