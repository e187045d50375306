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
	"espost/internal/readfile"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/services"
	"espost/tlsinspect"
)

// A session is what post and generate work on: a profile, a target alone, or
// both, with what the flags and items override.
type session struct {
	*profile.Session
	file     string // of the profile; empty for none
	target   string
	pin      string // a mode, or fingerprints
	backup   string // a mode, or none
	caFiles  []string
	trust    trustNew
	before   esp8266.Pin // the profile's own, where --pin takes its place
	method   string
	body     string
	template string
	headers  []request.Header
	fields   []request.Field
	secrets  []string // names
	timeout  time.Duration
	service  string            // the name of one; empty for none
	set      []string          // name=value for its blanks
	chosen   *services.Service // it, once the session is loaded; nil for none
}

// itemHelp is what the help of post and generate says of items, of a server without a pin, and of what isn't done then.
func itemHelp(looked, done string) string {
	return "An item is a field (" + request.Syntax + ") or a header (Name:value); items take the place of the profile's. " +
		"Without a pin, the server is " + looked + "; where nothing vouches for its certificate, nothing is " + done + ", and --trust-new must name it. "
}

// addFlags adds the flags that post and generate share.
func (s *session) addFlags(f *pflag.FlagSet) {
	f.StringVarP(&s.file, "profile", "p", "", "work on this profile; otherwise on espost.yaml, if any")
	f.StringVar(&s.service, "service", "", "begin with this service; espost services lists them")
	f.Var(textList{&s.set}, "set", "give the service what it asks for: name=value\n(repeatable)")
	f.StringVar(&s.pin, "pin", "", "know the server by its fingerprint, public-key or ca, by\nnothing (insecure), or by these 40 digits")
	f.StringVar(&s.backup, "backup", "", "where the pin doesn't fit, know it by ca, public-key or\nnone; a new pin gets ca by itself if its certificate is\nmade for less than 100 days")
	f.Var(textList{&s.caFiles}, "ca", "know the server by any CA in this PEM file; with --backup\nca they are the pin's backup (repeatable)")
	s.trust.addFlag(f)
	f.Var(wordList{&s.secrets}, "secret", "keep the value of the field, header or parameter of this\nname secret, of the address with path, of a word in the\nbody with body (repeatable)")
	f.StringVar(&s.method, "method", "", "send by POST, PUT, PATCH, GET or DELETE")
	f.StringVar(&s.body, "body", "", "send the fields as form (urlencoded) or json, send\ntext, or none: the fields stand in the query")
	f.StringVar(&s.template, "template", "", "send this text or JSON, with {{name}} for a field's\nvalue; @FILE reads it")
	durationFlag(f, &s.timeout, "timeout", 10*time.Second, "wait this long for a server that says nothing")
}

// completions offers what addFlags' flags take.
func (s *session) completions(cmd *cobra.Command) {
	offer(cmd, "service", serviceCompletions)
	offer(cmd, "pin", pinCompletions)
	offer(cmd, "backup", these(string(esp8266.PinCA), string(esp8266.PinPublicKey), noBackup))
	offer(cmd, "method", request.Methods)
	offer(cmd, "body", these(texts(request.Bodies())...))
	_ = cmd.RegisterFlagCompletionFunc("profile", profiles) // it fails only for a flag that doesn't exist
}

// texts are words as plain strings.
func texts[S ~string](words []S) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// readItems sorts arguments: a target first, unless a profile was named and it
// doesn't look like one, then fields and headers (request.Syntax).
func (s *session) readItems(args []string) error {
	if len(args) > 0 && isTarget(args[0], s.file == "" && s.service == "") {
		s.target, args = args[0], args[1:]
	}
	for _, arg := range args {
		item, err := request.ParseItem(arg)
		if err != nil {
			return &usageError{err.Error()}
		}
		if item.Header != nil {
			s.headers = append(s.headers, *item.Header)
		} else {
			s.fields = append(s.fields, *item.Field)
		}
	}
	return nil
}

