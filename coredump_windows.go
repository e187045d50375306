package main

// forbidCoreDump does nothing: Windows writes no dump unless it is told to.
func forbidCoreDump() {}
