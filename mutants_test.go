package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A mutant is the program without one of its guards.
type mutant struct {
	guard    string
	file     string
	old, now string // what stands in file, once, and what stands there instead
	in, test string // the package and the test that fails then
}

var mutants = []mutant{
	{"fingerprint pin", "formpost/verify.go", "if !slices.Contains(p.sha1, p.leafSHA1) {", "if slices.Contains([]string(nil), p.leafSHA1) {", "formpost", "TestPinModes"},
	{"public-key pin", "formpost/verify.go", "	if equal {\n", "	if equal || true {\n", "formpost", "TestPinModes"},
	{"CA pin", "formpost/verify.go", "code != 0 {\n			return chainRefused", "code < 0 {\n			return chainRefused", "formpost", "TestPinModes"},
	{"a broken pin is no pin", "formpost/verify.go", "if len(pin.SHA1) == 0 {", "if false {", "formpost", "TestUnusablePin"},
	{"sanitiser", "sanitize/sanitize.go", "case unsafeRune(r):", "case false:", "sanitize", "TestLine"},
	{"sanitiser on the screen", "tui/testpost/panes.go", "		return sanitize.Text(string(body)), false", "		return string(body), false", "tui/testpost", "TestReadableIsTame"},
	{"sanitiser in reports", "tlsinspect/json.go", "Subject: sanitize.Line(c.Subject)", "Subject: c.Subject", "tlsinspect", "TestHostileNames"},
	{"escapes in JSON", "cli/outcome.go", "append(sanitize.JSON(encoded), '\\n')", "append(encoded, '\\n')", "hostile", "TestCommands/post_--json/doctored_headers"},
	{"sanitiser for the clipboard", "tui/ui/step.go", "	text = sanitize.Clipboard(text)\n", "	_ = sanitize.Clipboard\n", "tui", "TestCopiedTextIsTamed"},
	{"towers of marks", "sanitize/sanitize.go", "marks > maxMarks {", "false {", "sanitize", "TestLine"},
	{"bound of laid-out JSON", "sanitize/indent.go", "if indentedSize(value) > maxIndented {", "if false {", "sanitize", "TestIndentJSONIsBounded"},
	{"secrets masked in an answer", "formpost/mask.go", "return r.secrets.mask(text)", "return text", "formpost", "TestEchoedSecretsAreMasked"},
	{"secrets masked in notes", "formpost/mask.go", "return clipped(m.mask(s))", "return clipped(s)", "formpost", "TestEchoedSecretsAreMasked"},
	{"secrets masked in the app", "tui/testpost/panes.go", "readable([]byte(m.answer.Masked(string(m.answer.Body))))", "readable(m.answer.Body)", ".", "TestPlantedSecretsInTheApp"},
	{"C escapes", "codegen/literal.go", "case c < ' ' || c > '~':", "case c < ' ':", "codegen", "FuzzLiterals"},
	{"trigraphs", "codegen/literal.go", "c == '?' && i > 0 && s[i-1] == '?'", "false", "codegen", "FuzzLiteral"},
	{"names stay in the folder", "codegen/manifest.go", "!strings.ContainsAny(name, \"/\\\\:\\x00\")", "true", "codegen", "TestNamesStayInTheFolder"},
	{"valid sketch names", "codegen/name.go", "if !nameByte(name[i]) {", "if false {", "codegen", "TestNames"},
	{"no link is followed", "codegen/compare.go", "if !info.Mode().IsRegular() || info.Size()", "if info.Size()", "codegen", "TestLinksAreNotFollowed"},
	{"force for foreign files", "codegen/write.go", "return !c.State.NeedsForce() || ", "return true || ", "codegen", "TestForeignAndEditedFilesNeedForce"},
	{"mode of arduino_secrets.h", "codegen/generate.go", "file.Mode = 0o600", "file.Mode = 0o644", "codegen", "TestSecretsSurvive"},
	{"open secrets are closed", "codegen/compare.go", "if !tooOpen(root, file) {", "if true {", "codegen", "TestOpenSecretsAreClosed"},
	{"mode of the profile", "profile/save.go", "fileMode fs.FileMode = 0o600", "fileMode fs.FileMode = 0o644", "profile", "TestLinksAreNotFollowed"},
	{"secrets stay out of the profile", "profile/tree.go", "		case f.Secret:\n", "		case false:\n", "profile", "TestSecretsAreNeverWritten"},
	{"nesting of a profile", "profile/nesting.go", "if flow > maxNesting || onLine > maxNesting {", "if false {", "profile", "TestHostileProfiles/braces"},
	{"mode of the list", "recent/recent.go", "'\\n'), 0o600)", "'\\n'), 0o644)", "recent", "TestNoSecretsAreKept"},
	{"the log follows no link", "cli/log.go", `if folder == "/dev/" {`, "if true {", ".", "TestScripts/log"},
	{"no core file", "main.go", "	forbidCoreDump()\n", "", ".", "TestPlantedSecretsInACrash"},
	{"end after Ctrl-C", "main.go", "time.AfterFunc(grace, func() { os.Exit(interrupted) })", "_ = grace", ".", "TestInterruptWhileReading"},
	{"stepper", "tui/app.go", "case m.certificate.Report() == nil:", "case false:", "tui", "TestStepsAreGuarded"},
	{"late answers are dropped", "tui/ui/job.go", "return j.Running() && number == j.number", "return true", "tui", "TestLateAnswerIsDropped"},
	{"redirects are told", "formpost/notes.go", "case 301, 302, 303, 307, 308:", "case 300:", "formpost", "TestHostileAnswers"},
	{"fatal alerts", "tlsinspect/flight.go", "case !r.warning || b == noRenegotiation:", "case b == noRenegotiation:", "tlsinspect", "TestTLS13OnlyIsAVerdict"},
	{"warnings without end", "tlsinspect/flight.go", "r.warnings > maxWarnings {", "false {", "tlsinspect", "TestLimitsOfAFlight"},
	{"records without end", "tlsinspect/record.go", "r.read > maxRecords {", "false {", "tlsinspect", "TestLimitsOfAFlight"},
	{"length of a message", "tlsinspect/flight.go", "if length > maxMessage {", "if false {", "tlsinspect", "TestLimitsOfAFlight"},
	{"length of a flight", "tlsinspect/flight.go", "r.total > maxFlight {", "false {", "tlsinspect", "TestLimitsOfAFlight"},
	{"addresses of a host", "tlsinspect/lookup.go", "list[:min(len(list), maxAddresses)]", "list", "tlsinspect", "TestLimitsOfConnections"},
	{"connections at once", "tlsinspect/inspect.go", "group.SetLimit(maxProbes)", "group.SetLimit(100)", "tlsinspect", "TestLimitsOfConnections"},
	{"deadline of a look", "tlsinspect/look.go", "context.WithTimeout(ctx, c.timeout())", "context.WithCancel(ctx)", "tlsinspect", "TestLimitsOfConnections"},
	{"keys that cost time", "tlsinspect/browser.go", "key.N.BitLen() <= maxIssuerBits {", "key.N != nil {", "tlsinspect", "TestLimitOfIssuerKeys"},
	{"length of a head", "formpost/answer.go", "if len(a.raw) > maxHead {", "if false {", "formpost", "TestLimitsOfAnAnswer"},
	{"lines of a head", "formpost/answer.go", "a.lines > maxHeaderLines {", "false {", "formpost", "TestLimitsOfAnAnswer"},
	{"length of a body", "formpost/answer.go", "io.LimitReader(body, int64(a.maxBody)+1)", "body", "formpost", "TestLimitsOfAnAnswer"},
	{"silence while reading", "formpost/answer.go", "deadline := now.Add(p.silence)", "deadline := now.Add(time.Hour)", "formpost", "TestHostileAnswers"},
	{"time of the whole answer", "formpost/answer.go", "	last := deadline.After(p.until)", "	last := false", "formpost", "TestHostileAnswers"},
	{"time of a handshake", "formpost/connect.go", "t.SetDeadline(time.Now().Add(timeout))", "t.SetDeadline(time.Now().Add(time.Hour))", "formpost", "TestTimeouts"},
	{"length of a curl command", "formpost/curlwords.go", "if len(text) > maxCurl {", "if false {", "formpost", "TestParseCurlIsBounded"},
}

