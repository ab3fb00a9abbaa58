package dataset_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/nabla-go/nabla/dataset"
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
