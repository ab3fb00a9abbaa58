package net

// The messages of all panics.
const (
	layerIndex     = "net: layer index out of range"
	wrongWorkspace = "net: workspace belongs to a network of another shape"
	inputShape     = "net: bad matrix x: want Cols = inputs, Rows >= 0, Stride >= Cols (kernels.MatrixOf sets it), len(Data) >= (Rows-1)*Stride+Cols"
	outputShape    = "net: PredictInto: bad matrix y: want a row for each row of x, Cols = outputs, Stride >= Cols (kernels.MatrixOf sets it), len(Data) >= (Rows-1)*Stride+Cols"
	sampleWeights  = "net: SetSampleWeights: want a weight for each sample of the last batch"
	smoothing      = "net: SmoothTargets: want a number of at least 0, below 1"
	sampleGradient = "net: SampleGradient: want a sample of the last batch and dst with the length of Params"
	targetShape    = "net: bad matrix t: want Rows and Cols of the output, Stride >= Cols (kernels.MatrixOf sets it), len(Data) >= (Rows-1)*Stride+Cols"
)
