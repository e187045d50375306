package device

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"espost/esp8266/explain"
	"espost/internal/lazyregexp"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A Part is a part of the work of a tool.
type Part string

// The parts, in order.
const (
	Prepare Part = "prepare" // core, libraries and tools are downloaded where they are missing
	Compile Part = "compile"
	Connect Part = "connect" // the board's boot loader is looked for
	Upload  Part = "upload"
)

// Progress is how far a tool is.
type Progress struct {
	Part    Part
	Percent int    // of Upload; -1 where that isn't known
	Line    string // what the tool said, safe to show
	Size    Size   // as far as it is known
}

// What the tools print. arduino-cli: internal/arduino/builder/sizer.go, and the
// core's tools/sizes.py, which takes its place from core 3.0 on; PlatformIO:
// builder/tools/pioupload.py; esptool: cmds.py, where versions before 5 write
// "Writing at 0x00004000... (12 %)" and later ones "Writing at 0x00004000 [===> ] 12.5%";
// espota.py: "Uploading: [====  ] 42%".
var (
	flashArduino = lazyregexp.New(`^Sketch uses (\d+) bytes.* Maximum is (\d+) bytes`)
	ramArduino   = lazyregexp.New(`^Global variables use (\d+) bytes.* Maximum is (\d+) bytes`)
	flashCore    = lazyregexp.New(`^\. Code in flash .*used (\d+) / (\d+) bytes`)
	ramCore      = lazyregexp.New(`^\. Variables and constants in RAM .*used (\d+) / (\d+) bytes`)
	flashPIO     = lazyregexp.New(`^Flash: .*\(used (\d+) bytes from (\d+) bytes\)`)
	ramPIO       = lazyregexp.New(`^RAM: .*\(used (\d+) bytes from (\d+) bytes\)`)

	writing    = lazyregexp.New(`^(?:Writing at 0x[0-9a-fA-F]+|Uploading:?)\b.*?(\d{1,3})(?:\.\d+)? ?%`)
	compiling  = lazyregexp.New(`^(?:Compiling |Building |Linking |Archiving |Indexing |Detecting libraries|Generating function|Scanning dependencies)`)
	connecting = lazyregexp.New(`^(?:esptool|Serial port |Connecting|Looking for upload port|Sending invitation)`)
	uploading  = lazyregexp.New(`^(?:Uploading stub|Configuring flash size|Compressed \d+|Flash will be erased|Waiting for device)`)
)

// lastLines is how many of the tool's last lines are looked through for the
// cause of a failure, and how many are kept.
const lastLines = 200

// output reads what a tool prints, in lines that end with \n or \r.
type output struct {
	folder string
	tell   func(Progress)

	now     Progress
	size    Size
	pending []byte
	last    []string // the newest lines
}

func (o *output) part(p Part) {
	o.now = Progress{Part: p, Percent: -1, Size: o.size}
	o.say("")
}

func (o *output) say(line string) {
	o.now.Line, o.now.Size = line, o.size
	if o.tell != nil {
		o.tell(o.now)
	}
}

// Write takes the tool's output.
func (o *output) Write(b []byte) (int, error) {
	const longest = 16 << 10
	n := len(b)
	for len(b) > 0 {
		end := bytes.IndexAny(b, "\r\n")
		if end < 0 {
			o.pending = append(o.pending, b...)
			if len(o.pending) > longest {
				o.end()
			}
			return n, nil
		}
		o.pending = append(o.pending, b[:end]...)
		b = b[end+1:]
		o.end()
	}
	return n, nil
}

// end tells the line that was being read. "Connecting..." has its end only after
// the board answered; it is recognised by the line before.
func (o *output) end() {
	line := strings.TrimRight(sanitize.Line(ansi.Get().ReplaceAllString(string(o.pending), "")), " ")
	o.pending = o.pending[:0]
	if strings.TrimSpace(line) == "" {
		return
	}
	if len(o.last) == lastLines {
		o.last = append(o.last[:0], o.last[lastLines/2:]...)
	}
	o.last = append(o.last, line)
	o.read(line)
	o.say(line)
}

