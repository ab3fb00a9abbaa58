package dataset

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"testing"
)

// digitsTable is a table of 20 columns of numbers with so many decimals.
func digitsTable(rows, decimals int) []byte {
	var b bytes.Buffer
	r := rand.New(rand.NewPCG(1, 2))
	for range rows {
		for j := range 20 {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%.*f", decimals, r.Float64())
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func BenchmarkDecodeTable(b *testing.B) {
	for _, decimals := range []int{6, 16} {
		text := digitsTable(50_000, decimals)
		b.Run(fmt.Sprintf("decimals=%d/float32", decimals), func(b *testing.B) { benchDecode[float32](b, text) })
		b.Run(fmt.Sprintf("decimals=%d/float64", decimals), func(b *testing.B) { benchDecode[float64](b, text) })
		b.Run(fmt.Sprintf("decimals=%d/encoding-csv", decimals), func(b *testing.B) { benchCSV(b, text) })
	}
}

func benchDecode[T float32 | float64](b *testing.B, text []byte) {
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := DecodeTable[T](bytes.NewReader(text), "f", TableOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

// benchCSV is what the standard library takes for the numbers alone.
func benchCSV(b *testing.B, text []byte) {
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(text))
		r.ReuseRecord = true
		var numbers []float64
		for {
			record, err := r.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			for _, cell := range record {
				x, err := strconv.ParseFloat(cell, 64)
				if err != nil {
					b.Fatal(err)
				}
				numbers = append(numbers, x)
			}
		}
		if len(numbers) != 20*50_000 {
			b.Fatal(len(numbers))
		}
	}
}
