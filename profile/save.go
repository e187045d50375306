package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode/utf8"

	"espost/internal/atomicfile"
	"espost/internal/folderlock"
	"espost/internal/problem"
)

// fileMode of a profile: it names devices and servers, which is nobody else's
// business.
const fileMode fs.FileMode = 0o600 // mutant TestLinksAreNotFollowed: 0o600 => 0o644

// Save writes p to path, whole or not at all. Where a profile stands already,
// only what differs is changed: comments, order and spelling of the rest stay.
// Secrets, marked or known by their names (request.IsSecret), and the Wi-Fi's name
// and password are never written. A file that
// isn't a profile of this format is not overwritten.
func (p *Profile) Save(path string) error { return p.save(path, nil) }

// CodeChanged is the code of a problem: a profile's file was changed while it was
// worked on.
const CodeChanged = "profile-changed"

// save is Save for a file that must hold what expected says, or p already; nil
// expects nothing.
func (p *Profile) save(path string, expected *Profile) error {
	p = p.Clone()
	p.hideCredentials() // mutant TestUnmarkedCredentialsAreNotSaved: p.hideCredentials() => _ = p
	if err := p.Validate().Err(); err != nil {
		return fmt.Errorf("saving the profile: %w", err)
	}
	release, err := folderlock.Take(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("saving the profile: %w", err)
	}
	defer release()
	var text []byte
	old, err := read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text = []byte(renderAll(tree(p)))
	case err != nil:
		return err
	default:
		if text, err = p.Update(old); err != nil {
			return fmt.Errorf("%s was not overwritten, since it can't be read as a profile: %w", path, inFile(err, path))
		}
		if expected != nil && !holds(old, expected) && !holds(old, p) { // mutant TestSaveNoticesAnotherEspost: expected != nil => false
			return problem.New(CodeChanged, path+" was changed since it was read, by another espost or an editor; it was not overwritten",
				"Open it again, or save under another name")
		}
	}
	if p := checkUTF8(tree(p)); p != nil {
		return p
	}
	if again, err := Parse(text); err != nil || !same(again, p) {
		return fmt.Errorf("saving the profile: what would be written can't be read back; nothing was changed: %w", err)
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0 {
		return fmt.Errorf("saving the profile: %s is not a regular file; choose another name", path)
	}
	if err := atomicfile.Write(path, text, fileMode); err != nil {
		if old == nil {
			return fmt.Errorf("saving the profile: %w; nothing was written; save it under another name", err)
		}
		return fmt.Errorf("saving the profile: %w; the old file is unchanged", err)
	}
	return nil
}

// Bytes returns p as a new file would hold it.
func (p *Profile) Bytes() []byte {
	p = p.Clone()
	p.hideCredentials()
	return []byte(renderAll(tree(p)))
}

// Update returns a profile's text, changed as little as makes it mean p; one of
// an older format is brought to this one. It returns Parse's error if the text isn't a profile.
func (p *Profile) Update(text []byte) ([]byte, error) {
	p = p.Clone()
	p.hideCredentials()
	return current().update(p, text)
}

func (f format) update(p *Profile, text []byte) ([]byte, error) {
	source := unixLines(text)
	before, err := f.parse(source)
	if err != nil {
		return nil, err
	}
	migrated, _, err := f.migrate(source)
	if err != nil {
		return nil, err
	}
	if migrated != source {
		text = []byte(migrated)
	}
	if same(before, p) {
		return text, nil
	}
	updated := edit(text, tree(before), tree(p))
	if again, err := f.parse(unixLines(updated)); utf8.Valid(updated) && err == nil && same(again, p) {
		return updated, nil
	}
	return p.Bytes(), nil // a layout beyond edit: correct, without the comments
}

// holds reports whether a profile's text says what p does.
func holds(text []byte, p *Profile) bool {
	now, err := current().parse(unixLines(text))
	p = p.Clone()
	p.hideCredentials()
	if err == nil {
		now.hideCredentials()
	}
	return err == nil && same(now, p)
}

// same reports whether a file would say the same of both.
func same(a, b *Profile) bool { return reflect.DeepEqual(tree(a), tree(b)) }

// checkUTF8 returns what the file can't hold: it is UTF-8.
func checkUTF8(v any) *problem.Problem {
	switch v := v.(type) {
	case mapping:
		return checkMembers(v)
	case row:
		return checkMembers(v)
	case []any:
		for _, element := range v {
			if p := checkUTF8(element); p != nil {
				return p
			}
		}
	case scalar:
		return checkText(string(v))
	case block:
		return checkText(string(v))
	}
	return nil
}

func checkMembers(members []member) *problem.Problem {
	for _, m := range members {
		if p := checkUTF8(m.value); p != nil {
			p.Where = strings.TrimSuffix(m.key+"."+p.Where, ".")
			p.Message = fmt.Sprintf("what stands under %s isn't UTF-8, which is all that the profile can hold", p.Where)
			return p
		}
	}
	return nil
}

func checkText(s string) *problem.Problem {
	if utf8.ValidString(s) {
		return nil
	}
	return problem.At("", "", "type it again")
}
