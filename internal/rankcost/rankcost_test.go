package rankcost

import "testing"

var machine = Machine{Rate: 5e10, Step: 3e-10, Latency: 2e-5, Bandwidth: 1.2e9, Pass: 1.2e9, Spread: 1.2e9}

// One rank gathers nothing, and all ways cost it the same.
func TestAlone(t *testing.T) {
	s := machine.Update(Layer{10, 1000, 10}, Step{10, 1, 4})
	if s[Whole] != s[Rows] || s[Whole] != s[Sums] || !(s[Whole] > 0) {
		t.Error(s)
	}
}

// Rows pay for many samples and not for few, sums where the factors outweigh the weights, and
// large networks gain by ranks where small ones lose.
func TestWhatPays(t *testing.T) {
	for _, c := range []struct {
		l    Layer
		s    Step
		want Way
	}{
		{Layer{1 << 10, 1 << 20, 2048}, Step{1, 4, 4}, Whole},
		{Layer{1 << 10, 1 << 20, 2048}, Step{512, 4, 4}, Rows},
		{Layer{1 << 10, 1 << 20, 2048}, Step{1 << 14, 4, 4}, Sums},
		{Layer{10, 640, 74}, Step{1 << 14, 4, 4}, Sums},
		{Layer{10, 640, 74}, Step{32, 4, 4}, Whole},
	} {
		if got := Choose(machine, c.l, c.s, true); got != c.want {
			t.Errorf("%+v: way %d, want %d: %v", c, got, c.want, machine.Update(c.l, c.s))
		}
	}
	if got := Choose(machine, Layer{1 << 10, 1 << 20, 2048}, Step{512, 4, 4}, false); got == Rows {
		t.Error("rows where they may not be")
	}
	seconds := func(widths []int, batch, size int) float64 {
		total, _ := machine.Network(widths, Step{batch, size, 4})
		return total
	}
	small, large := []int{64, 30, 10}, []int{1024, 1024, 1024, 1024}
	if !(seconds(small, 32, 4) > seconds(small, 32, 1)) {
		t.Error("a small network gains by ranks")
	}
	if !(seconds(large, 2048, 4) < 0.6*seconds(large, 2048, 1)) {
		t.Error("a large network doesn't gain by ranks")
	}
}

// Sums pass in more pieces, the more ranks and rows there are.
func TestPieces(t *testing.T) {
	if p := machine.Pieces(1000, 1, 10, 4); p != 1 {
		t.Errorf("%d pieces of 1000 bytes", p)
	}
	few, many, more := machine.Pieces(1<<22, 1e-3, 1000, 2), machine.Pieces(1<<22, 1e-3, 1000, 16), machine.Pieces(1<<22, 1e-3, 8000, 16)
	if !(1 < few && few < many && many < more) {
		t.Errorf("%d, %d and %d pieces", few, many, more)
	}
}

// Ways have names.
func TestParseWay(t *testing.T) {
	for name, want := range map[string]Way{"whole": Whole, "rows": Rows, "sums": Sums} {
		if got, err := ParseWay(name); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := ParseWay("Sums"); err == nil {
		t.Error("Sums is a way")
	}
}
