// Package checkpoint keeps the states of a training in a directory, so that one that was
// stopped or killed goes on from the last of them, to the same bits as if nothing had
// happened, on any machine.
//
// A checkpoint is a file step-N.nabla: the [github.com/nabla-go/nabla/train.State] after
// step N, what the training is (its [Key]), and the SHA-256 of both. It is the same on every
// machine. Files are written to a temporary name, synced and renamed, so that a kill or a
// full disk leaves the one before. A [Dir] belongs to one process at a time, by a lock that
// ends with the process.
//
// What the training learns from, and when states are saved, is not decided here.
package checkpoint
