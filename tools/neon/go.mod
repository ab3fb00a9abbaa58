module github.com/nabla-go/nabla/tools/neon

go 1.26.0

require (
	github.com/nabla-go/nabla v0.0.0
	golang.org/x/arch v0.32.0
)

replace github.com/nabla-go/nabla => ../..
