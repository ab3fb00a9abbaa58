package train

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/ranks"
)

// agree returns an error, the same on all ranks, if something that decides the bits of a
// training differs between them.
func (t *team[T]) agree(n *net.Network[T], d *Data[T], s *Stream[T], validation *Data[T], o *Options) error {
	if t == nil {
		return nil
	}
	order := "little-endian"
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		order = "big-endian"
	}
	items := []ranks.Item{
		{Name: "the numeric version", Value: kernels.NumericVersion},
		{Name: "the precision", Value: fmt.Sprintf("%d bits", 8*unsafe.Sizeof(T(0)))},
		{Name: "the order of bytes", Value: order},
		{Name: "the network", Value: describe(n)},
		{Name: "the initial parameters", Value: "SHA-256 " + n.Fingerprint()},
		{Name: "the training data", Value: digest(d)},
		{Name: wayVariable, Value: cmp.Or(os.Getenv(wayVariable), "none")},
		{Name: "the validation data", Value: digest(validation)},
	}
	if t.checks = s != nil; t.checks {
		items = append(items, ranks.Item{Name: "the length of the stream", Value: strconv.Itoa(s.Len)})
	}
	v := reflect.ValueOf(*o)
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; name {
		case "Workers", "Ranks", "Progress", "StepProgress": // decide nothing
		default:
			items = append(items, ranks.Item{Name: "the option " + name, Value: describeValue(v.Field(i))})
		}
	}
	if err := ranks.Agree(t.Comm, items); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// describe says what a network computes.
func describe[T kernels.Float](n *net.Network[T]) string {
	c := n.Config()
	text := fmt.Sprintf("%d inputs, dropout %v", c.Inputs, c.InputDropout)
	for _, l := range c.Layers {
		text += fmt.Sprintf("; %d %v%s, dropout %v", l.Out, l.Activation, parameterOf(l.Activation.Param), l.Dropout)
		if l.LayerNorm {
			text += ", normalised"
		}
	}
	return text + fmt.Sprintf("; cost %v%s", c.Cost, parameterOf(c.Cost.Param))
}

func parameterOf[P any](p *net.Param[P]) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("(%v)", p.Value)
}

// describeValue writes an option. Of a row of a table, such as a method, that is its name.
func describeValue(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "none"
		}
		if name := v.Elem().FieldByName("Name"); name.IsValid() {
			return name.String()
		}
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Struct:
		var fields []string
		for i := range v.NumField() {
			fields = append(fields, v.Type().Field(i).Name+" "+describeValue(v.Field(i)))
		}
		return strings.Join(fields, " ")
	case reflect.Slice:
		values := make([]string, v.Len())
		for i := range values {
			values[i] = describeValue(v.Index(i))
		}
		return "[" + strings.Join(values, " ") + "]"
	}
	return fmt.Sprint(v)
}

// digest returns the SHA-256 of samples.
func digest[T kernels.Float](d *Data[T]) string {
	if d == nil || d.Len() == 0 {
		return "none"
	}
	h := sha256.New()
	matrix := func(m *kernels.Matrix[T]) {
		fmt.Fprintf(h, "%d %d ", m.Rows, m.Cols)
		for k := range m.Rows {
			h.Write(bytesOf(m.Row(k)))
		}
	}
	matrix(&d.X)
	matrix(&d.T)
	fmt.Fprint(h, d.Labels)
	h.Write(bytesOf(d.Weights))
	return fmt.Sprintf("%d samples, SHA-256 %s", d.Len(), hex.EncodeToString(h.Sum(nil)))
}
