package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// A work is the profile that a command works on: loaded, or made of flags, or
// both.
type work struct {
	file     string // of the profile; empty for none
	target   string
	pin      string // a mode, or fingerprints
	method   string
	encoding string
	headers  headerList
	fields   fieldList
	timeout  time.Duration

	profile *profile.Profile
}

// addFlags adds the flags that override the profile.
func (w *work) addFlags(f *pflag.FlagSet) {
	f.StringVarP(&w.file, "profile", "p", "", "work on this profile; otherwise on espost.yaml, if any")
	f.StringVar(&w.pin, "pin", "", "know the server by its fingerprint, public-key or ca, by\nnothing (insecure), or by these 40 digits")
	f.StringVar(&w.method, "method", "", "send the form by POST, PUT or PATCH")
	f.StringVar(&w.encoding, "encoding", "", "encode the form as form (urlencoded) or json")
	durationFlag(f, &w.timeout, "timeout", 10*time.Second, "wait this long for a server that says nothing")
}

// completions completes the values of the flags.
func (w *work) completions(cmd *cobra.Command) {
	offer(cmd, "pin", pinCompletions())
	offer(cmd, "method", []cobra.Completion{"POST", "PUT", "PATCH"})
	offer(cmd, "encoding", []cobra.Completion{"form", "json"})
	_ = cmd.RegisterFlagCompletionFunc("profile", profiles) // it fails only for a flag that doesn't exist
}

// addFormFlags adds the flags that replace the profile's form.
func (w *work) addFormFlags(f *pflag.FlagSet) {
	f.StringVar(&w.target, "target", "", "post to this https URL")
	f.Var(&w.fields, "field", "add a field with a constant value, as name=value, or as\nname:=5 for a number or other JSON (repeatable)")
	f.Var(liveFields{&w.fields}, "live", "add a field that the board reads, as name=source, such\nas signal=rssi (repeatable)")
	f.Var(&w.headers, "header", "add a header, as Name:value (repeatable)")
}

// load fills in w.profile: from the file that was named, from the flags, or from
// the profile in the working directory.
func (w *work) load(lookupEnv func(string) (string, bool)) error {
	if w.file == "" && w.target == "" {
		if _, err := os.Stat(profileFile); errors.Is(err, fs.ErrNotExist) {
			return &usageError{"nothing says where to post; give a target, or a profile with -p"}
		}
		w.file = profileFile
	}
	if w.file != "" {
		p, err := loadProfile(w.file)
		if err != nil {
			return err
		}
		w.profile = p
	} else {
		w.profile = profile.New(w.target)
	}
	if err := w.override(); err != nil {
		return err
	}
	w.profile.FillSecrets(lookupEnv)
	return w.profile.Validate()
}

// loadProfile loads a profile; whatever is wrong with it is the input's fault.
func loadProfile(file string) (*profile.Profile, error) {
	p, err := profile.Load(file)
	if err != nil {
		return nil, &inputError{err}
	}
	return p, nil
}

// override applies the flags to the profile.
func (w *work) override() error {
	p := w.profile
	if w.target != "" {
		t, err := request.ParseTarget(w.target)
		if err != nil {
			return err
		}
		if old, err := request.ParseTarget(p.Target); err != nil || old.Addr() != t.Addr() {
			p.Pin = esp8266.Pin{Mode: p.Pin.Mode} // that was another server's
		}
		p.Target = t.URL()
	}
	if w.method != "" {
		p.Request.Method = strings.ToUpper(w.method)
	}
	set(&p.Request.Body, w.encoding)
	if w.fields != nil {
		p.Request.Fields = w.fields
	}
	if w.headers != nil {
		p.Request.Headers = w.headers
	}
	return w.overridePin()
}

func set[S ~string](to *S, value string) {
	if value != "" {
		*to = S(value)
	}
}

// overridePin understands --pin: a mode, which the server is looked at for, or
// the fingerprint itself, several with commas between them.
func (w *work) overridePin() error {
	if w.pin == "" {
		return nil
	}
	if mode := esp8266.PinMode(w.pin); mode.Valid() {
		w.profile.Pin = esp8266.Pin{Mode: mode}
		return nil
	}
	var digits []string
	for s := range strings.SplitSeq(w.pin, ",") {
		d, err := esp8266.ParseFingerprint(s)
		if err != nil {
			return fmt.Errorf("--pin is none of fingerprint, public-key, ca and insecure, and %w", err)
		}
		digits = append(digits, d)
	}
	w.profile.Pin = esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: digits}
	return nil
}

// capture looks at the server and pins it, unless the profile has a pin: then the
// report is nil.
func (p *Program) capture(ctx context.Context, w *work) (*tlsinspect.Report, error) {
	if w.profile.Pin.Pinned() {
		return nil, nil
	}
	target, err := request.ParseTarget(w.profile.Target)
	if err != nil {
		return nil, err
	}
	progress := p.newProgress()
	client := &tlsinspect.Client{Timeout: w.timeout, Progress: progress.part}
	report, err := client.Inspect(ctx, target)
	progress.clear()
	p.logReport(target, report, err)
	if err != nil {
		return nil, err
	}
	if !report.Board.Connects {
		return nil, fmt.Errorf("an ESP8266 can't connect to %s: %s", sanitize.Line(target.Addr()), firstProblem(report))
	}
	mode := w.profile.Pin.Mode
	if err := w.profile.Capture(report, mode); err != nil {
		return nil, err
	}
	fmt.Fprintf(p.Stderr, "espost: pinned %s by %s, as it is served now: %s\n", sanitize.Line(target.Addr()), mode, report.Fingerprint())
	if b := report.Browser; b != nil && !b.Trusted {
		fmt.Fprintln(p.Stderr, "espost: a browser would not trust this server; make sure that you are looking at the right one")
	}
	return report, nil
}

// firstProblem is the worst finding, in words, with what to do.
func firstProblem(r *tlsinspect.Report) string {
	for _, f := range r.Findings {
		if f.Severity == problem.Fatal {
			return f.Sentences()
		}
	}
	return "espost inspect tells more"
}
