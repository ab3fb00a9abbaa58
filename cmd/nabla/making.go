package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/train"
)

// unrecorded are the flags of nabla train that decide nothing about a model.
var unrecorded = append([]string{"folds", "config", "help", "json", "like", "model", "report", "send-data", "threads"}, recordFlags...)

// optionsOf returns the flags of a training that were given, and the others, which have
// their defaults.
func optionsOf(flags *pflag.FlagSet) (given, defaults map[string][]string) {
	given, defaults = make(map[string][]string), make(map[string][]string)
	flags.VisitAll(func(f *pflag.Flag) {
		if slices.Contains(unrecorded, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for i, v := range values {
			values[i] = strings.ToValidUTF8(v, "\uFFFD")
		}
		if f.Changed {
			given[f.Name] = values
		} else {
			defaults[f.Name] = values
		}
	})
	return given, defaults
}

// files returns the files that the data come from.
func (d *dataSource) files() ([]model.DataFile, error) {
	if d.path == builtIn {
		sum := sha256.Sum256([]byte(dataset.DigitsFile()))
		return []model.DataFile{{Name: builtIn, Size: int64(len(dataset.DigitsFile())), SHA256: hex.EncodeToString(sum[:])}}, nil
	}
	paths := []string{d.path}
	if !d.isTable {
		f, err := imageFiles(d.path)
		return []model.DataFile{f}, err
	}
	if d.test != "" {
		paths = append(paths, d.test)
	}
	if d.validation != "" {
		paths = append(paths, d.validation)
	}
	var files []model.DataFile
	for _, path := range paths {
		if path == stdinPath {
			files = append(files, model.DataFile{Name: "standard input", Size: d.piped.size, SHA256: hex.EncodeToString(d.piped.digest.Sum(nil))})
			continue
		}
		f, err := dataFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func dataFile(path string) (model.DataFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return model.DataFile{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return model.DataFile{Name: strings.ToValidUTF8(path, "\uFFFD"), Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// imageFiles describes the images in a folder as one file: the names and the SHA-256 of all of
// them, in the order of their names. What else is there doesn't count.
func imageFiles(dir string) (model.DataFile, error) {
	all := model.DataFile{Name: strings.ToValidUTF8(dir, "\uFFFD")}
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		name := strings.ToLower(filepath.Base(path))
		if err != nil || e.IsDir() || !strings.Contains(name, "idx") && !slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif"}, filepath.Ext(name)) {
			return err
		}
		f, err := dataFile(path)
		relative, _ := filepath.Rel(dir, path)
		fmt.Fprintf(h, "%s\x00%s\n", filepath.ToSlash(relative), f.SHA256)
		all.Size += f.Size
		return err
	})
	all.SHA256 = hex.EncodeToString(h.Sum(nil))
	return all, err
}

// program returns the name and version of this program.
func program() string {
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
	}
	return "nabla " + version
}

// makes describes a training that has ended.
func (t *training[T]) makes(flags *pflag.FlagSet, files []model.DataFile, epochs []train.Epoch, r trainReport) *model.Making {
	m := &model.Making{
		Program: program(), NumericVersion: kernels.NumericVersion, Fingerprint: r.Fingerprint, Seed: t.options.Seed, Data: files,
		Split:       &model.Split{Training: r.TrainSamples, Test: r.TestSamples},
		Interrupted: r.Interrupted, Steps: r.Steps, Metrics: make(map[string]float64),
	}
	m.Options, m.Defaults = optionsOf(flags)
	if d := &t.trainPlan.data; d.undivided() && d.test == "" {
		m.Split.TestShare, m.Split.Seed = t.trainPlan.data.testShare, tableSplitSeed
	}
	for _, e := range epochs {
		m.History = append(m.History, model.MadeEpoch{
			Number: e.Number, Rate: e.Rate, Cost: model.Finite(e.Cost), ValidationCost: model.Finite(e.ValidationCost), Accuracy: model.Finite(e.ValidationAccuracy),
		})
	}
	for name, v := range map[string]number{
		"test_accuracy": r.TestAccuracy, "train_accuracy": r.TrainAccuracy, "train_cost": r.TrainCost, "test_r2": r.TestR2, "test_mae": r.TestMAE,
	} {
		if x := float64(v); !math.IsNaN(x) && !math.IsInf(x, 0) {
			m.Metrics[name] = x
		}
	}
	return m
}

// likeFlag takes the name of a model whose training is to be repeated.
func likeFlag(like *string) flag {
	f := newFlag("like", "", "a model whose training is repeated: all of its options that are not given, and its data", func(v string) error {
		*like = v
		return nil
	})
	f.files = true
	return f
}

// repeat gives the flags that are not given the values that they had in the training of the
// model that --like names. It must be called before flags are used.
func repeat(cmd *cobra.Command) (*model.Making, error) {
	path, err := cmd.Flags().GetString("like")
	if err != nil || path == "" {
		return nil, err
	}
	file, err := model.Open(path)
	if err != nil {
		return nil, err
	}
	made := file.Made()
	if made == nil || made.Options == nil && made.Defaults == nil {
		return nil, fmt.Errorf("%s doesn't say how it was made", path)
	}
	note := func(format string, args ...any) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: "+format+"\n", args...)
	}
	options := make(map[string][]string)
	maps.Copy(options, made.Options)
	for name, values := range made.Defaults { // of today's program they may be others
		f := cmd.Flags().Lookup(name)
		if f == nil || f.DefValue != strings.Join(values, ",") && f.DefValue != "["+strings.Join(values, ",")+"]" {
			options[name] = values
		}
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if was := slices.Concat(made.Options[f.Name], made.Defaults[f.Name]); f.Name != "data" && !slices.Contains(unrecorded, f.Name) {
			note("--%s is given, and was %q", f.Name, strings.Join(was, ","))
		}
	})
	for _, name := range slices.Sorted(maps.Keys(options)) {
		f := cmd.Flags().Lookup(name)
		if f == nil {
			return nil, fmt.Errorf("%s was made with --%s, which this program doesn't know", path, name)
		}
		if f.Changed {
			continue
		}
		for _, v := range options[name] {
			if err := cmd.Flags().Set(name, v); err != nil {
				return nil, fmt.Errorf("%s was made with --%s %q: %w", path, name, v, err)
			}
		}
	}
	if made.Interrupted {
		note("the training of %s was stopped after step %d; this one goes on to its end", path, made.Steps)
	}
	if made.NumericVersion != kernels.NumericVersion {
		note("%s was made with numeric version %q, this program has %q: the fingerprint will be another one", path, made.NumericVersion, kernels.NumericVersion)
	}
	return made, nil
}

// checkData tells whether the data of a repeated training are those of the first one.
func checkData(cmd *cobra.Command, made *model.Making, files []model.DataFile) error {
	if made == nil {
		return nil
	}
	same := slices.EqualFunc(made.Data, files, func(a, b model.DataFile) bool { return a.SHA256 == b.SHA256 })
	if !same && len(files) > 0 && len(made.Data) > 0 {
		text := fmt.Sprintf("%s is not the file that the model was made of, %s with SHA-256 %s", files[0].Name, made.Data[0].Name, made.Data[0].SHA256)
		if !cmd.Flags().Changed("data") || slices.Equal(made.Options["data"], []string{files[0].Name}) {
			return fmt.Errorf("--like: %s", text)
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s\n", text)
	}
	return nil
}

// compare says whether a repeated training came to the parameters of the first one.
func compare(w io.Writer, made *model.Making, now *model.Making) {
	if made == nil {
		return
	}
	if made.Fingerprint == now.Fingerprint {
		fmt.Fprintln(w, "the fingerprint is that of the model that was repeated")
		return
	}
	fmt.Fprintf(w, "the fingerprint is not that of the model that was repeated, %s\n", made.Fingerprint)
}
