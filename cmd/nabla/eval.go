package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// evalPlan is a command line of nabla eval.
type evalPlan struct {
	data dataSource
	part string

	threshold threshold
}

func (p *evalPlan) flags(given func(name string) bool) []flag {
	part := newNameFlag("part", "all", "which samples of a CSV file or of pictures in folders", []string{"all", "train", "test"}, func(v string) error {
		p.part = v
		return nil
	})
	return append(grouped("Data", append(p.data.flags(given), p.data.only(given, part, "CSV files and folders of pictures", func() bool { return p.data.isTable || p.data.pictures }))...),
		grouped("Answers", p.threshold.flag(given, "(default the model's)"))...)
}

func newEval() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "eval MODEL [DATA]",
		Short: "Test a model: accuracy, cost, recall by class, confusion matrix",
		Long: `Test a model: accuracy, cost, recall by class, confusion matrix.

Of the digits, of MNIST and of folders called train and test, the test data are
used. Of a CSV file and of other folders of pictures, all samples are, unless
--part asks for the division that training with the same --test-share made.`,
		Args: wantArgs(1, 2),
	}
	var p evalPlan
	use := addFlags(cmd, p.flags(cmd.Flags().Changed))
	cmd.Flags().SetNormalizeFunc(targetIsLabel)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := p.data.positional(cmd, args[1:]); err != nil {
			return err
		}
		if err := use(); err != nil {
			return err
		}
		file, err := openModel(cmd, args[0])
		if err != nil {
			return err
		}
		if file.DType() == "F64" {
			return runEval[float64](cmd, file, &p)
		}
		return runEval[float32](cmd, file, &p)
	}
	return cmd
}

// openModel reads a model and prints what a user should know of its file.
func openModel(cmd *cobra.Command, path string) (*model.File, error) {
	file, err := model.Open(path)
	if err != nil {
		return nil, err
	}
	for _, note := range file.Notes() {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s\n", note)
	}
	return file, nil
}

// decode makes a model of a file. Classes without names are called 0, 1, …; a
// single output has no class.
func decode[T kernels.Float](file *model.File) (*model.Model[T], error) {
	m, err := model.Decode[T](file)
	if err != nil {
		return nil, err
	}
	if m.Classes == nil && m.Net.Outputs() > 1 && m.Encoder == nil {
		for c := range m.Net.Outputs() {
			m.Classes = append(m.Classes, strconv.Itoa(c))
		}
	}
	return m, nil
}

func runEval[T kernels.Float](cmd *cobra.Command, file *model.File, p *evalPlan) error {
	m, err := decode[T](file)
	if err != nil {
		return err
	}
	if m.Net.Outputs() < 2 && m.Encoder == nil && m.Classes == nil {
		return fmt.Errorf("the model has a single output: want one a class")
	}
	if err := useThreshold(p.threshold, m); err != nil {
		return err
	}
	set, notes, err := loadEval(&p.data, m, p.part)
	if err != nil {
		return err
	}
	if p.part == "all" {
		notes = append(notes, learnedNote(&p.data, m.Made)...)
	}
	for _, note := range notes {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s\n", note)
	}
	if set.Len() == 0 {
		return fmt.Errorf("%s: no samples in part %s", set.Name, p.part)
	}
	if err := prepare(m, set); err != nil {
		if !cmd.Flags().Changed("data") {
			return fmt.Errorf("%w: name the data to test with (nabla eval MODEL DATA)", err)
		}
		return err
	}
	report, err := newReport(m, set)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), report)
	} else {
		report.print(cmd.OutOrStdout())
	}
	return nil
}

// learnedNote tells that a model has learned from the file that it is tested with.
func learnedNote(d *dataSource, made *model.Making) []string {
	if made == nil || made.Split == nil || !d.undivided() || d.path == stdinPath {
		return nil
	}
	files, err := d.files()
	if err != nil || len(files) == 0 || len(made.Data) == 0 || made.Data[0].SHA256 != files[0].SHA256 {
		return nil
	}
	note := fmt.Sprintf("the model has learned from %d of these samples", made.Split.Training)
	if share := made.Split.TestShare; share > 0 && share < 1 {
		note += fmt.Sprintf(": --part test --test-share %v tests it with the others", share)
	}
	return []string{note}
}

// newReport tests m on samples that have been prepared for it, each once.
func newReport[T kernels.Float](m *model.Model[T], s *train.Data[T]) (interface{ print(io.Writer) }, error) {
	if e := m.Encoder; e != nil && e.Task != dataset.Classification {
		return newNumbersReport(m, s)
	}
	return newEvalReport(m, s)
}

