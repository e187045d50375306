package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"espost/esp8266"
	"espost/imports"
	"espost/internal/atomicfile"
	"espost/internal/readfile"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tlsinspect"
)

// isSketch reports whether an argument of check names a sketch.
func isSketch(file string) bool {
	return slices.Contains([]string{".ino", ".cpp", ".h"}, strings.ToLower(filepath.Ext(file)))
}

// sketchJSON is what check's JSON says of a sketch.
type sketchJSON struct {
	Sketch   string `json:"sketch"`
	Target   string `json:"target"`
	Line     int    `json:"line"` // of the fingerprint
	Standing string `json:"standing"`
	Pinned   string `json:"pinned"`
	Served   string `json:"served"`
	Updated  bool   `json:"updated"`
}

// checkedSketch is what came of one sketch.
type checkedSketch struct {
	sketchJSON
	verdict profile.Verdict // none where the sketch can't be checked
	err     error
}

// checkSketch says whether a sketch's fingerprint is still right and, when asked,
// replaces its digits, and nothing else, if the server has renewed its
// certificate.
func (p *Program) checkSketch(ctx context.Context, checker profile.Checker, file string, update bool, named []string) checkedSketch {
	c := checkedSketch{sketchJSON: sketchJSON{Sketch: file}}
	text, err := p.readImport(file)
	if err != nil {
		c.err = err
		return c
	}
	sketch, err := imports.ReadSketch(text)
	switch {
	case err != nil:
		c.err = &inputError{fmt.Errorf("%s: %w", sanitize.Line(file), err)}
		return c
	case len(sketch.Fingerprints) == 0:
		c.err = &inputError{fmt.Errorf("%s holds no SHA-1 fingerprint; espost import makes a profile of it, which can be pinned", sanitize.Line(file))}
		return c
	}
	made := profile.New(sketch.Request.Target)
	made.Request = sketch.Request
	made.Pin = esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: sketch.Pin.SHA1}
	c.verdict = checker.Check(ctx, made)
	c.Served, _ = esp8266.ParseFingerprint(c.verdict.Served)
	first := sketch.Fingerprints[0]
	c.Target, c.Line, c.Pinned, c.Standing = made.Target.Shown(), first.Line, first.SHA1, string(c.verdict.Status)
	if update && c.verdict.Status == profile.Broken && c.verdict.Report != nil && c.Served != "" {
		if c.err = vouched(made, c.verdict, named); c.err == nil {
			c.err = updateSketch(file, text, sketch.Fingerprints, c.Served)
		}
		c.Updated = c.err == nil
	}
	return c
}

// vouched says why the served certificate must not be put into a sketch: nothing
// vouches for it, and the user has not named it.
func vouched(made *profile.Profile, verdict profile.Verdict, named []string) error {
	s := profile.Session{Profile: made.Clone()}
	return s.Capture(verdict.Report, esp8266.PinFingerprint, tlsinspect.Grounds{Pin: made.Pin, Named: named})
}

// updateSketch replaces a sketch's one fingerprint.
func updateSketch(file string, text []byte, all []imports.Digits, served string) error {
	if len(all) > 1 {
		return fmt.Errorf("%s holds several fingerprints; put %s in the place of the one that is wrong", sanitize.Line(file), served)
	}
	return replaceDigits(file, text, all[0], served)
}

// replaceDigits rewrites a sketch, unless it has been changed meanwhile.
func replaceDigits(file string, text []byte, digits imports.Digits, sha1 string) error {
	if _, err := hex.DecodeString(sha1); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if now, err := readfile.Read(file, len(text)); err != nil || string(now) != string(text) {
		return errors.New("the sketch has been changed meanwhile; check it again")
	}
	return atomicfile.Write(file, []byte(digits.Replace(string(text), sha1)), info.Mode().Perm())
}

// showSketch prints what came of it and takes its part in the exit status.
func (p *Program) showSketch(ctx context.Context, over *overview, flags checkFlags, c checkedSketch) {
	if ctx.Err() != nil {
		return
	}
	if c.err != nil {
		defer p.fail(ctx, c.err)
	}
	if c.verdict.Status == "" {
		return
	}
	out, verdict := c.sketchJSON, c.verdict
	if verdict.Status != profile.Right && !out.Updated {
		p.status = max(p.status, statusNo)
	}
	over.add(sketchBoard(out, verdict))
	if flags.json {
		p.printJSON(out)
		return
	}
	paint := newPalette()
	name := paint.strong.Render(sanitize.Line(out.Sketch))
	why := strings.TrimSuffix(verdict.Reason, ".")
	switch {
	case out.Updated:
		fmt.Fprintf(over, "%s %s updated: line %d holds %s now; flash the boards\n", paint.good.Render("✓"), name, out.Line, out.Served)
	case verdict.Status == profile.Right && flags.verbose:
		fmt.Fprintf(over, "%s %s right%s\n", paint.good.Render("✓"), name, until(verdict.Breaks))
	case verdict.Status == profile.Soon:
		fmt.Fprintf(over, "%s %s about to break: %s\n", paint.caution.Render("!"), name, why)
	case verdict.Status == profile.Broken:
		fmt.Fprintf(over, "%s %s broken: %s. Line %d holds %s, and %s is served\n", paint.bad.Render("✗"), name, why, out.Line, out.Pinned, out.Served)
	case verdict.Status == profile.Unknown:
		fmt.Fprintf(over, "%s %s not checked: %s\n", paint.bad.Render("?"), name, why)
	}
}
