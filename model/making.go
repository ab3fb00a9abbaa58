package model

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

// Making says how a model was made, so that it can be made again. Programs fill in what
// they know; nabla train fills in all. It bears on no prediction, but the digest covers
// it. There is no date in it: equal trainings write equal files.
type Making struct {
	Program        string              `json:"program,omitempty"`         // its name and version
	NumericVersion string              `json:"numeric_version,omitempty"` // kernels.NumericVersion of the training
	Fingerprint    string              `json:"fingerprint,omitempty"`     // of the parameters that came of it
	Seed           uint64              `json:"seed"`
	Options        map[string][]string `json:"options,omitempty"`  // those that were given, by name
	Defaults       map[string][]string `json:"defaults,omitempty"` // values of the others
	Data           []DataFile          `json:"data,omitempty"`
	Split          *Split              `json:"split,omitempty"`
	Interrupted    bool                `json:"interrupted,omitempty"` // the training ended before its time
	Steps          int                 `json:"steps,omitempty"`       // taken by a training that was interrupted
	History        []MadeEpoch         `json:"history,omitempty"`
	Metrics        map[string]float64  `json:"metrics,omitempty"` // of the finished model
}

// DataFile is a file that was learned from or tested with.
type DataFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // in hexadecimal
}

// Split says how samples were divided.
type Split struct {
	TestShare float64 `json:"test_share"` // of the data; 0 if they were divided already, or not at all
	Seed      uint64  `json:"seed"`
	Training  int     `json:"training"` // samples
	Test      int     `json:"test"`
}

// MadeEpoch is how an epoch of the training went. What is no number is left out.
type MadeEpoch struct {
	Number         int      `json:"number"`
	Rate           float64  `json:"rate"`
	Cost           *float64 `json:"cost,omitempty"`
	ValidationCost *float64 `json:"validation_cost,omitempty"`
	Accuracy       *float64 `json:"accuracy,omitempty"` // of the validation data
}

// check returns an error for what JSON can't hold.
func (m *Making) check() error {
	if m == nil {
		return nil
	}
	words := []string{m.Program, m.NumericVersion, m.Fingerprint}
	for _, options := range []map[string][]string{m.Options, m.Defaults} {
		for _, name := range slices.Sorted(maps.Keys(options)) {
			words = append(append(words, name), options[name]...)
		}
	}
	for _, d := range m.Data {
		words = append(words, d.Name, d.SHA256)
	}
	for _, w := range words {
		if !utf8.ValidString(w) {
			return fmt.Errorf("how it was made: %q is not UTF-8", w)
		}
	}
	for name, v := range m.Metrics {
		if !utf8.ValidString(name) || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("how it was made: the metric %q is %v: want finite numbers", name, v)
		}
	}
	for _, e := range m.History {
		for _, v := range []*float64{&e.Rate, e.Cost, e.ValidationCost, e.Accuracy} {
			if v != nil && *v-*v != 0 {
				return fmt.Errorf("how it was made: epoch %d has a number that is %v", e.Number, *v)
			}
		}
	}
	return nil
}

// Finite returns a pointer to v, or nil if v is no finite number.
func Finite(v float64) *float64 {
	if v-v != 0 {
		return nil
	}
	return &v
}
