package dataset_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/nabla-go/nabla/dataset"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

func ExampleDigits() {
	train, test := dataset.Digits[float32]()
	fmt.Println(train.Len(), "digits to learn from,", test.Len(), "for testing")
	for y := range 8 {
		for _, ink := range test.X.Row(0)[8*y : 8*y+8] {
			fmt.Print(string(" .+#"[int(3*ink)]))
		}
		fmt.Println("|")
	}
	fmt.Println("is a", test.Classes[test.Labels[0]])
	// Output:
	// 1438 digits to learn from, 359 for testing
	//    ++   |
	//    #.   |
	//   +#    |
	//   ++    |
	//   ++.   |
	//   +#+#  |
	//   .#++. |
	//    .++  |
	// is a 6
}

func ExampleDecodeTable() {
	const text = `length,colour,kind
1.5,red,oak
2.5,blue,ash
2,red,oak
1,,ash
`
	table, err := dataset.DecodeTable[float32](strings.NewReader(text), "trees", dataset.TableOptions{})
	if err != nil {
		log.Fatal(err)
	}
	encoder, training, err := dataset.FitEncoder(table, table.Rows(), dataset.EncoderOptions{Scale: "none"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(encoder.Names())
	for k := range training.Len() {
		fmt.Println(training.X.Row(k), training.Classes[training.Labels[k]])
	}
	// Output:
	// [length colour=blue colour=red colour missing]
	// [1.5 0 1 0] oak
	// [2.5 1 0 0] ash
	// [2 0 1 0] oak
	// [1 0 1 1] ash
}

// A table that is read once an epoch. Columns are fitted to a sample of its rows, and some
// of the sample are kept for testing.
func ExampleOpenStream() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path, text := filepath.Join(dir, "sums.csv"), "a,b,sum\n"
	for k := range 5000 {
		a, b := k*k%101, k*7%103
		text += fmt.Sprintf("%d,%d,%d\n", a, b, a+b)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}

	file, err := dataset.OpenStream[float32](path, dataset.TableOptions{Task: dataset.Regression}, 1000, 1)
	if err != nil {
		log.Fatal(err)
	}
	rows, testRows, err := file.Sample.Split(0.2, 1)
	if err != nil {
		log.Fatal(err)
	}
	encoder, _, err := dataset.FitEncoder(file.Sample, rows, dataset.EncoderOptions{})
	if err != nil {
		log.Fatal(err)
	}
	test, _, err := dataset.Encode(encoder, file.Sample, testRows)
	if err != nil {
		log.Fatal(err)
	}
	n, err := nn.New[float32](nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	stream := file.Stream(encoder, testRows)
	r, err := train.FitStream(context.Background(), n, stream, test, train.Options{Epochs: 3, Batch: 16, Window: 1000, Rate: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stream.Len, "samples, cost of the others below 0.0001:", r.Epochs[2].ValidationCost < 0.0001)
	// Output: 4800 samples, cost of the others below 0.0001: true
}
