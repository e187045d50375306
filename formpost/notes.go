package formpost

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"espost/esp8266"
	"espost/internal/duration"
	"espost/internal/netdial"
	"espost/internal/problem"
)

// The codes of Notes. They are stable: scripts may rely on them.
const (
	NoteInterim        = "interim-answer"   // a 1xx came first; the board takes it for the answer
	NoteRecordTooLarge = "record-too-large" // a TLS record doesn't fit the receiving buffer
	NoteRedirect       = "redirect"         // of any kind
	NoteSplit          = "split"            // a reading is several requests, and what came of each
	NoteFollowed       = "followed"         // what came of following it
	NoteNewHandshake   = "new-handshake"    // the connection can't be used again
	NoteChunked        = "chunked"
	NoteCompressed     = "compressed"
	NoteBinary         = "binary"
	NoteBodyLarge      = "body-large" // longer than what the firmware reads
	NoteBodyIncomplete = "body-incomplete"
	NoteBodySlow       = "body-slow"
	NoteNoLength       = "no-length" // the board waits in vain for a body
	NoteSuiteReplaced  = "suite-replaced"
	NoteIPv6           = "ipv6"
	NoteWait           = "wait" // the server says when to come again
	NoteBackupPin      = "backup-pin"
)

// Technical reports whether nothing needs to be done about a note of this code: it
// is for whoever wants to know all, or writes firmware of his own.
func Technical(code string) bool {
	return slices.Contains([]string{NoteSuiteReplaced, NoteChunked, NoteNewHandshake, NoteNoLength}, code)
}

// recordSlack is what the board's receiving buffer holds beyond its nominal
// size, without the record's header (BearSSL src/ssl/ssl_engine.c,
// MAX_IN_OVERHEAD and recvrec_ack).
const recordSlack = 325 - 5

// An outcome is an answer and what it was received with.
type outcome struct {
	*Response
	answer *answer
	client *Client
	check  *pinCheck
}

// notes tells what the board would make of the answer, in the order in which it
// would notice. It corrects BoardStatus and sets Reusable.
func (o outcome) notes() problem.List {
	var notes problem.List
	for _, find := range []func() (problem.Problem, bool){
		o.backupPin, o.ipv6, o.suiteReplaced, o.recordTooLarge, o.interim, o.redirect, o.wait, o.newHandshake,
		o.chunkedBody, o.noLength, o.compressed, o.binary, o.largeBody, o.brokenBody,
	} {
		if n, ok := find(); ok {
			notes = append(notes, n)
		}
	}
	return notes
}

func (o outcome) backupPin() (problem.Problem, bool) {
	return problem.Problem{
		Severity: problem.Warning, Code: NoteBackupPin,
		Message: "The pin itself doesn't fit the server any more; boards go on by its backup",
		Fix:     "Take the new pin at leisure: espost check --update",
	}, o.check.backup
}

func (o outcome) ipv6() (problem.Problem, bool) {
	addr, err := netip.ParseAddr(o.Address)
	return problem.Problem{
		Severity: problem.Warning, Code: NoteIPv6,
		Message: "This address is IPv6, which an ordinary build of the board's core doesn't speak",
		Fix:     "Use a name that has an IPv4 address",
	}, err == nil && addr.Is6()
}

// wait tells what the board does with Retry-After, or its like in the body.
func (o outcome) wait() (problem.Problem, bool) {
	wait := o.Sent.Answer.Wait(o.Header, o.Reply(o.Sent.Method), o.Started)
	n := problem.Problem{
		Severity: problem.Note, Code: NoteWait,
		Message: fmt.Sprintf("The server asks to wait %s: after an answer like this the board does, unless it sets the reading aside", duration.Format(wait)),
	}
	if o.Sent.Answer.Locks(o.Reply(o.Sent.Method)) {
		n.Severity = problem.Warning
		n.Message = fmt.Sprintf("The service locks out who goes on asking: after an answer like this the board sends nothing for %s", duration.Format(wait))
		n.Fix = "Wait as long before the next test"
	}
	return n, wait > 0
}

