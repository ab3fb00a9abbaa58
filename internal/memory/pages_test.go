package memory

import "testing"

// Whole pages begin at a multiple of their size, lie within the memory and leave less than
// a page at either end.
func TestWholePages(t *testing.T) {
	const page = largePage
	for _, c := range []struct{ address, size, offset, length uintptr }{
		{0, 0, 0, 0}, {0, page - 1, 0, 0}, {0, page, 0, page}, {0, 2*page + 5, 0, 2 * page},
		{3 * page, 3 * page, 0, 3 * page}, {page - 64, 64, 64, 0}, {page - 64, page + 63, 64, 0}, {page - 64, page + 64, 64, page},
		{page + 64, page - 65, 0, 0}, {page + 64, 4 * page, page - 64, 3 * page},
	} {
		if offset, length := wholePages(c.address, c.size); offset != c.offset || length != c.length {
			t.Errorf("%d bytes at %d: %d bytes from %d on, want %d from %d on", c.size, c.address, length, offset, c.length, c.offset)
		}
	}
}

// Memory keeps what it holds, whether it has been written or not.
func TestLargePages(t *testing.T) {
	LargePages[float32](nil)
	for _, n := range []int{5, fewBytes/8 + 3} {
		x := make([]float64, n)
		x[n/2] = 1
		LargePages(x)
		for i, v := range x {
			if (v == 1) != (i == n/2) {
				t.Fatalf("element %d of %d became %v", i, n, v)
			}
		}
	}
}