// ansi are the colours that PlatformIO writes although it is asked not to.
var ansi = lazyregexp.New(`\x1b\[[0-9;]*[A-Za-z]`)

func (o *output) read(line string) {
	for _, s := range []struct {
		pattern   *lazyregexp.Regexp
		used, max *int
	}{
		{flashArduino, &o.size.Flash, &o.size.FlashMax}, {flashCore, &o.size.Flash, &o.size.FlashMax}, {flashPIO, &o.size.Flash, &o.size.FlashMax},
		{ramArduino, &o.size.RAM, &o.size.RAMMax}, {ramCore, &o.size.RAM, &o.size.RAMMax}, {ramPIO, &o.size.RAM, &o.size.RAMMax},
	} {
		if m := s.pattern.Get().FindStringSubmatch(line); m != nil {
			*s.used, *s.max = number(m[1]), number(m[2])
		}
	}
	switch m := writing.Get().FindStringSubmatch(line); {
	case m != nil:
		o.now.Part, o.now.Percent = Upload, min(number(m[1]), 100)
	case uploading.Get().MatchString(line):
		o.now.Part, o.now.Percent = Upload, max(o.now.Percent, 0)
	case connecting.Get().MatchString(line) && o.now.Part != Upload:
		o.now.Part, o.now.Percent = Connect, -1
	case compiling.Get().MatchString(line) && (o.now.Part == Prepare || o.now.Part == Compile):
		o.now.Part, o.now.Percent = Compile, -1
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// CodeToolFailed is the code of a failure whose cause is not known: what the tool
// printed tells more.
const CodeToolFailed = "tool-failed"

// failure explains why a tool failed: the first line that has a cause, since
// what follows an error follows from it.
func (o *output) failure(tool string, err error) error {
	if path := new(os.PathError); errors.As(err, &path) {
		return problem.New(CodeToolFailed, fmt.Sprintf("%s can't be started: %s", tool, sanitize.Line(path.Err.Error())), "install it again").Because(err)
	}
	if p := o.compileError(); p != nil {
		return p.Because(err)
	}
	for _, line := range o.last {
		for _, e := range explain.Line(line) {
			if e.Severity == problem.Fatal {
				p := e.Problem
				p.Code = strings.ReplaceAll(strings.ToLower(p.Code), " ", "-")
				return p.Because(err)
			}
		}
	}
	message := fmt.Sprintf("%s failed", tool)
	if len(o.last) > 0 {
		message += ": " + sanitize.Clip(strings.TrimSpace(o.last[len(o.last)-1]), 200)
	}
	return problem.New(CodeToolFailed, message, "look at what it printed").Because(err)
}

// gccError is how GCC names a place: file, line, column, message.
var gccError = lazyregexp.New(`^(.+?):(\d+):(?:\d+:)? (?:fatal )?error: (.+)$`)

// compileError finds the first error in a file of the sketch's own folder, and
// shows the line. Errors elsewhere, and missing headers, are explain's.
func (o *output) compileError() *problem.Problem {
	for _, line := range o.last {
		m := gccError.Get().FindStringSubmatch(line)
		if m == nil || strings.Contains(m[3], "No such file or directory") {
			continue
		}
		name := baseOf(m[1])
		text, ok := o.sourceLine(name, number(m[2]))
		if !ok {
			continue
		}
		p := problem.New("compile-error", fmt.Sprintf("%s, line %s, `%s`: %s", name, m[2], text, m[3]), "")
		for _, e := range explain.Line(line) {
			p.Fix = e.Fix
		}
		return p
	}
	return nil
}

// baseOf takes the name off a path of any system.
func baseOf(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

// sourceLine returns a line of a file in the folder.
func (o *output) sourceLine(name string, n int) (string, bool) {
	const biggest = 1 << 20
	file, err := os.Open(filepath.Join(o.folder, name))
	if err != nil {
		return "", false
	}
	defer file.Close()
	data := make([]byte, biggest)
	read, _ := file.Read(data) // what can't be read isn't shown
	lines := strings.Split(string(data[:read]), "\n")
	if n < 1 || n > len(lines) {
		return "", false
	}
	return sanitize.Clip(strings.TrimSpace(lines[n-1]), 120), true
}
