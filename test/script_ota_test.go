package test

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"espost/internal/testkit/otaboard"
)

// startOTABoard: otaboard FILE PASSWORD is a board in the network at $OTA_HOST, which
// puts the sketch that it takes into FILE.
func startOTABoard(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: otaboard FILE PASSWORD")
	}
	file := ts.MkAbs(args[0])
	b := &otaboard.Board{Password: args[1], Got: func(image []byte) {
		_ = os.WriteFile(file, image, 0o644) // what isn't there fails the script
	}}
	host, off, err := b.Start()
	ts.Check(err)
	ts.Defer(off)
	ts.Setenv("OTA_HOST", host)
}
