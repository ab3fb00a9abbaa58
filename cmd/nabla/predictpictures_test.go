package main

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/train"
)

// drawBar writes a grey picture with a bar that lies or stands, in one of 4 places.
func drawBar(t *testing.T, path string, lies bool, place int, bar, ground uint8) {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		x, y := i%8, i/8
		if !lies {
			x, y = y, x
		}
		img.Pix[i] = ground
		if y/2 == place {
			img.Pix[i] = bar - uint8(x)
		}
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, img))
	require.NoError(t, f.Close())
}

// A model of pictures answers picture files, and is tested with other folders.
func TestPicturesOfAModel(t *testing.T) {
	xor := modelIn(t, "--data", data("xor.csv"))
	t.Chdir(t.TempDir())
	for place := range 4 {
		for k := range 3 {
			drawBar(t, fmt.Sprintf("bars/lies/%d%d.png", place, k), true, place, uint8(200+20*k), 0)
			drawBar(t, fmt.Sprintf("bars/stands/%d%d.png", place, k), false, place, uint8(200+20*k), 0)
		}
	}
	drawBar(t, "new/lies/1.png", true, 2, 190, 5)
	require.NoError(t, os.WriteFile("new/notes.txt", nil, 0o600))
	drawBar(t, "negative.png", true, 2, 20, 255)
	trained := nabla(t, "train", "bars", "--epochs", "40", "--model", "m", "--json").last(t)
	require.Equal(t, 1.0, trained["train_accuracy"])

	// Single pictures, those in folders, and of the answers all that there is.
	r := nabla(t, "predict", "m", "bars/stands/01.png", "new")
	require.Equal(t, result{exitDone, "bars/stands/01.png,stands\n" + filepath.FromSlash("new/lies/1.png") + ",lies\n", "note: 1 file in the folders is neither PNG nor JPEG: left out\n"}, r)
	r = nabla(t, "predict", "m", "bars/lies/11.png", "--json")
	require.Equal(t, "bars/lies/11.png", r.last(t)["file"])
	require.Equal(t, "lies", r.last(t)["class"])
	r = nabla(t, "predict", "m", "negative.png")
	require.Equal(t, exitDone, r.code)
	require.Contains(t, r.stderr, "if the pictures are negatives of those, the answers are wrong")

	// Another folder, with some of the classes, is tested as a whole; the same one as well.
	r = nabla(t, "eval", "m", "new", "--json")
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Equal(t, 1.0, r.last(t)["samples"])
	require.Equal(t, 1.0, r.last(t)["accuracy"])
	r = nabla(t, "eval", "m", "bars", "--json")
	require.Equal(t, 24.0, r.last(t)["samples"])
	require.Contains(t, r.stderr, "--part test --test-share 0.2 tests it with the others")
	r = nabla(t, "eval", "m", "bars", "--json", "--part", "test")
	require.Equal(t, trained["test_samples"], r.last(t)["samples"])
	require.Equal(t, trained["test_accuracy"], r.last(t)["accuracy"])
	require.Equal(t, exitDone, nabla(t, "train", "new", "--from", "m", "--epochs", "1", "--model", "m2").code)
	require.Contains(t, nabla(t, "show", "m").stdout, "8×8 grey pixels of at most 255")

	// Files of other kinds are told of.
	require.NoError(t, os.WriteFile("bars/lies/x.webp", nil, 0o600))
	for _, args := range []string{"data info bars", "train bars --epochs 1 --model m2", "eval m bars"} {
		r = nabla(t, strings.Fields(args)...)
		require.Contains(t, r.stdout+r.stderr, "note: 1 file in the folders is neither PNG nor JPEG: left out\n")
	}

	drawBar(t, "bars/leans/1.png", true, 0, 99, 0)
	drawBar(t, "divided/train/lies/1.png", true, 0, 99, 0)
	drawBar(t, "divided/test/lies/1.png", true, 0, 99, 0)
	require.NoError(t, os.WriteFile("rows.csv", []byte("1,2\n"), 0o600))
	require.NoError(t, os.WriteFile("cut.png", []byte("\x89PNG\r\n\x1a\n"), 0o600))
	require.NoError(t, os.Mkdir("empty", 0o700))
	for want, c := range map[string]struct {
		args string
		code int
	}{
		`the folder "leans" is none of the model's classes: want lies, stands`: {"eval m bars", exitFailed},
		"a table is predicted by itself":                                       {"predict m rows.csv cut.png", exitUsage},
		"cut.png: ":                                                            {"predict m cut.png", exitFailed},
		"empty: no PNG or JPEG files in it":                                    {"predict m empty", exitFailed},
		"none: no such file":                                                   {"predict m none", exitFailed},
		"--image-size is for folders of pictures":                              {"train rows.csv --image-size 2x2", exitUsage},
		"--test-share is for CSV files and for pictures without a part for testing":    {"train divided --test-share 0.5", exitUsage},
		"digits has images of 8×8 grey pixels of at most 16, the model takes 8×8 grey": {"eval m digits", exitFailed},
	} {
		r := nabla(t, strings.Fields(c.args)...)
		require.Equal(t, c.code, r.code, "%s: %s", c.args, r.stderr)
		require.Contains(t, r.stderr, want)
	}
	r = nabla(t, "predict", xor, "negative.png")
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "the model doesn't say that it was trained on images")
}

// Only pictures that look like negatives are told of.
func TestBrightnessNote(t *testing.T) {
	form := &train.Image{Width: 2, Height: 1, Channels: 1, Largest: 200}
	scaler := &train.Scaler{Mean: []float64{20, 20}, SD: []float64{200, 200}}
	require.NotEmpty(t, brightnessNote(0.88, form, scaler))
	require.Empty(t, brightnessNote(0.3, form, scaler))
	require.Empty(t, brightnessNote(0.55, form, scaler))
	require.Empty(t, brightnessNote(0.88, form, nil))
	require.Empty(t, brightnessNote(0.88, form, train.NewScaler(2, 200)))
}

// eval scales images as training did, whatever the scaling.
func TestEvalOfScaledImages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	for _, scale := range []string{"standard", "none"} {
		trained := nabla(t, "train", "--scale", scale, "--epochs", "1", "--model", path, "--json").last(t)
		require.Equal(t, trained["test_accuracy"], nabla(t, "eval", path, "--json").last(t)["accuracy"])
	}
}
