// Package rankcost is a model of what a training step costs on several ranks. It decides how
// ranks divide an update and writes the table of docs/ranks.md; it decides no bit of a result.
package rankcost

import "math"

// A Machine is what the model knows of ranks and of what lies between them.
type Machine struct {
	Rate      float64 // multiply-adds a second of one rank, all its threads together
	Step      float64 // seconds that the optimizer takes for one parameter
	Latency   float64 // seconds of the shortest message
	Bandwidth float64 // bytes a second that a rank receives
}

// Gather returns the seconds in which size ranks gather so many bytes, of which each brings
// its part.
func (m Machine) Gather(bytes float64, size int) float64 {
	if size == 1 {
		return 0
	}
	return float64(m.Latency*math.Ceil(math.Log2(float64(size)))) + bytes*float64(size-1)/float64(size)/m.Bandwidth
}

// Update returns the seconds in which size ranks update a matrix of so many weights of width
// bytes after a batch: each the whole of it, or each its rows, which all gather then.
func (m Machine) Update(weights, batch, size, width int) (whole, rows float64) {
	w := float64(weights)
	whole = w*float64(batch)/m.Rate + float64(w*m.Step)
	return whole, whole/float64(size) + m.Gather(float64(w*float64(width)), size)
}

// Few is the size of a matrix of weights below which its update is never divided, and nothing
// measured.
var Few = 1 << 16

// RowsPay reports whether it pays that each rank updates its rows.
var RowsPay = func(m Machine, weights, batch, size, width int) bool {
	whole, rows := m.Update(weights, batch, size, width)
	return rows < whole
}

// DivideAll has all updates divided until the function that it returns is called. It is for
// tests.
func DivideAll() func() {
	pay, few := RowsPay, Few
	RowsPay, Few = func(Machine, int, int, int, int) bool { return true }, 0
	return func() { RowsPay, Few = pay, few }
}

// Network returns the seconds of a step of a network with the given widths, inputs first, on
// a batch that size ranks divide, with numbers of width bytes.
func (m Machine) Network(widths []int, batch, size, width int) float64 {
	share := float64((batch + size - 1) / size)
	total, floats := 0.0, 0
	for i := 1; i < len(widths); i++ {
		weights := widths[i] * widths[i-1]
		passes := 1.0 // forward
		if i > 1 {
			passes = 2 // and back
		}
		whole, rows := m.Update(weights, batch, size, width)
		total += float64(passes*share)*float64(weights)/m.Rate + min(whole, rows)
		floats += 2 * widths[i] // δ and a
	}
	floats -= widths[len(widths)-1]
	return total + m.Gather(float64(batch)*float64(floats*width+8), size)
}