// evalReport is the result of a test.
type evalReport struct {
	Accuracy  float64  `json:"accuracy"`
	Cost      number   `json:"cost"` // mean over the samples
	Samples   int      `json:"samples"`
	Classes   []string `json:"classes"`
	Recall    []number `json:"recall"`         // of each class; NaN for one without samples
	Confusion [][]int  `json:"confusion"`      // samples by true class (row) and predicted class (column)
	Majority  float64  `json:"majority_share"` // of the most frequent class
	Task      string   `json:"task"`
}

// newEvalReport tests a model that tells classes apart.
func newEvalReport[T kernels.Float](m *model.Model[T], s *train.Data[T]) (evalReport, error) {
	cost, accuracy, err := train.Evaluate(m.Net, forCost(s, m.Net.Config().Cost))
	if err != nil {
		return evalReport{}, err
	}
	r := evalReport{Accuracy: accuracy, Cost: number(cost), Samples: s.Len(), Classes: m.Classes, Majority: majority(s.Labels), Task: dataset.Classification.String()}
	for range m.Classes {
		r.Confusion = append(r.Confusion, make([]int, len(m.Classes)))
	}
	for i := 0; i < s.Len(); i += net.PredictBatch { // so that outputs of all samples and classes need no memory
		y := m.Net.Predict(s.X.Slice(i, min(i+net.PredictBatch, s.Len())))
		if err := checkOutputs(s.Name, i, y); err != nil {
			return evalReport{}, err
		}
		for k := range y.Rows {
			r.Confusion[s.Labels[i+k]][train.Class(m.Net, y.Row(k))]++
		}
	}
	for c, row := range r.Confusion {
		total := 0
		for _, n := range row {
			total += n
		}
		r.Recall = append(r.Recall, number(float64(row[c])/float64(total)))
	}
	return r, nil
}

func (r evalReport) print(w io.Writer) {
	fmt.Fprintf(w, "accuracy  %.2f %% of %d samples (%.2f %% are of the most frequent class)\n", 100*r.Accuracy, r.Samples, 100*r.Majority)
	fmt.Fprintf(w, "cost      %.6g\n\n", float64(r.Cost))
	if r.width() > helpWidth {
		r.printMistakes(w)
	} else {
		r.printConfusion(w)
	}
}

// names returns the names of the classes as a table may show them: a tab or a line end is
// none of the table's.
func (r evalReport) names() (names []string) {
	for _, name := range r.Classes {
		names = append(names, strings.Join(strings.Fields(name), " "))
	}
	return names
}

// width returns how many characters a line of the confusion matrix takes.
func (r evalReport) width() int {
	first, total := len(trueAndPredicted), len("  100.00 %")
	for c, name := range r.names() {
		wide := utf8.RuneCountInString(name)
		first = max(first, wide)
		for _, row := range r.Confusion {
			wide = max(wide, len(strconv.Itoa(row[c])))
		}
		total += 2 + wide
	}
	return 2 + first + total
}

const trueAndPredicted = "true \\ predicted"

func (r evalReport) printConfusion(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	names := r.names()
	fmt.Fprintf(t, "%s\t%s\trecall\t\n", trueAndPredicted, strings.Join(names, "\t"))
	for c, row := range r.Confusion {
		fmt.Fprintf(t, "%s\t", names[c])
		for _, n := range row {
			fmt.Fprintf(t, "%d\t", n)
		}
		fmt.Fprintf(t, "%s\t\n", r.recallOf(c))
	}
	t.Flush()
}

// recallOf returns the recall of a class in words.
func (r evalReport) recallOf(c int) string {
	if recall := float64(r.Recall[c]); !math.IsNaN(recall) {
		return fmt.Sprintf("%.2f %%", 100*recall)
	}
	return "–"
}

// printMistakes prints a line for each class, in place of a confusion matrix that would be
// too wide.
func (r evalReport) printMistakes(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	names := r.names()
	fmt.Fprintln(t, "class\tsamples\trecall\tmost often taken for")
	for c, row := range r.Confusion {
		samples, wrong := 0, -1
		for k, n := range row {
			if samples += n; k != c && n > 0 && (wrong < 0 || n > row[wrong]) {
				wrong = k
			}
		}
		mistake := ""
		if wrong >= 0 {
			mistake = fmt.Sprintf("%s (%d)", clip(names[wrong], 25), row[wrong])
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\n", clip(names[c], 25), samples, r.recallOf(c), mistake)
	}
	t.Flush()
	fmt.Fprintln(w, "\nThe confusion matrix is too wide to be shown here: --json has it.")
}
