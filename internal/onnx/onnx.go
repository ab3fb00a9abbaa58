// Package onnx reads and writes the parts of the ONNX format that package foreign needs:
// one graph of nodes, constants and typed inputs and outputs. What the operators mean is
// its affair.
//
// An ONNX file is one protocol buffer. The library for those is taken for the wire format
// only: what its generator would make of ONNX's schema is ten times this package, and
// every program that reads a model would carry it.
//
// Source: https://github.com/onnx/onnx, onnx/onnx.proto.
package onnx

// A Model is a file.
type Model struct {
	IR       int64 // version of the format
	Producer string
	Opsets   map[string]int64 // version of the operators of each domain
	Graph    Graph
	Metadata map[string]string
}

// A Graph computes its outputs from its inputs.
type Graph struct {
	Name            string
	Nodes           []Node // in the order of their computation
	Constants       []Tensor
	Inputs, Outputs []Value
}

// A Node applies an operator.
type Node struct {
	Op, Domain, Name string
	Inputs, Outputs  []string // names; "" is an input that is left out
	Attributes       []Attribute
}

// An Attribute is a constant of a node. Type says which field holds it.
type Attribute struct {
	Name    string
	Type    AttributeType
	F       float32
	I       int64
	S       string
	T       Tensor
	Floats  []float32
	Ints    []int64
	Strings []string
}

// AttributeType is the type of an attribute.
type AttributeType int64

// The types of attributes, as the format numbers them. Others are kept without a value.
const (
	Float   AttributeType = 1
	Int     AttributeType = 2
	String  AttributeType = 3
	TensorA AttributeType = 4
	Floats  AttributeType = 6
	Ints    AttributeType = 7
	Strings AttributeType = 8
)

// A Tensor is a constant array. Numbers are all exact in float64 but integers beyond 2⁵³.
type Tensor struct {
	Name    string
	Type    DataType
	Shape   []int // empty for a scalar
	Numbers []float64
	Strings []string // of a tensor of strings
}

// DataType is the type of elements.
type DataType int64

// The types of elements that have names here; the format has more.
const (
	Float32  DataType = 1
	Uint8    DataType = 2
	Int8     DataType = 3
	Uint16   DataType = 4
	Int16    DataType = 5
	Int32    DataType = 6
	Int64    DataType = 7
	Text     DataType = 8
	Bool     DataType = 9
	Float16  DataType = 10
	Float64  DataType = 11
	Uint32   DataType = 12
	Uint64   DataType = 13
	BFloat16 DataType = 16
)

// A Value is an input or an output of the graph.
type Value struct {
	Name  string
	Type  DataType
	Shape []Dim
}

// A Dim is the size of a dimension, or a name for one that is open.
type Dim struct {
	Size int
	Name string
}
