module github.com/nabla-go/nabla

go 1.25.0

require golang.org/x/sys v0.38.0 // indirect
