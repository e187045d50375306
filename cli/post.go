package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"espost/esp8266"
	"espost/formpost"
	"espost/imports"
	"espost/internal/atomicfile"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// postFlags are post's own, beside work's.
type postFlags struct {
	dryRun      bool
	json        bool
	raw         bool
	showSecrets bool
	har         string
}

func (p *Program) postCommand() *cobra.Command {
	var w session
	var flags postFlags
	cmd := &cobra.Command{
		Use:   "post [TARGET] [ITEM...]",
		Short: "Send the very request that the board will send",
		Long: "post sends a form as the firmware will, byte for byte, over the board's own TLS terms, and tells what the board " +
			"would make of the answer. " + itemHelp("looked at first", "sent") +
			"The answer's body goes to stdout, the rest to stderr. The status is 0 when the answer counts as delivered: 2xx, unless the profile says otherwise; 0, too, for one that the profile calls accepted or already there. " +
			"A secret's value can be left empty and given in the environment: " + profile.SecretEnv("token") + " for token.",
		Example: "espost post https://postman-echo.com/post name1=value1 name2=value2\n" +
			"espost post -p espost.yaml\n" +
			"espost post --service thingspeak api_key=XXXX field1@rssi\n" +
			"espost post --dry-run postman-echo.com/post name1=value1 X-Device:porch",
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error { return p.post(ctx, &w, flags, args) })
	f := cmd.Flags()
	w.addFlags(f)
	f.Lookup("timeout").Usage = "look this long at a server that says nothing; the POST\nitself waits as long as the board does"
	f.BoolVar(&flags.dryRun, "dry-run", false, "print the request's exact bytes and send nothing")
	f.BoolVar(&flags.json, "json", false, "print the outcome as one JSON object")
	f.BoolVar(&flags.raw, "raw", false, "print the body as it is, control characters and echoed\nsecrets included")
	f.BoolVar(&flags.showSecrets, "show-secrets", false, "print secret values instead of masking them")
	f.StringVar(&flags.har, "har", "", "write request and answer to this new file, an HTTP\nArchive 1.2; secrets masked unless --show-secrets is set")
	cmd.MarkFlagsMutuallyExclusive("json", "raw")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "har")
	w.completions(cmd)
	return cmd
}

func (p *Program) post(ctx context.Context, w *session, flags postFlags, args []string) error {
	if err := w.readItems(args); err != nil {
		return err
	}
	if err := w.load(p.lookupEnv); err != nil {
		return err
	}
	p.warn(w.Warnings)
	if err := unused(flags.har); err != nil {
		return err
	}
	missing := w.FillSecrets(p.lookupEnv)
	sent := w.Sent()
	if err := w.Request.Validate().Err(); err != nil {
		return err
	}
	p.noteRequest(w.Request)
	if w.given() {
		p.askSuspects(w.Profile)
	}
	if flags.dryRun {
		p.printRequest(sent, flags.showSecrets)
		return nil
	}
	for i := range missing {
		missing[i] = w.secretName(missing[i])
	}
	if len(missing) > 0 {
		return &inputError{fmt.Errorf("a secret has no value; set %s", strings.Join(missing, ", "))}
	}
	report, err := p.capture(ctx, w)
	if err != nil {
		return err
	}
	progress := p.newProgress()
	progress.say("… posting to %s", sanitize.Line(w.Target.Shown()))
	client := w.Client(report)
	response, err := client.Send(ctx, sent, w.Pin)
	progress.clear()
	trust := w.trusted(report, err)
	p.logPost(sent, response, trust, err)
	var failed *formpost.Error
	if err != nil && !errors.As(err, &failed) {
		return err
	}
	err = nil
	switch {
	case flags.json:
		p.printOutcomeJSON(sent, response, failed, trust, flags.showSecrets)
	case failed != nil:
		return boardsError(failed)
	default:
		p.printResponse(response, w.Answer, shown(response, flags.showSecrets), flags.raw)
	}
	if failed == nil {
		err = flags.writeHAR(response)
	}
	delivered := failed == nil && response.Outcome.Done()
	p.noteService(w, delivered)
	if !delivered {
		p.status = max(p.status, statusNo)
	}
	return err
}

// writeHAR writes what was sent and received to the file that was asked for.
func (f postFlags) writeHAR(r *formpost.Response) error {
	if f.har == "" {
		return nil
	}
	return atomicfile.Write(f.har, imports.FormatHAR([]*formpost.Response{r}, f.showSecrets), 0o600)
}

// trusted is what vouches for the server that was posted to: what it showed before
// it was pinned, else what the finished handshake has proved.
func (s *session) trusted(r *tlsinspect.Report, err error) tlsinspect.Trust {
	switch {
	case r != nil:
		return r.Trust(s.before)
	case err != nil, s.Pin.Mode == esp8266.PinInsecure:
		return tlsinspect.TrustNone
	case s.Pin.Mode == esp8266.PinCA:
		return tlsinspect.TrustPinnedCA
	}
	return tlsinspect.TrustSameKey
}

// logPost notes what came of a test POST.
func (p *Program) logPost(sent request.Request, r *formpost.Response, trust tlsinspect.Trust, err error) {
	attributes := []any{"host", sent.Target.Host, "port", sent.Target.Port, "method", sent.Method, "trust", trust}
	if r != nil {
		attributes = append(attributes, "http_status", r.Status, "elapsed_ms", r.Phases.Total().Milliseconds())
	}
	p.logOutcome("posted", err, attributes...)
}

// noteRequest says on stderr what is odd about a request, and that one has no
// body.
func (p *Program) noteRequest(r request.Request) {
	if len(r.Message().Whole()) == 0 && !request.Bodiless(r.Method) {
		fmt.Fprintf(p.Stderr, "espost: the %s has no body: no field was given for one\n", r.Method)
	}
	p.warn(append(r.Notes(), r.ExpiryNotes(time.Now())...))
}

// warn says what whoever uses a profile should know.
func (p *Program) warn(notes problem.List) {
	for _, n := range notes {
		fmt.Fprintf(p.Stderr, "espost: %s\n", sanitize.Line(n.Sentences()))
	}
}

// printRequest prints the bytes of a request: all of them, or with its secrets
// masked. On a terminal a line ends behind them, so that the prompt stands on its own.
func (p *Program) printRequest(r request.Request, showSecrets bool) {
	text := r.Text(!showSecrets)
	if isTerminal(p.Stdout) && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	fmt.Fprint(p.out, text)
}

// markSecrets marks the fields and headers of these names.
func markSecrets(p *profile.Profile, names []string) {
	for i := range p.Request.Headers {
		if h := &p.Request.Headers[i]; slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, h.Name) }) {
			h.Secret = true
		}
	}
	for i := range p.Request.Fields {
		if f := &p.Request.Fields[i]; slices.Contains(names, f.Name) {
			f.Secret = true
		}
	}
	for _, s := range p.Request.Suspects() {
		if slices.Contains(names, secretFlag(s)) {
			p.Request.Conceal(s)
		}
	}
}

// askSuspects asks about values that look like keys under innocent names.
func (p *Program) askSuspects(made *profile.Profile) {
	for _, s := range made.Request.Suspects() {
		fmt.Fprintf(p.Stderr, "espost: the value of %s looks like a key; if it is one, give --secret %s\n", s.Text(), sanitize.Line(secretFlag(s)))
	}
}

// secretFlag is what --secret calls a suspect.
func secretFlag(s request.Suspect) string {
	if s.In == request.InTemplate {
		return cmp.Or(s.Name, "body")
	}
	return cmp.Or(s.Name, "path")
}
