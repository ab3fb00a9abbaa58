package strictjson

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

type inner struct {
	X float64 `json:"x"`
}

type outer struct {
	Name  string            `json:"name"`
	List  []inner           `json:"list,omitempty"`
	One   *inner            `json:"one,omitempty"`
	Words map[string]string `json:"words,omitempty"`
	Any   any               `json:"any,omitempty"`
	Own   *own              `json:"own,omitempty"`
}

type own struct{ text string }

func (o *own) UnmarshalJSON(b []byte) error { o.text = string(b); return nil }

func TestUnmarshal(t *testing.T) {
	var v outer
	require.NoError(t, Unmarshal([]byte(` {"name":"a\\u\ud83d\ude00","list":[{"x":1},{"x":2}],"one":{"x":3},"words":{"b":"c"},"any":[1,{"y":2}],"own":{"z":1}} `), &v))
	require.Equal(t, outer{
		Name: "a\\u😀", List: []inner{{1}, {2}}, One: &inner{3}, Words: map[string]string{"b": "c"},
		Any: []any{1.0, map[string]any{"y": 2.0}}, Own: &own{`{"z":1}`},
	}, v)
}

func TestRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"Name":"a"}`:                 `"Name": unknown key`,
		`{"name":"a","NAME":"b"}`:      `"NAME": unknown key`,
		`{"name":"a","name":"b"}`:      `key "name" occurs twice`,
		`{"na\u006de":"a","name":"b"}`: `key "name" occurs twice`,
		`{"one":null}`:                 `"one": null stands where`,
		`{"list":[null]}`:              `"list": null stands where`,
		`{"list":[{"x":1,"X":2}]}`:     `"list": "X": unknown key`,
		`{"one":{"x":1,"x":2}}`:        `"one": key "x" occurs twice`,
		`{"words":{"a":"b","a":"c"}}`:  `"words": key "a" occurs twice`,
		`{"any":{"a":1,"a":2}}`:        `"any": key "a" occurs twice`,
		`{"own":{"a":1,"a":2}}`:        `"own": key "a" occurs twice`,
		`{"name":"\ud800"}`:            `\ud800 is half of a surrogate pair`,
		`{"name":"\ud83d\\u"}`:         `\ud83d is half`,
		`{"name":"\ud83dx"}`:           `\ud83d is half`,
		`{"name":"\ude00\ud83d"}`:      `\ude00 is half`,
		"{\"name\":\"\xff\"}":          "not UTF-8",
		`{"name":"a"} {}`:              "not one JSON value",
		``:                             "not one JSON value",
		`{"name":1}`:                   "cannot unmarshal number",
		`{"list":{"x":1}}`:             "cannot unmarshal object",
		`{"one":[1]}`:                  "cannot unmarshal array",
		`{"one":{"x":1e999}}`:          "cannot unmarshal number 1e999",
		`null`:                         "null stands where",
	} {
		var v outer
		require.ErrorContains(t, Unmarshal([]byte(text), &v), want, text)
	}
}

// What is accepted is what encoding/json makes of it.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"name":"a\ud83d\ude00","list":[{"x":1}],"one":{"x":3},"words":{"b":"c"},"any":[1,{"y":2}]}`))
	f.Add([]byte(`{"name":"\ud800"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v, w outer
		if Unmarshal(data, &v) != nil {
			return
		}
		require.NoError(t, json.Unmarshal(data, &w))
		require.Equal(t, w, v)
		again, err := json.Marshal(struct {
			Name string
			Any  any
		}{v.Name, v.Any})
		require.NoError(t, err)
		require.NoError(t, Check(again))
	})
}
