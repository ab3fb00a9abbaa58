package train

import (
	"fmt"
	"testing"

	"github.com/nabla-go/nabla/internal/rankcost"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/ranks"
)

// Sums are cut at rows into pieces of about the same size, and at layers whose sums don't pass.
func TestCutSums(t *testing.T) {
	n, err := net.New[float32](net.Config{Inputs: 8, Layers: []net.Layer{net.Dense(16, net.ReLU), net.Dense(16, net.ReLU), net.Dense(16, net.ReLU)}})
	if err != nil {
		t.Fatal(err)
	}
	// W¹ is 0 to 128, b¹ to 144, W² to 400, b² to 416, W³ to 672, b³ to 688.
	for _, c := range []struct {
		ways   []rankcost.Way
		pieces int
		want   string
	}{
		{[]rankcost.Way{0, 2, 2, 2}, 1, "[[0 688]]"},
		{[]rankcost.Way{0, 2, 2, 2}, 4, "[[0 176 352 528 688]]"},
		{[]rankcost.Way{0, 0, 2, 0}, 2, "[[144 288 416]]"},
		{[]rankcost.Way{0, 2, 1, 2}, 3, "[[0 144] [416 560 688]]"},
		{[]rankcost.Way{0, 2, 0, 0}, 1000, "[[0 8 16 24 32 40 48 56 64 72 80 88 96 104 112 120 128 144]]"},
	} {
		team := newTeam[float32](ranks.Goroutines(2)[0])
		team.ways = c.ways
		if got := fmt.Sprint(team.cutSums(tensors(n), c.pieces)); got != c.want {
			t.Errorf("ways %v, %d pieces: %s, want %s", c.ways, c.pieces, got, c.want)
		}
	}
}
