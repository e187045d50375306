package tui_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"espost/fleet"
	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/tui"
)

// A fleet of which one needs somebody now; the check of "late.yaml" takes a minute.
func playedFleet() tui.Fleet {
	until := time.Date(2000, 2, 1, 0, 0, 0, 0, time.UTC)
	known := map[string]fleet.Board{
		"porch.yaml": {Server: "https://porch.example.com/post", Pin: "public-key", Status: profile.Right, Firmware: fleet.FirmwareCurrent},
		"roof.yaml":  {Server: "https://roof.example.com/", Pin: "fingerprint", Status: profile.Soon, Reason: "a renewal is expected around 1 Feb 2000", Fix: "let espost check --update follow it then", Breaks: until, Firmware: fleet.FirmwareStale},
		"shed/old.ino": {Server: "https://shed.example.com/a/path/that/is/rather/long?and=on", Pin: "fingerprint", Status: profile.Broken,
			Reason: "the certificate was renewed on 1 Jan 2000, with a new key\x1b[2J", Fix: "update the pin", Breaks: until},
		"late.yaml": {Server: "https://late.example.com/", Pin: "ca", Status: profile.Right, Breaks: until.AddDate(1, 0, 0), Firmware: fleet.FirmwareCurrent},
	}
	return tui.Fleet{
		Jobs: 2,
		Find: func() ([]string, error) { return []string{"late.yaml", "porch.yaml", "roof.yaml", "shed/old.ino"}, nil },
		Check: func(ctx context.Context, file string) fleet.Board {
			if file == "late.yaml" {
				select {
				case <-ctx.Done():
				case <-time.After(time.Minute):
				}
			}
			b := known[file]
			b.File = file
			return b
		},
	}
}

// The table fills in as the servers answer, and the most urgent stands first.
func TestBoardsScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := tui.NewOverview(tui.Options{}, "~/boards", playedFleet())
		term := tuitest.Start(t, screen, tuitest.Options{})
		term.WaitText("1 still to be checked")
		term.Golden("boards-80x24")
		term.Advance(time.Minute)
		term.WaitText("2 right")
		text := term.Screen()
		for _, pair := range [][2]string{{"shed/old.ino", "roof.yaml"}, {"roof.yaml", "late.yaml"}, {"late.yaml", "porch.yaml"}} {
			if strings.Index(text, pair[0]) > strings.Index(text, pair[1]) {
				t.Errorf("%s stands below %s:\n%s", pair[0], pair[1], text)
			}
		}
		term.WaitText("The certificate was renewed on 1 Jan 2000")

		// A tutorial's sketch has no work to open; a profile ends the screen.
		term.Press("enter")
		term.WaitText("espost import makes work of it")
		term.Press("down")
		term.WaitText("A renewal is expected around 1 Feb 2000")
		term.Press("end", "up", "enter")
		term.WaitEnd()
		if got := tui.OpenedOf(screen); got != "late.yaml" {
			t.Errorf("%q was opened", got)
		}
	})
}

// Hundreds scroll, an empty folder and one that can't be read say so.
func TestBoardsScreenOthers(t *testing.T) {
	many := tui.Fleet{
		Jobs: 16,
		Find: func() (files []string, err error) {
			for i := range 500 {
				files = append(files, fmt.Sprintf("board%03d.yaml", i))
			}
			return files, nil
		},
		Check: func(_ context.Context, file string) fleet.Board {
			return fleet.Board{File: file, Status: profile.Right}
		},
	}
	synctest.Test(t, func(t *testing.T) {
		term := tuitest.Start(t, tui.NewOverview(tui.Options{}, "big", many), tuitest.Options{Width: 60, Height: 16})
		term.WaitText("500 right")
		term.Press("end")
		term.WaitText("board499.yaml")
		term.Press("home")
		term.WaitText("board000.yaml")
		term.Press("q")
		term.WaitEnd()
	})
	for text, outside := range map[string]tui.Fleet{
		"There is no profile and no sketch": {Find: func() ([]string, error) { return nil, nil }},
		"Open nowhere: no such folder":      {Find: func() ([]string, error) { return nil, errors.New("open nowhere: no such folder") }},
	} {
		synctest.Test(t, func(t *testing.T) {
			term := tuitest.Start(t, tui.NewOverview(tui.Options{}, "nowhere", outside), tuitest.Options{})
			term.WaitText(text)
			term.Press("q")
			term.WaitEnd()
		})
	}
}
