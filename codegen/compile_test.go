package codegen_test

import "testing"

func TestTutorialCompiles(t *testing.T) {
	build(t, tutorial(), plainRig)
}
