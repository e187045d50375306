package tui_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"espost/formpost"
	"espost/profile"
	"espost/services"
	"espost/services/simulate"
	"espost/tlsinspect"
)

// A stranger's minute: from nothing to a DHT22 and a reed switch that post numbers
// to ThingsBoard, in so many keys. docs/sensors.md says how many.
func TestStrangersMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, _ := services.Exact("thingsboard")
		board, _ := simulate.New(service, today)
		s := newStage(t)
		s.options.Target = ""
		var sent string
		send := s.options.Send
		s.options.Send = func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
			response, err := send(ctx, p, r)
			if err != nil {
				return nil, err
			}
			request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(response.Request)))
			if err != nil {
				t.Fatal(err)
			}
			_, sent, _ = strings.Cut(string(response.Request), "\r\n\r\n")
			answer := httptest.NewRecorder()
			board.ServeHTTP(answer, request)
			response.Status, response.BoardStatus = answer.Code, answer.Code
			return response, nil
		}
		term := s.start(t, 80, 24)
		keys, letters := 0, 0
		press := func(all ...string) {
			keys += len(all)
			term.Press(all...)
		}
		typed := func(text string) {
			keys += len(text)
			letters += len(text)
			term.Type(text)
		}
		press("ctrl+l")
		term.WaitText("which service?")
		typed("thingsb")
		term.WaitText("▸ ThingsBoard")
		press("enter")
		typed("thingsboard.cloud")
		press("enter")
		typed("A1_TEST_TOKEN_XXXXXX")
		press("enter")
		term.WaitText("An ESP8266 can connect")
		press("enter")
		term.WaitText("Wi-Fi signal")
		press("a")
		typed("temp")
		press("tab")
		typed("dht22")
		term.WaitText("DHT22 temperature")
		press("tab")
		typed("4")
		press("enter")
		term.WaitText(`"temp":21.5`)
		press("a")
		typed("door")
		press("tab")
		typed("reed")
		press("tab")
		typed("5")
		press("shift+tab", "shift+tab", "shift+tab") // past the name to the last part
		term.WaitText("at once")
		typed("change")
		press("enter")
		term.WaitText(`"door":1`)
		press("n")     // to the test
		press("enter") // and send
		term.WaitText("200")
		if want := `{"rssi":-61,"uptime":3600,"temp":21.5,"door":1}`; sent != want {
			t.Errorf("sent %s, want %s", sent, want)
		}
		press("enter", "enter") // to the firmware, and write it
		term.WaitText("arduino-cli")
		if keys != 89 || letters != 69 {
			t.Errorf("it took %d keys, %d of them letters; docs/sensors.md says something else", keys, letters)
		}
		term.Quit()
	})
}

// A board is found by a part of any of its names.
func TestBoardByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("200")
		term.Press("enter")
		term.WaitText("Write the files")
		term.Press("up", "up", "up", "up", "up", "up", "up", "up", "up", "up")
		term.WaitText("NodeMCU 1.0 (ESP-12E): board 1 of")
		term.Press("enter")
		term.Type("sonoff")
		term.WaitText("▸ ", "Sonoff")
		term.Press("enter")
		term.WaitText("< ", "Sonoff")
		term.Press("enter")
		term.Type("zzz")
		term.Press("enter")
		term.WaitText("no board is called")
		term.Press("esc")
		term.Quit()
	})
}
