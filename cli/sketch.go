package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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

// checkSketches checks the sketches among files and returns the others.
func (p *Program) checkSketches(ctx context.Context, out *overview, checker profile.Checker, flags checkFlags, named, files []string) []string {
	var others []string
	for _, file := range files {
		switch {
		case ctx.Err() != nil:
		case !isSketch(file):
			others = append(others, file)
		default:
			if err := p.checkSketch(ctx, out, checker, flags, named, file); err != nil {
				p.fail(ctx, err)
			}
		}
	}
	return others
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

// checkSketch says whether a sketch's fingerprint is still right and, when asked,
// replaces its digits, and nothing else, if the server has renewed its
// certificate.
func (p *Program) checkSketch(ctx context.Context, over *overview, checker profile.Checker, flags checkFlags, named []string, file string) error {
	text, err := p.readImport(file)
	if err != nil {
		return err
	}
	sketch, err := imports.ReadSketch(text)
	if err != nil {
		return &inputError{fmt.Errorf("%s: %w", sanitize.Line(file), err)}
	}
	if len(sketch.Fingerprints) == 0 {
		return &inputError{fmt.Errorf("%s holds no SHA-1 fingerprint; espost import makes a profile of it, which can be pinned", sanitize.Line(file))}
	}
	first := sketch.Fingerprints[0]
	made := profile.New(sketch.Request.Target)
	made.Request = sketch.Request
	made.Pin = esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: sketch.Pin.SHA1}
	verdict := checker.Check(ctx, made)
	served, _ := esp8266.ParseFingerprint(verdict.Served)
	out := sketchJSON{file, sketch.Request.Target.Shown(), first.Line, string(verdict.Status), first.SHA1, served, false}
	if flags.update && verdict.Status == profile.Broken && verdict.Report != nil && served != "" {
		if err = vouched(made, verdict, named); err == nil {
			err = updateSketch(file, text, sketch.Fingerprints, served)
		}
		out.Updated = err == nil
	}
	if verdict.Status != profile.Right && !out.Updated {
		p.status = max(p.status, statusNo)
	}
	over.add(sketchBoard(out, verdict))
	p.showSketch(over, flags, out, verdict)
	return err
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

// showSketch prints what came of it.
func (p *Program) showSketch(w io.Writer, flags checkFlags, out sketchJSON, verdict profile.Verdict) {
	if flags.json {
		p.printJSON(out)
		return
	}
	paint := newPalette()
	name := paint.strong.Render(sanitize.Line(out.Sketch))
	why := strings.TrimSuffix(verdict.Reason, ".")
	switch {
	case out.Updated:
		fmt.Fprintf(w, "%s %s updated: line %d holds %s now; flash the boards\n", paint.good.Render("✓"), name, out.Line, out.Served)
	case verdict.Status == profile.Right && flags.verbose:
		fmt.Fprintf(w, "%s %s right%s\n", paint.good.Render("✓"), name, until(verdict.Breaks))
	case verdict.Status == profile.Soon:
		fmt.Fprintf(w, "%s %s about to break: %s\n", paint.caution.Render("!"), name, why)
	case verdict.Status == profile.Broken:
		fmt.Fprintf(w, "%s %s broken: %s. Line %d holds %s, and %s is served\n", paint.bad.Render("✗"), name, why, out.Line, out.Pinned, out.Served)
	case verdict.Status == profile.Unknown:
		fmt.Fprintf(w, "%s %s not checked: %s\n", paint.bad.Render("?"), name, why)
	}
}