// isTarget tells a target from a field and a header. host:8443 is a target where
// one is expected.
func isTarget(arg string, expected bool) bool {
	i := strings.IndexAny(arg, "=:/?@!")
	switch {
	case strings.HasPrefix(arg, "["):
		return true
	case i < 0:
		return expected
	case strings.HasPrefix(arg[i:], "://"):
		return true
	}
	switch arg[i] {
	case '=', '@', '!':
		return false
	case ':':
		port, _, _ := strings.Cut(arg[i+1:], "/")
		return expected && port != "" && strings.Trim(port, "0123456789") == ""
	}
	return true
}

// given reports whether the request is the command line's rather than a file's.
func (s *session) given() bool {
	return s.file == "" || s.target != "" || len(s.fields)+len(s.headers) > 0
}

// load fills in the session: the profile's file, then what was given beside it,
// then secrets from the environment.
func (s *session) load(lookupEnv func(string) (string, bool)) error {
	if s.service == "" && s.file == "" && s.target == "" {
		if _, err := os.Stat(profile.FileName); errors.Is(err, fs.ErrNotExist) {
			return &usageError{"nothing says where to post; give a target, or a profile with -p"}
		}
		s.file = profile.FileName
	}
	s.Session = &profile.Session{Profile: profile.New(request.Target{})}
	s.Request.Fields, s.Request.Body = nil, request.None // nothing is sent that nobody asked for
	if s.fields != nil {
		s.Request.Body = request.Form
	}
	switch {
	case s.service != "":
		if err := s.useService(lookupEnv); err != nil {
			return err
		}
	case len(s.set) > 0:
		return &usageError{"--set is for what a service asks for; name one by --service"}
	case s.file != "":
		opened, err := openProfile(s.file)
		if err != nil {
			return err
		}
		s.Session = opened
		if service, ok := s.AtService(); ok {
			s.chosen = &service
		}
	}
	if err := s.override(); err != nil {
		return err
	}
	markSecrets(s.Profile, s.secrets)
	if s.service != "" {
		s.Service = s.chosen.ID // also where a simulator stands for it
	}
	s.FillSecrets(lookupEnv)
	return s.Validate().Err()
}

// openProfile opens a profile; that it can't be read is the user's slip.
func openProfile(file string) (*profile.Session, error) {
	s, err := profile.Open(file)
	if err != nil {
		return nil, &inputError{err}
	}
	return s, nil
}

// override puts what was given in the place of what the profile says.
func (s *session) override() error {
	if s.target != "" {
		t, err := request.ParseTarget(s.target)
		if err != nil {
			return err
		}
		s.Follow(s.atService(t))
	}
	if s.method != "" {
		s.Request.Method = strings.ToUpper(s.method)
		if request.Bodiless(s.Request.Method) {
			s.Request.Body = request.None
		}
	}
	if err := s.overrideTemplate(); err != nil {
		return err
	}
	if s.body != "" {
		s.Request.Body = request.Body(s.body)
	}
	if s.fields != nil {
		s.Request.Fields = s.fields
	}
	if s.headers != nil {
		s.Request.Headers = s.headers
	}
	return s.overridePin()
}

// overrideTemplate takes the template, from its file if it names one. It is JSON
// where it looks so, unless --body says otherwise.
func (s *session) overrideTemplate() error {
	if s.template == "" {
		return nil
	}
	text := s.template
	if file, ok := strings.CutPrefix(text, "@"); ok {
		data, err := os.ReadFile(file)
		if err != nil {
			return &inputError{fmt.Errorf("reading the template: %w; name a file with the text to send", err)}
		}
		text = strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	}
	s.Request.Template, s.Request.Body = text, request.TemplateBody(text)
	return nil
}

// noBackup takes a pin's backup away.
const noBackup = "none"

func (s *session) overridePin() error {
	s.before = s.Pin.Clone()
	if s.pin != "" {
		pin, err := readPin(s.pin)
		if err != nil {
			return err
		}
		pin.Reserve, pin.Backup = s.Pin.Reserve, s.Pin.Backup
		if pin.Backup == pin.Mode {
			pin.Backup = ""
		}
		s.Pin = pin
	}
	switch s.backup {
	case "":
	case noBackup:
		s.Pin.Backup, s.NoBackup = "", true
	default:
		s.Pin.Backup = esp8266.PinMode(s.backup)
	}
	return s.overrideCAs()
}

