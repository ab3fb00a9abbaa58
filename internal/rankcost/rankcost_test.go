package rankcost

import "testing"

var machine = Machine{Rate: 5e10, Step: 3e-10, Latency: 2e-5, Bandwidth: 1.2e9}

// One rank gathers nothing, and rows cost it what the whole does.
func TestAlone(t *testing.T) {
	if whole, rows := machine.Update(1000, 10, 1, 4); whole != rows || !(whole > 0) {
		t.Errorf("whole %v, rows %v", whole, rows)
	}
}

// Rows pay for many samples and not for few, and large networks gain by ranks where small
// ones lose.
func TestWhatPays(t *testing.T) {
	if whole, rows := machine.Update(1<<20, 1, 4, 4); !(whole < rows) {
		t.Errorf("1 sample: whole %v, rows %v", whole, rows)
	}
	if whole, rows := machine.Update(1<<20, 4096, 4, 4); !(rows < whole) {
		t.Errorf("4096 samples: whole %v, rows %v", whole, rows)
	}
	small, large := []int{64, 30, 10}, []int{1024, 1024, 1024, 1024}
	if !(machine.Network(small, 32, 4, 4) > machine.Network(small, 32, 1, 4)) {
		t.Error("a small network gains by ranks")
	}
	if !(machine.Network(large, 2048, 4, 4) < 0.6*machine.Network(large, 2048, 1, 4)) {
		t.Error("a large network doesn't gain by ranks")
	}
}
