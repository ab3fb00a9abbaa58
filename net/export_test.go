package net

// Insist makes all phases shared until it is called with false.
func Insist(on bool) { insist = on }
