package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nabla-go/nabla/kernels"
)

// The handler alone, without a network.
func BenchmarkPredict(b *testing.B) {
	for _, rows := range []int{1, 64} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			s, err := New(fileOf(b, numbers[float32](b, 64, 10)), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			x := kernels.NewMatrix[float32](rows, 64)
			for i := range x.Data {
				x.Data[i] = float32(i%97) / 7
			}
			body, _ := json.Marshal(map[string]any{"rows": toRows(x)})
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				s.ServeHTTP(w, httptest.NewRequest("POST", "/predict", bytes.NewReader(body)))
				if w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
