// Package sketchdir brings a folder to what codegen generated, and leaves alone
// what is the user's: it knows its own files by a manifest in the folder, merges
// arduino_secrets.h, .gitignore and edited build files, and never touches readings.h once it is there.
//
// Compare says what writing would change, Write does it. Whoever asks a person in
// between hands Write what the person saw (Options.Agreed), so that only that is
// replaced.
package sketchdir

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"espost/codegen"
	"espost/request"
)

// A State says what Write would do with a file.
type State string

// The states.
const (
	New      State = "new"      // isn't there yet: it is created
	Same     State = "same"     // is as it should be: it is left alone
	Changed  State = "changed"  // is espost's own, or only gains lines: it is updated
	Obsolete State = "obsolete" // is espost's own and no longer needed: it is removed
	Kept     State = "kept"     // is the user's own, as readings.h and filled-in secrets are: it is left alone
	Edited   State = "edited"   // is espost's own, but was edited since: it needs consent
	Foreign  State = "foreign"  // is not espost's: it needs consent
	Beside   State = "beside"   // is another sketch, which the Arduino tools would compile into this one: it is left alone, but needs consent
)

// NeedsConsent reports whether Write refuses to go on unless its options allow it.
func (s State) NeedsConsent() bool { return s == Edited || s == Foreign || s == Beside }

// Loss says what becomes of a file that is there already, as the rest of a
// sentence; "" when nothing does.
func (s State) Loss() string {
	switch s {
	case Changed:
		return "would be updated"
	case Obsolete:
		return "is no longer needed and would be removed"
	case Edited:
		return "was changed by hand, and that would be lost"
	case Foreign:
		return "was not written by espost and would be replaced"
	case Beside:
		return "is another sketch, which the Arduino tools would compile into this one and fail; move it out of the folder"
	}
	return ""
}

// A Change is what writing a folder means for one file.
type Change struct {
	Path  string // within the folder
	State State
	Diff  string // a unified diff from what is there to what would be; "" where nothing changes or no text is there. Secrets are masked.
	Again bool   // what would be written is what espost wrote there last: at most the user's own edit differs

	data []byte // what is to be written, or stays
	made string // the digest of what was generated, before it was merged
	was  []byte // what is there; nil where that is no file of ours to read
	seen string // what is there, in short: see identify
	mode fs.FileMode
	keep bool // is the user's once it is there
}

// Existing returns the file's content as it was compared, nil where there is no
// file that could be read.
func (c Change) Existing() []byte { return c.was }

// Changes are what writing a folder means: the generated files in their order,
// then those that are obsolete, then those beside.
type Changes []Change

// count counts the changes in one of those states.
func (all Changes) count(states ...State) int {
	n := 0
	for _, c := range all {
		if slices.Contains(states, c.State) {
			n++
		}
	}
	return n
}

// Written counts the files that Write replaced or created.
func (all Changes) Written() int { return all.count(New, Changed, Edited, Foreign) }

// Summary says what Write did to a folder: "17 files in porch_post", or "3 of 17
// files in porch_post written, 1 removed".
func (all Changes) Summary(folder string) string {
	files, written, removed := len(all)-all.count(Obsolete, Beside), all.Written(), all.count(Obsolete)
	text := fmt.Sprintf("%d files in %s", files, folder)
	switch {
	case written == 0 && removed == 0:
		return "nothing to write: all " + text + " are as they should be"
	case written < files:
		text = fmt.Sprintf("%d of %s written", written, text)
	}
	if removed > 0 {
		text += fmt.Sprintf(", %d removed", removed)
	}
	return text
}

// Found says which values of arduino_secrets.h the project lacks, so that those
// that were filled in are used; "" for none.
func (all Changes) Found() string {
	var values []string
	for _, c := range all {
		if c.Path != codegen.SecretsFile || c.State == Same {
			continue
		}
		for _, m := range define.Get().FindAllSubmatch(c.was, -1) {
			if !placeholder(string(m[4])) && bytes.Contains(c.data, m[0]) {
				values = append(values, valueOf(string(m[2])))
			}
		}
	}
	if len(values) == 0 {
		return ""
	}
	return codegen.SecretsFile + " keeps " + list(together(values))
}

// ToFillIn says what has to be put into arduino_secrets.h before flashing, in
// place of which placeholders, once the changes are made; "" for nothing.
func (all Changes) ToFillIn() string {
	var values, placeholders []string
	for _, c := range all {
		if c.Path != codegen.SecretsFile {
			continue
		}
		for _, m := range define.Get().FindAllSubmatch(c.data, -1) {
			if macro, literal := string(m[2]), string(m[4]); placeholder(literal) {
				values = append(values, valueOf(macro))
				placeholders = append(placeholders, strings.Trim(literal, `"`))
			}
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "put " + list(together(values)) + " into " + codegen.SecretsFile + ", in place of " + list(placeholders)
}

const (
	wifiName     = "your Wi-Fi name"
	wifiPassword = "your Wi-Fi password"
)

// valueOf says in plain words what a macro of arduino_secrets.h stands for.
func valueOf(macro string) string {
	switch macro {
	case "SECRET_SSID":
		return wifiName
	case "SECRET_PASS":
		return wifiPassword
	}
	return macro
}

// together makes one of the Wi-Fi's two values.
func together(values []string) []string {
	if len(values) > 1 && values[0] == wifiName && values[1] == wifiPassword {
		return append([]string{"your Wi-Fi name and password"}, values[2:]...)
	}
	return values
}

// list writes words as a list, each once: "a, b and c".
func list(words []string) string {
	var once []string
	for _, w := range words {
		if !slices.Contains(once, w) {
			once = append(once, w)
		}
	}
	return request.AndList(once)
}