func (o outcome) suiteReplaced() (problem.Problem, bool) {
	board, known := esp8266.CipherSuiteByID(o.client.BoardSuite)
	used, _ := esp8266.CipherSuiteByID(o.Suite)
	return problem.Problem{
		Severity: problem.Note, Code: NoteSuiteReplaced,
		Message: fmt.Sprintf("The board would get the cipher suite %s; this test got %s", board.Name, used.Name),
		Fix:     "Nothing needs to be done: the request is the same under either",
	}, known && board.ID != used.ID
}

func (o outcome) recordTooLarge() (problem.Problem, bool) {
	rx := o.client.Buffers.OrDefault().RX
	fits := func(record int) bool { return record <= rx+recordSlack || o.client.FragmentLength > 0 }
	n := problem.Problem{
		Severity: problem.Warning, Code: NoteRecordTooLarge,
		Message: fmt.Sprintf("The server sent a TLS record of %d bytes; the board's receiving buffer of %d is too small for it (BearSSL %d), so it would lose the connection while reading the body",
			o.LargestRecord, rx, esp8266.SSLTooLarge),
		Fix: fmt.Sprintf("Set the receiving buffer to %d bytes, or let the server accept max_fragment_length", esp8266.MaxBuffer),
	}
	if !fits(o.answer.headRecord) {
		o.BoardStatus = httpConnectionLost
		n.Message = fmt.Sprintf("The server sent a TLS record of %d bytes; the board's receiving buffer of %d is too small for it (BearSSL %d), so it would report HTTPClient %d instead of %d",
			o.LargestRecord, rx, esp8266.SSLTooLarge, httpConnectionLost, o.Status)
	}
	return n, !fits(o.LargestRecord)
}

func (o outcome) interim() (problem.Problem, bool) {
	if o.answer.interim == 0 {
		return problem.Problem{}, false
	}
	if o.BoardStatus > 0 {
		o.BoardStatus = o.answer.interim
	}
	return problem.Problem{
		Severity: problem.Warning, Code: NoteInterim,
		Message: fmt.Sprintf("The server sent an interim answer %d before the real %d, and HTTPClient takes the first for the answer", o.answer.interim, o.Status),
		Fix:     fmt.Sprintf("Turn interim answers (100 Continue, 103 Early Hints) off on the server; the firmware would see %d", o.answer.interim),
	}, true
}

// newHandshake applies HTTPClient's rules for keeping a connection (core
// ESP8266HTTPClient.cpp, handleHeaderResponse), and the firmware's own.
func (o outcome) newHandshake() (problem.Problem, bool) {
	connection := ""
	if values := o.Header.Values("Connection"); len(values) > 0 {
		connection = values[len(values)-1]
	}
	why := ""
	switch {
	case o.answer.proto10:
		why = "the server speaks HTTP/1.0"
	case o.Status >= 500:
		why = fmt.Sprintf("the status is %d", o.Status)
	case strings.Contains(connection, "close") && !strings.Contains(connection, "keep-alive"):
		why = "the server said Connection: close"
	case o.answer.endless:
		why = "the body has no length and ends with the connection"
	case o.answer.bodyErr != nil:
		why = "the connection broke in the body"
	case o.bodySize() > o.client.responseMax():
		why = "the firmware gives a connection up whose body is longer than it reads"
	}
	o.Reusable = why == ""
	heap := float64(o.client.Buffers.OrDefault().Heap(o.check.mode)) / 1000
	return problem.Problem{
		Severity: problem.Note, Code: NoteNewHandshake,
		Message: fmt.Sprintf("The next POST costs a new TLS handshake, and %.1f KB of memory once more, because %s", heap, why),
		Fix:     "Let the server keep connections alive if the board posts every few seconds; otherwise it doesn't matter",
	}, why != ""
}

func (o outcome) chunkedBody() (problem.Problem, bool) {
	return problem.Problem{
		Severity: problem.Note, Code: NoteChunked,
		Message: "The body comes in chunks: HTTPClient joins them in getString and writeToStream, but getStream would show the chunks' sizes in between",
		Fix:     "Nothing needs to be done with the generated firmware; in your own code, don't read from getStream",
	}, o.answer.chunked
}