// overrideCAs pins the CAs that the user names by their files. For what a board has them as a backup of, they
// vouch as what is pinned already does.
func (s *session) overrideCAs() error {
	var cas []string
	for _, path := range s.caFiles {
		text, err := readfile.Read(path, maxBundle)
		if err != nil {
			return fmt.Errorf("reading the CAs: %w", err)
		}
		list, err := esp8266.CertificatesIn(text)
		if err != nil {
			return &inputError{fmt.Errorf("the CAs in %s can't be pinned: %w", path, err)}
		}
		cas = append(cas, list...)
	}
	switch {
	case cas == nil:
		return nil
	case s.pin == "" && s.backup != string(esp8266.PinCA):
		s.Pin = esp8266.Pin{Mode: esp8266.PinCA, Reserve: s.Pin.Reserve}
	case !s.Pin.By(esp8266.PinCA):
		return &usageError{"--ca goes with --pin ca, or with --backup ca"}
	}
	s.Pin.CAs, s.before.CAs = cas, cas
	if s.Pin.Mode != esp8266.PinCA {
		s.before.Backup = esp8266.PinCA
	}
	if _, wrong := (esp8266.Pin{Mode: esp8266.PinCA, CAs: cas}).Read(); wrong.Err() != nil {
		return wrong.Err()
	}
	return nil
}

// maxBundle is enough for all the CAs that browsers trust.
const maxBundle = 1 << 20

// readPin reads what --pin says: a mode, or fingerprints.
func readPin(text string) (esp8266.Pin, error) {
	if mode := esp8266.PinMode(text); mode.Valid() {
		return esp8266.Pin{Mode: mode}, nil
	}
	pin := esp8266.Pin{Mode: esp8266.PinFingerprint}
	several := strings.Split(text, ",")
	if _, err := esp8266.ParseFingerprint(text); err == nil {
		several = []string{text} // a sketch's list of bytes holds commas, too
	}
	for _, text := range several {
		d, err := esp8266.ParseFingerprint(text)
		if err != nil {
			return pin, fmt.Errorf("--pin is none of fingerprint, public-key, ca and insecure, and %w", err)
		}
		pin.SHA1 = append(pin.SHA1, d)
	}
	return pin, nil
}

// capture looks at the server and pins it if something vouches for it, unless the
// profile has a pin: then the report is nil.
func (p *Program) capture(ctx context.Context, s *session) (*tlsinspect.Report, error) {
	grounds, err := s.trust.grounds(s.before)
	switch {
	case err != nil:
		return nil, err
	case s.Pin.Pinned() && s.Pin.Backed() && len(grounds.Named) > 0:
		return nil, &usageError{"--trust-new is for a server without a pin, and there is one; to replace it, use espost check --update --trust-new"}
	case s.Pin.Pinned() && s.Pin.Backed():
		return nil, nil
	}
	progress := p.newProgress()
	client := &tlsinspect.Client{Timeout: s.timeout, Progress: progress.part, Own: p.Own}
	report, err := client.Inspect(ctx, s.Target)
	progress.clear()
	p.logReport(s.Target, report, grounds.Pin, err)
	if err != nil {
		return nil, err
	}
	if !report.Board.Connects {
		return nil, fmt.Errorf("an ESP8266 can't connect to %s: %s", sanitize.Line(s.Target.Addr()), firstProblem(report))
	}
	if s.Pin.Pinned() { // what it is stays, and gets a backup
		if err := s.Back(report, s.Pin.Backup, grounds); err != nil {
			return nil, err
		}
		fmt.Fprintf(p.Stderr, "espost: %s is pinned by %s\n", sanitize.Line(s.Target.Addr()), s.Pin.Label())
		return report, nil
	}
	mode := s.Pin.Mode
	if s.pin == "" && mode == esp8266.PinPublicKey {
		mode = report.Pins.Mode()
	}
	if err := s.Capture(report, mode, grounds); err != nil {
		return nil, err
	}
	fmt.Fprintf(p.Stderr, "espost: pinned %s by %s, as it is served now: %s\n", sanitize.Line(s.Target.Addr()), s.Pin.Label(), strings.Join(s.Pin.SHA1, ", "))
	p.tellLeftOut(report, grounds)
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