// Every guard stands where the table says, once, and docs/mutations.md lists it.
// With ESPOST_MUTANTS=1 (make mutants) each is removed in turn, and its test must
// fail.
func TestMutants(t *testing.T) {
	const doc = "docs/mutations.md"
	listed, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(listed), "\n| ") - 1; n != len(mutants) {
		t.Errorf("%s lists %d guards, the table has %d", doc, n, len(mutants))
	}
	for _, m := range mutants {
		t.Run(m.guard, func(t *testing.T) {
			source, err := os.ReadFile(m.file)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), m.old); n != 1 {
				t.Fatalf("%s holds %q %d times", m.file, m.old, n)
			}
			if row := fmt.Sprintf("| %s | %s | %s |", m.guard, m.file, m.test); !strings.Contains(string(listed), row+"\n") {
				t.Errorf("%s lacks %s", doc, row)
			}
			if os.Getenv("ESPOST_MUTANTS") == "1" {
				m.mustFail(t, strings.Replace(string(source), m.old, m.now, 1))
			}
		})
	}
}

// mustFail runs the mutant's test with the mutated file in place of the source.
func (m mutant) mustFail(t *testing.T, mutated string) {
	t.Helper()
	original, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	changed, overlay := filepath.Join(t.TempDir(), "changed.go"), filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(changed, []byte(mutated), 0o600); err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(m.test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	run := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-overlay", overlay, "-run", strings.Join(parts, "/"), "-timeout", "90s", "./"+m.in)
	run.Env = append(os.Environ(), "ESPOST_MUTANTS=", "GOFLAGS=")
	out, err := run.CombinedOutput()
	switch text := string(out); {
	case err == nil:
		t.Errorf("without it, %s still passes:\n%s", m.test, text)
	case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]"):
		t.Errorf("it doesn't compile:\n%s", text)
	case !strings.Contains(text, "--- FAIL: "+strings.Split(m.test, "/")[0]) && !strings.Contains(text, "panic: test timed out") && !strings.Contains(text, "fatal error: "):
		t.Errorf("%s failed, but not by itself:\n%s", m.test, text)
	}
}
