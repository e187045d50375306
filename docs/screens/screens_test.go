// Package screens_test draws the pictures in this folder from the running app, and fails when the app no
// longer looks like them: make screens draws them anew.
package screens_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"flag"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/google/go-cmp/cmp"

	"espost/demo"
	"espost/device"
	"espost/formpost"
	"espost/internal/testkit/tuitest"
	"espost/internal/testkit/tuitest/svg"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui"
	"espost/tui/board"
)

const host = "demo.espost.test"

// noon is when the pictures are taken.
func noon() time.Time { return time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC) }

// typical are durations that a server on the Internet has. The real ones differ from run to run.
var typical = formpost.Phases{
	DNS: 2 * time.Millisecond, TCP: 11 * time.Millisecond, TLS: 38 * time.Millisecond,
	FirstByte: 31 * time.Millisecond, Body: 2 * time.Millisecond,
}

// The Enter-only walk through the demo, a picture a step and one of its end, and all of it as a film. The server is real and stands outside of the
// bubble; fake time stands still while a command talks to it.
func TestScreens(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // the same keys, so the same fingerprint
	server, err := demo.Start(demo.Options{Names: []string{host}, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	pictures, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, theme := range []struct {
		suffix string
		light  bool
	}{{"", false}, {"-light", true}} {
		t.Run("light="+strconv.FormatBool(theme.light), func(t *testing.T) {
			t.Chdir(t.TempDir()) // where the firmware goes
			synctest.Test(t, func(t *testing.T) {
				term := tuitest.Start(t, tui.New(options(server)), tuitest.Options{Light: theme.light})
				film := svg.Film{Title: "espost --demo", Light: theme.light}
				walk(term, func(name string) {
					t.Helper()
					screen := cells(term)
					film.Frames = append(film.Frames, svg.Frame{Cells: screen, For: 2500 * time.Millisecond})
					if name == "" {
						return
					}
					file := filepath.Join(pictures, name+theme.suffix+".svg")
					compare(t, file, svg.Picture{Title: "espost --demo", Cells: screen, Light: theme.light})
				})
				compare(t, filepath.Join(pictures, "walk"+theme.suffix+".svg"), film)
			})
		})
	}
}

// cells are the screen with its cursor, as a block.
func cells(term *tuitest.Terminal) [][]uv.Cell {
	all := term.Cells()
	if x, y, shown := term.Cursor(); shown {
		all[y][x].Style.Attrs ^= uv.AttrReverse
	}
	return all
}

// walk presses Enter through the six steps and calls picture at each, without a name
// where it is only part of the film.
func walk(term *tuitest.Terminal, picture func(name string)) {
	term.WaitText("Where will the board send its data?", host)
	picture("1-connect")
	term.Press("enter")
	term.WaitText("SHA-1")
	picture("2-certificate")
	term.Press("enter")
	term.WaitText("name1=value1")
	picture("3-form")
	term.Press("enter")
	term.WaitText("Ready to send")
	picture("")
	term.Press("enter")
	term.WaitText("200 OK")
	picture("4-test")
	term.Press("enter")
	term.WaitText("Folder")
	picture("5-firmware")
	term.Press("enter")
	term.WaitText("files in")
	picture("6-next")
	term.Press("enter")
	term.WaitText("enter flash")
	picture("")
	term.Press("enter")
	term.WaitText("delivered its first reading")
	picture("7-board")
	term.Press("esc")
	term.Quit()
}

// bench is a board that delivers at once.
func bench() board.Outside {
	return board.Outside{
		Ports: func() ([]device.Port, error) {
			return []device.Port{{Name: "/dev/ttyUSB0", Chip: "CP2102", Likely: true}}, nil
		},
		Tools: func(string) ([]*device.Toolchain, error) {
			return []*device.Toolchain{{Name: device.ArduinoCLI}}, nil
		},
		Flash: func(context.Context, *device.Toolchain, device.Job, func(device.Progress)) (device.Size, error) {
			return device.Size{Flash: 461_000, FlashMax: 1_044_464, RAM: 34_100, RAMMax: 80_192}, nil
		},
		Watch: func(ctx context.Context, _ *device.Monitor, tell func(device.Event)) error {
			for _, e := range []device.Event{
				{Kind: device.Opened, Baud: 115200},
				{Kind: device.Line, Text: "demo_espost_test: every 60 s to https://" + host + "/post", Milestone: device.Started, Summary: "the sketch runs"},
				{Kind: device.Line, Text: "Wi-Fi: connected, address 192.168.1.57, signal -61 dBm", Milestone: device.Online, Summary: "on the Wi-Fi"},
				{Kind: device.Line, Text: "POST: 200, 25 bytes sent in 812 ms over a new connection", Milestone: device.Delivered, Summary: "delivered its first reading"},
			} {
				tell(e)
			}
			<-ctx.Done()
			return nil
		},
	}
}

// options let the app find the server under a name and an address of its own.
func options(server *demo.Server) tui.Options {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Addr())
	}
	address := netip.MustParseAddr("203.0.113.7")
	return tui.Options{
		Target:    "https://" + host + "/post",
		Demo:      server,
		Now:       noon,
		Clipboard: func(string) error { return nil },
		Absolute:  func(path string) string { return "/home/ada/" + filepath.Base(path) },
		Board:     bench(),
		Inspect: func(ctx context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			client := tlsinspect.Client{
				Dial: dial, Now: noon, Progress: progress, Roots: x509.NewCertPool(),
				Lookup: func(context.Context, string, string) ([]netip.Addr, error) { return []netip.Addr{address}, nil },
			}
			return client.Inspect(ctx, target)
		},
		Send: func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
			sent := p.Sent()
			client := formpost.Client{
				Dial: dial, Now: noon, Buffers: p.Firmware.Buffers, BoardSuite: r.Board.CipherSuite.ID,
				Lookup: func(context.Context, string, string) ([]netip.Addr, error) { return []netip.Addr{address}, nil },
			}
			response, err := client.Send(ctx, sent, p.Pin)
			if err == nil {
				response.Phases = typical
			}
			return response, err
		},
	}
}

// digits are a fingerprint's: another Go may make another key of the same seed.
var digits = regexp.MustCompile(`[0-9A-F]{40}`)

// lines returns a picture's lines without what may differ between two runs.
func lines(drawn string) []string {
	return strings.Split(digits.ReplaceAllString(drawn, "FINGERPRINT"), "\n")
}

// compare holds a picture against the file of that name, or writes it with -update.
func compare(t *testing.T, file string, picture interface{ Write(io.Writer) error }) {
	t.Helper()
	var drawn bytes.Buffer
	if err := picture.Write(&drawn); err != nil {
		t.Fatal(err)
	}
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile(file, drawn.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	saved, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	was := strings.ReplaceAll(string(saved), "\r\n", "\n")
	if diff := cmp.Diff(lines(was), lines(drawn.String())); diff != "" {
		t.Errorf("the app no longer looks like docs/screens/%s: run make screens, and look at what changed:\n%s", filepath.Base(file), diff)
	}
}
