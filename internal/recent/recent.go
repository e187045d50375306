// Package recent remembers which servers were looked at, in a file of the user's
// state folder, so that the app can offer them again and tell whether their pins
// still hold. It keeps addresses and fingerprints, nothing that was sent.
package recent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"

	"espost/internal/atomicfile"
)

// Max is how many servers are remembered.
const Max = 20

// maxFile bounds what is read: Max entries are far smaller.
const maxFile = 1 << 20

// An Entry is a server as it was seen last.
type Entry struct {
	Target  string    `json:"target"`  // https URL, without the query: that is where keys and tokens stand
	SHA1    string    `json:"sha1"`    // of the certificate that the board was served, 40 hex digits
	Expires time.Time `json:"expires"` // that certificate's end
	Seen    time.Time `json:"seen"`
	Refuses bool      `json:"refuses,omitempty"` // no board could connect then
}

// A List is the file of remembered servers.
type List struct {
	Path string // "" for none: nothing is remembered
}

// Default returns the user's list: $XDG_STATE_HOME/espost/recent.json or what
// the system has in its place; none for a user without a home.
func Default() List {
	_, err := os.UserHomeDir()
	if !filepath.IsAbs(xdg.StateHome) || err != nil && os.Getenv("XDG_STATE_HOME") == "" {
		return List{}
	}
	return List{Path: filepath.Join(xdg.StateHome, "espost", "recent.json")}
}

// Load returns the remembered servers, the last one first. No file, a file that
// isn't one of ours, and entries without a target are no errors: what can be
// read is returned.
func (l List) Load() ([]Entry, error) {
	if l.Path == "" {
		return nil, nil
	}
	f, err := os.Open(l.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the recent servers: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("reading the recent servers: %w", err)
	}
	var all []Entry
	if json.Unmarshal(data, &all) != nil {
		return nil, nil // damaged: the next server that is looked at begins a new list
	}
	all = slices.DeleteFunc(all, func(e Entry) bool { return !strings.HasPrefix(e.Target, "https://") })
	return all[:min(len(all), Max)], nil
}

// Remember puts a server at the head of the list, in place of an older entry
// for the same target.
func (l List) Remember(e Entry) error {
	e.Target = withoutQuery(e.Target)
	return l.change(func(all []Entry) []Entry {
		all = without(all, e.Target)
		return append([]Entry{e}, all[:min(len(all), Max-1)]...)
	})
}

// Forget takes a target off the list.
func (l List) Forget(target string) error {
	return l.change(func(all []Entry) []Entry { return without(all, withoutQuery(target)) })
}

func without(all []Entry, target string) []Entry {
	return slices.DeleteFunc(all, func(e Entry) bool { return e.Target == target })
}

func withoutQuery(target string) string {
	target, _, _ = strings.Cut(target, "?")
	return target
}

// change writes the list anew, in one piece and for the user's eyes only.
func (l List) change(by func([]Entry) []Entry) error {
	if l.Path == "" {
		return nil
	}
	all, err := l.Load()
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(by(all), "", "  ")
	if err != nil {
		return fmt.Errorf("remembering the server: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(l.Path), 0o700); err != nil {
		return fmt.Errorf("remembering the server: %w", err)
	}
	// mutant TestNoSecretsAreKept: 0o600 => 0o644
	if err := atomicfile.Write(l.Path, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("remembering the server: %w", err)
	}
	return nil
}
