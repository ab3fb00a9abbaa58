// Package net is a feed-forward network with dense layers and its
// backpropagation. Programs usually import it as nn.
//
// Layers are numbered 1 … L. Layer i holds the weights W^i, a matrix of
// out × in elements whose row j leads into neuron j, and the biases b^i. With
// samples as rows, a^0 = x and m samples in a batch, the whole of it is
//
//	forward     z^i = a^{i-1} (W^i)ᵀ + b^i          a^i = σ_i(z^i)
//	output      δ^L = ∇_a C ⊙ σ'(z^L)              (⊙ is the Hadamard product)
//	hidden      δ^i = (δ^{i+1} W^{i+1}) ⊙ σ'(z^i)
//	gradient    ∂C/∂W^i = 1/m Σ_k δ^i_k (a^{i-1}_k)ᵀ    ∂C/∂b^i = 1/m Σ_k δ^i_k
//	input       ∂C/∂x_k = (W^1)ᵀ δ^1_k
//	descent     W ← W − η ∂C/∂W                    b ← b − η ∂C/∂b
//
// where δ^i = ∂C/∂z^i is the sensitivity of the cost to a pre-activation. Only δ^L
// depends on which cost it is. The formulas of a layer stand in layer.go, those of the
// output in output.go, their order in pass.go and the division among cores in share.go.
//
// A [Network] is only read by [Network.Forward]. All that a pass writes is in a
// [Workspace], which belongs to the caller, so any number of goroutines may
// predict with one network, each with a workspace of its own. After the first
// batch of the largest size nothing is allocated. [Workspace.SetWorkers] lets a
// pass use several cores where it is long enough to gain by it.
//
// # Costs and activations
//
// Each is a value of [Cost] or [Activation]. Your own are values of the same types and
// work like the built-in ones; a few lines make one, as the examples show. Training
// loops, data and optimizers are in package train, model files in package model.
//
// # Dropout and normalisation
//
// [Layer.WithDropout] and [Config].InputDropout turn neurons and inputs off at random in
// [Network.ForwardTraining]; [Network.Forward] and predictions have none of it. Masks are
// [kernels.Dropout]'s: a function of seed, layer, step, position in the batch and neuron,
// which the documentation of package kernels has in full.
// [Layer.WithLayerNorm] normalises the pre-activations of each sample. There is no batch
// normalisation, because with it the result of a sample depends on the batch that it is
// in: use layer normalisation, or the SELU activation, which normalises by itself.
//
// # Local minima
//
// Gradient descent ends in a minimum, not always in the best one. Exclusive or, the
// smallest task that needs a hidden layer, shows it: with two hidden neurons about a
// quarter of all seeds end where the outputs are [0 ½ 1 ½] or the like and stay
// there, with four hardly one does. Another [Config].Seed, or more neurons, helps;
// more epochs don't. The example of package train is this network.
//
// # One answer
//
// A network computes the same bits on every CPU: its products, activations and
// steps are kernels of package kernels with their numeric contract, and
// everything else (initialisation and most costs) is plain arithmetic without fused
// operations, with elementary functions that are the same everywhere.
// [Network.Fingerprint] makes this visible.
//
// The product of the forward pass is added to the biases in one rounding,
// fma(1, Σ, b). A step of plain gradient descent is W ← fma(−η/m, Σ_k δ_k a_k, W):
// the sum over the batch from +0 in sample order, one rounding into W, with
// −η/m computed in float64 and converted once.
package net
