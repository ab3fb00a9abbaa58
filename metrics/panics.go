package metrics

// Messages of panics.
const (
	noClass     = "metrics: Confusion: there is no such class"
	notKept     = "metrics: Value: the meter doesn't keep what the metric needs, or it is for another task"
	notNeeded   = "metrics: no metric of the meter needs this: declare it in Needs"
	reserveRows = "metrics: Reserve: the number of rows is negative"
	topK        = "metrics: TopK: k is less than 1"
)
