package main

import (
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// findPictures returns the pictures that paths lead to, nil if they lead to a table.
func findPictures(cmd *cobra.Command, paths []string) (all []string, err error) {
	left, tables, folders := 0, 0, 0
	for _, path := range paths {
		if path == stdinPath {
			tables++
			continue
		}
		pictures, others, err := dataset.Pictures(path)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			left += others
			folders++
		} else if len(pictures) == 0 {
			tables++
		}
		all = append(all, pictures...)
	}
	switch {
	case tables > 0 && len(paths) > 1:
		return nil, usagef("a table is predicted by itself: want one file of rows, or pictures and folders of pictures only")
	case tables == 0 && len(all) == 0:
		return nil, fmt.Errorf("%s: no PNG or JPEG files in it", paths[0])
	}
	for _, note := range noPictures(left) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s\n", note)
	}
	return all, nil
}

// noPictures tells of files beside pictures.
func noPictures(files int) []string {
	if files == 0 {
		return nil
	}
	return []string{counted(files, "file in the folders is", "files in the folders are") + " neither PNG nor JPEG: left out"}
}

// allPictures answers pictures, which it brings to the form of those of the training.
func (a *answers[T]) allPictures(cmd *cobra.Command, pictures []string) error {
	form := a.m.Image
	if form == nil {
		return errors.New("the model doesn't say that it was trained on images, nor of which size: want a table, or a model that nabla train made of images")
	}
	a.name, a.files = "the pictures", pictures
	x := kernels.NewMatrix[T](min(net.PredictBatch, len(pictures)), form.Inputs())
	brightness := 0.0
	for len(pictures) > 0 {
		n := 0
		var err error
		for ; err == nil && n < min(x.Rows, len(pictures)); n++ {
			if err = dataset.ReadPicture(x.Row(n), pictures[n], form, a.limits); err != nil {
				break
			}
			brightness += meanOf(x.Row(n)) / form.Largest
		}
		if batch := x.Slice(0, n); n > 0 {
			train.Scale(a.m.Scaler, batch)
			if err := a.answer(batch); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		pictures = pictures[n:]
	}
	if note := brightnessNote(brightness/float64(len(a.files)), form, a.m.Scaler); note != "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s\n", note)
	}
	return nil
}

func meanOf[T kernels.Float](x []T) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum / float64(len(x))
}

// brightnessNote tells if pictures with this mean, 0 to 1, look like negatives of those of
// the training, whose means the scaler has, unless it is one that has none.
func brightnessNote(mean float64, form *train.Image, s *train.Scaler) string {
	if s == nil {
		return ""
	}
	learned := meanOf(s.Mean) / form.Largest
	off, inverted := math.Abs(mean-learned), math.Abs(1-mean-learned)
	if learned <= 0 || off < 0.3 || inverted > off/2 {
		return ""
	}
	return fmt.Sprintf("the mean of all pixels is %.2f of white, in training it was %.2f: if the pictures are negatives of those, the answers are wrong", mean, learned)
}
