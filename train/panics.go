package train

// Messages of panics.
const (
	accuracyShape = "train: Accuracy: y and t are invalid or differ in shape"
	negativeLabel = "train: Split: a label is negative"
	noParameter   = "train: With: the schedule's rule has no parameter of that name"
	scaleColumns  = "train: Scale: scaler and matrix differ in columns"
	scaledTwice   = "train: Scale: the data have been scaled already"
	splitShare    = "train: Split: testShare is not in [0, 1)"
	foldCount     = "train: Folds: want 2 to Len folds"

	groupFoldCount = "train: GroupFolds: want 2 folds to as many as there are groups"
)
