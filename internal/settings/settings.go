// Package settings reads config.yaml in the user's configuration folder: how the
// app looks, and what new work begins with. Nothing is written there.
package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"
	"github.com/goccy/go-yaml"

	"espost/internal/nesting"
	"espost/internal/readfile"
)

// A Theme is how the app is drawn.
type Theme string

// The themes. Auto asks the terminal for its background.
const (
	Auto     Theme = "auto"
	Light    Theme = "light"
	Dark     Theme = "dark"
	Contrast Theme = "high-contrast"
)

// Themes are all of them.
func Themes() []Theme { return []Theme{Auto, Light, Dark, Contrast} }

// Settings are what the file says. The zero value is that of no file.
type Settings struct {
	Theme    Theme  `yaml:"theme"`
	ASCII    bool   `yaml:"ascii"`
	Board    string `yaml:"board"`     // of new work, as espost generate --board takes it
	WiFiName string `yaml:"wifi-name"` // of new work
	// Keys are the user's own: what each does the work of, f2: ctrl+s.
	Keys map[string]string `yaml:"keys"`
}

// Path is the user's own file, "" where there is no such folder.
func Path() string {
	if !filepath.IsAbs(xdg.ConfigHome) {
		return ""
	}
	return filepath.Join(xdg.ConfigHome, "espost", "config.yaml")
}

// maxFile and limit bound what is read: there are few keys.
const maxFile = 64 << 10

// Load reads a file; none is no settings. The error says what to do.
func Load(path string) (Settings, error) {
	var s Settings
	if path == "" {
		return s, nil
	}
	text, err := readfile.Read(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = s.parse(text)
	}
	if err != nil {
		return Settings{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func (s *Settings) parse(text []byte) error {
	if excess, _ := (nesting.Limit{Depth: 4, Pairs: 100}).Exceeded(string(text)); excess != nesting.None {
		return errors.New("this is nested too deeply, or far too long; it has only the keys theme, ascii, board, wifi-name and keys")
	}
	if err := yaml.UnmarshalWithOptions(text, s, yaml.Strict()); err != nil {
		return fmt.Errorf("it can't be read: %s; the keys are theme, ascii, board, wifi-name and keys", strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	if s.Theme != "" && !slices.Contains(Themes(), s.Theme) {
		return fmt.Errorf("there is no theme %q; use auto, light, dark or high-contrast", s.Theme)
	}
	return nil
}
