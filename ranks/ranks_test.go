package ranks_test

import (
	"fmt"
	"testing"

	"github.com/nabla-go/nabla/internal/ranktest"
	"github.com/nabla-go/nabla/ranks"
)

func TestCut(t *testing.T) {
	for total := range 30 {
		for size := 1; size < 9; size++ {
			at := 0
			for r := range size {
				lo, hi := ranks.Cut(total, r, size)
				if lo != at || hi-lo < total/size || hi-lo > (total+size-1)/size {
					t.Fatalf("part %d of %d among %d is %d up to %d", r, total, size, lo, hi)
				}
				at = hi
			}
			if at != total {
				t.Fatalf("%d among %d ends at %d", total, size, at)
			}
		}
	}
}

func TestGoroutines(t *testing.T) {
	ranktest.Comms(t, ranks.Goroutines)
	ranktest.Abort(t, ranks.Goroutines)
}

func TestAgree(t *testing.T) {
	ranktest.Each(t, ranks.Goroutines(3), func(c ranks.Comm) error {
		items := []ranks.Item{{"a", "1"}, {"b", "2"}}
		if err := ranks.Agree(c, items); err != nil {
			return err
		}
		if c.Rank() == 2 {
			items = []ranks.Item{{"a", "1"}, {"c", "3"}}
		}
		err := ranks.Agree(c, items)
		if want := "rank 2 has not the same as rank 0: b (nothing, and rank 0 has 2), c (3, and rank 0 has nothing)"; err == nil || err.Error() != want {
			return fmt.Errorf("error %v, want %s", err, want)
		}
		return nil
	})
}
