// Package dataset reads samples from files (the IDX files of MNIST, CSV) and arrays
// (NPY, NPZ), and carries 1,797 handwritten digits of its own.
//
// Samples come as [train.Data]: inputs, one-hot targets and the names of classes and
// columns, one sample a row. What can be done with samples, whatever they were read
// from, is in package train: splitting, scaling, training.
//
// Files that don't fit into memory are read once an epoch: [OpenStream], [OpenImageStream]
// and [StreamIDX] make a [train.Stream] of one.
//
// Every reader compares what a file says of itself with what it holds. Its errors name
// the file, the line or item, and what would be right.
package dataset