// noLength is about an answer without a body that doesn't say so with a
// Content-Length: HTTPClient's getString reads until its timeout (core
// ESP8266HTTPClient.h, writeToStream; StreamSend.cpp).
func (o outcome) noLength() (problem.Problem, bool) {
	bodiless := o.Status == 204 || o.Status == 304
	return problem.Problem{
		Severity: problem.Note, Code: NoteNoLength,
		Message: fmt.Sprintf("The answer %d has no Content-Length: reading its body on the board would wait %s for nothing", o.Status, DefaultTimeouts().Response),
		Fix:     "In your own code, don't call getString after such a status",
	}, bodiless && o.answer.length < 0 && !o.answer.chunked && o.Reusable
}

func (o outcome) compressed() (problem.Problem, bool) {
	coding := strings.TrimSpace(o.Header.Get("Content-Encoding"))
	return problem.Problem{
		Severity: problem.Warning, Code: NoteCompressed,
		Message: fmt.Sprintf("The body is compressed (%s) though the board asked for none, and it can't unpack it", o.secrets.clipped(coding)),
		Fix:     "Turn compression off for this address on the server; the status is good all the same",
	}, coding != "" && !strings.EqualFold(coding, "identity")
}

func (o outcome) binary() (problem.Problem, bool) {
	_, packed := o.compressed()
	return problem.Problem{
		Severity: problem.Note, Code: NoteBinary,
		Message: "The body isn't text; on the board's serial monitor it would look like noise",
		Fix:     "Ask the service for a text or JSON answer if the firmware is to use it",
	}, !packed && isBinary(o.Body, o.Truncated)
}

// isBinary reports whether b is no text: not UTF-8, or with controls that
// text doesn't have. A character that is cut at the end doesn't count.
func isBinary(b []byte, cut bool) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return !cut || utf8.FullRune(b)
		}
		if r < ' ' && !strings.ContainsRune("\t\n\r\f\x1b", r) {
			return true
		}
		b = b[n:]
	}
	return false
}

// bodySize is how many bytes the body has, as far as is known.
func (o outcome) bodySize() int64 { return max(int64(len(o.Body)), o.answer.length) }

func (o outcome) largeBody() (problem.Problem, bool) {
	size, unit := o.bodySize(), "bytes"
	if o.Truncated && o.answer.length < 0 {
		unit = "bytes and goes on"
	}
	n := problem.Problem{
		Severity: problem.Note, Code: NoteBodyLarge,
		Message: fmt.Sprintf("The body has %d %s; the firmware reads the first %d", size, unit, o.client.responseMax()),
		Fix:     "Ask the service for a short answer, if it offers one, or make RESPONSE_MAX longer (config.h)",
	}
	if size >= esp8266.HeapOfSketch {
		n.Severity = problem.Warning
		n.Message = fmt.Sprintf("The body has %d %s, more than the board's memory: getString would fail; the firmware reads the first %d", size, unit, o.client.responseMax())
		n.Fix = "Ask the service for a short answer, if it offers one"
	}
	return n, size > o.client.responseMax()
}

func (o outcome) brokenBody() (problem.Problem, bool) {
	err := o.answer.bodyErr
	n := problem.Problem{
		Severity: problem.Warning, Code: NoteBodyIncomplete,
		Message: fmt.Sprintf("The connection broke after %d bytes of the body; the board has its status, %d, by then", len(o.Body), o.BoardStatus),
		Fix:     "If the firmware uses the body, look at the server's log",
	}
	switch {
	case errors.Is(err, errTotal):
		n.Code = NoteBodySlow
		n.Message = fmt.Sprintf("The body was still coming in after %s, %d bytes so far; the board would give up there, with its status", o.answer.timeouts.Total, len(o.Body))
	case netdial.TimedOut(err):
		n.Code = NoteBodySlow
		n.Message = fmt.Sprintf("The body stopped after %d bytes for %s; the board would give up there, with its status, %d", len(o.Body), o.answer.timeouts.Response, o.BoardStatus)
	}
	return n, err != nil
}
