package model

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/safetensors"
)

// Any bytes are a model that is written again as it was, or an error.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"version1", "xor", "st_ok_linear_3out_2in"} {
		b, err := os.ReadFile("testdata/" + name + ".safetensors")
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse(b)
		if err != nil {
			return
		}
		file.Notes()
		require.NoError(t, writeAgain(file))
	})
}

// Any metadata, with the digest that belongs to them, are those of a model or an error.
func FuzzMetadata(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, newModel[float32](f).Write(&b))
	s, err := safetensors.Parse(b.Bytes())
	require.NoError(f, err)
	f.Add(s.Metadata[nablaKey])
	f.Fuzz(func(t *testing.T, text string) {
		h := safetensors.Header{Metadata: map[string]string{nablaKey: text}}
		for _, tensor := range s.Tensors {
			h.Tensors = append(h.Tensors, tensor.Info)
		}
		start, err := h.Encode()
		if err != nil {
			return
		}
		m, err := parseMetadata(map[string]string{nablaKey: text})
		if err != nil {
			return
		}
		if m.Digest != "" {
			start = bytes.Replace(start, []byte(m.Digest), []byte(noDigest), 1)
		}
		for _, tensor := range s.Tensors {
			start = append(start, tensor.Data...)
		}
		if !bytes.Contains(start, []byte(`\"digest\":\"`+noDigest)) {
			return
		}
		file, err := Parse(sealed(t, start))
		if err != nil {
			return
		}
		require.NoError(t, writeAgain(file))
	})
}

// writeAgain writes the model of a file.
func writeAgain(file *File) error {
	var b bytes.Buffer
	if file.DType() == "F64" {
		m, err := Decode[float64](file)
		if err == nil {
			err = m.Write(&b)
		}
		return err
	}
	m, err := Decode[float32](file)
	if err == nil {
		err = m.Write(&b)
	}
	return err
}
