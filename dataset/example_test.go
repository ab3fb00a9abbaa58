package dataset_test

import (
	"fmt"
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

func ExampleDecodeCSV() {
	set, err := dataset.DecodeCSV[float32](strings.NewReader("width,height,kind\n1.5,2,cat\n3,4.5,dog\n"), "animals", dataset.CSV{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Features, set.Classes)
	fmt.Println(set.X.Row(1), set.T.Row(1))
	// Output:
	// [width height] [cat dog]
	// [3 4.5] [0 1]
}
