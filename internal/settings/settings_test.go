package settings_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"espost/internal/settings"
)

func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if s, err := settings.Load(file); err != nil || !reflect.DeepEqual(s, settings.Settings{}) {
		t.Errorf("no file: %+v, %v", s, err)
	}
	for text, want := range map[string]string{ // the error, "" for none
		"theme: light\nascii: true\nboard: d1_mini\nwifi-name: Home\nkeys:\n  f2: ctrl+s\n": "",
		"":                          "",
		"theme: pink":               `there is no theme "pink"; use auto`,
		"colour: red":               "the keys are theme, ascii, board, wifi-name and keys",
		"theme: [a":                 "it can't be read",
		strings.Repeat("[", 99):     "nested too deeply",
		strings.Repeat("#", 65<<10): "longer than",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := settings.Load(file)
		switch {
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file)):
			t.Errorf("%.40q: %v, want %q", text, err, want)
		case text != "" && want == "" && !reflect.DeepEqual(s, settings.Settings{Theme: settings.Light, ASCII: true, Board: "d1_mini", WiFiName: "Home", Keys: map[string]string{"f2": "ctrl+s"}}):
			t.Errorf("%q: %+v", text, s)
		}
	}
}
