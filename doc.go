// Package nabla is the root of the nabla (∇) module, which trains multilayer
// perceptrons on CPUs. It holds no code; look in
//
//   - [github.com/nabla-go/nabla/kernels]: SIMD kernels (dot products, matrix
//     products, activations) for float32 and float64, usable on their own;
//   - [github.com/nabla-go/nabla/net]: networks, forward and backward passes;
//   - [github.com/nabla-go/nabla/train]: stochastic gradient descent;
//   - [github.com/nabla-go/nabla/metrics]: how good predictions are;
//   - [github.com/nabla-go/nabla/dataset]: readers, and handwritten digits to learn from;
//   - [github.com/nabla-go/nabla/model]: model files;
//   - cmd/nabla: the command.
package nabla
