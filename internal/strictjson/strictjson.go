// Package strictjson decodes JSON and refuses what encoding/json lets pass: keys that
// are not spelled exactly as a field's, keys that occur twice, null, halves of UTF-16
// surrogate pairs, and text that is not UTF-8. A file that decides an answer must not
// mean something else than it seems to.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Unmarshal decodes one JSON value into v, a pointer. Every field of a struct needs a
// json tag. What a type with an UnmarshalJSON of its own takes is checked for keys that
// occur twice only.
func Unmarshal(data []byte, v any) error {
	if err := Check(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // a number too large for float64 is the field's affair
	if err := value(d, reflect.TypeOf(v)); err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// Check returns an error unless data are one JSON value in UTF-8, without escapes of
// halves of surrogate pairs.
func Check(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("it is not UTF-8")
	}
	if !json.Valid(data) {
		return errors.New("it is not one JSON value")
	}
	return checkSurrogates(data)
}

// checkSurrogates looks at the escapes \uXXXX of valid JSON, where backslashes stand in
// strings only.
func checkSurrogates(data []byte) error {
	for {
		i := bytes.IndexByte(data, '\\')
		if i < 0 {
			return nil
		}
		data = data[i:]
		r, ok := unit(data)
		if !ok {
			data = data[2:]
			continue
		}
		data = data[6:]
		if !utf16.IsSurrogate(r) {
			continue
		}
		low, ok := unit(data)
		if !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
			return fmt.Errorf(`\u%04x is half of a surrogate pair and no character`, r)
		}
		data = data[6:]
	}
}

// unit reads the escape \uXXXX that data begin with, if they do.
func unit(data []byte) (r rune, ok bool) {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(data[2:6]), 16, 16)
	return rune(n), err == nil
}

// value checks the next value of d, which t is to take; nil is any type.
func value(d *json.Decoder, t reflect.Type) error {
	for t != nil && t.Kind() == reflect.Pointer && !decodes(t) {
		t = t.Elem()
	}
	if t != nil && (t.Kind() == reflect.Interface || decodes(t) || decodes(reflect.PointerTo(t))) {
		t = nil
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case nil:
		return errors.New("null stands where a value belongs: leave the key out")
	case json.Delim('{'):
		return object(d, t)
	case json.Delim('['):
		var element reflect.Type
		if t != nil && t.Kind() == reflect.Slice {
			element = t.Elem()
		}
		for d.More() {
			if err := value(d, element); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	}
	return nil
}

func decodes(t reflect.Type) bool { return t.Implements(reflect.TypeFor[json.Unmarshaler]()) }

// object checks keys and values up to the end of an object.
func object(d *json.Decoder, t reflect.Type) error {
	seen := make(map[string]bool)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		key := token.(string)
		if seen[key] {
			return fmt.Errorf("key %q occurs twice", key)
		}
		seen[key] = true
		element, err := field(t, key)
		if err == nil {
			err = value(d, element)
		}
		if err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	_, err := d.Token()
	return err
}

// field returns the type of what t has under key.
func field(t reflect.Type, key string) (reflect.Type, error) {
	switch {
	case t == nil:
		return nil, nil
	case t.Kind() == reflect.Map:
		return t.Elem(), nil
	case t.Kind() != reflect.Struct:
		return nil, nil // Unmarshal will say so
	}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name == key {
			return t.Field(i).Type, nil
		}
	}
	return nil, errors.New("unknown key")
}
