// Package bench measures kernels and whole training steps, and says how far they
// are from what the machine can do.
//
// Everything is timed in short blocks, in rounds that go through all candidates
// of a group, so that a disturbance or a change of the clock meets all of them;
// the least time counts. The limit of a kernel is the least time in which this
// core, in this run and with any of its instruction sets, did its multiply-adds in
// registers, its divisions in registers, or a plain sweep over as much memory in the
// same pattern of loads and stores, whichever takes longest. A kernel that was faster
// shows that its limit is wrong, and is marked.
//
// The command nabla bench prints the results; go test -bench runs the same cases
// for benchstat. Package bench/peers, a module of its own, compares them with
// other libraries.
package bench
