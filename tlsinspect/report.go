package tlsinspect

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// A Report is what Inspect saw of a target.
type Report struct {
	Target    request.Target
	Shown     // to the board, by the connection that the verdict is about; with a chain when Board.Connects
	Board     Board
	Browser   *Browser  // nil when nothing was probed as a browser
	Addresses []Address // every IPv4 address, in the resolver's order
	Pins      Pins
	Findings  problem.List // most severe first
	Taken     time.Time
	Elapsed   time.Duration
}

// Board is the verdict: could an ESP8266 connect, and on which terms.
// Zero values mean "not seen".
type Board struct {
	Connects           bool
	Version            uint16
	CipherSuite        esp8266.CipherSuite
	Group              esp8266.Group
	SignatureAlgorithm esp8266.SignatureAlgorithm
	MaxFragmentLengths []int // accepted max_fragment_length values, in bytes
	Buffers            esp8266.Buffers
	Heap               int              // bytes, for Buffers in fingerprint mode
	Alert              int              // the server's fatal alert, 0 when none came
	Error              esp8266.SSLError // what getLastSSLError would return in fingerprint mode, 0 for no error
}

// Browser is how a modern browser is served: TLS up to 1.3 and the system's roots.
type Browser struct {
	Fingerprint string
	Version     uint16
	Trusted     bool
	Err         error // why it isn't trusted, or why the probe failed
}

// An Address is one of the host's addresses and what it shows.
type Address struct {
	IP string
	Shown
	Err error
}

// report evaluates what was seen; err is why the inspection ended early, or nil.
func (in *inspection) report(err error) *Report {
	r := &Report{Target: in.target, Taken: in.now, Browser: in.browser}
	out := findings{in.target.Notes()}
	in.explainPlace(&out)
	if known, ok := errors.AsType[*problem.Problem](err); ok {
		out.Add(failure(*known))
	}
	for _, p := range in.probes {
		a := Address{IP: p.ip.String(), Shown: in.shown(p)}
		if p.err != nil {
			a.Err = p.err
		}
		r.Addresses = append(r.Addresses, a)
	}
	if err != nil {
		out.Sort()
		r.Findings = out.List
		return r
	}
	r.Shown = r.Addresses[in.chosen].Shown
	r.Board = in.board()
	r.Pins = in.pins(r)
	in.explainBoard(r.Board, &out)
	in.explainMemory(r.Board, &out)
	in.explainChain(r, &out)
	in.explainOthers(r, &out)
	out.Sort()
	r.Findings = out.List
	return r
}

// The shapes of inspect's JSON. Their keys are a promise to scripts.
type (
	reportJSON struct {
		Target      targetJSON        `json:"target"`
		Fingerprint string            `json:"fingerprint"`
		Trust       Trust             `json:"trust"`
		Chain       []certificateJSON `json:"chain"`
		Board       boardJSON         `json:"board"`
		Pins        []pinJSON         `json:"pins"`
		Browser     *browserJSON      `json:"browser"`
		Addresses   []addressJSON     `json:"addresses"`
		Findings    problem.List      `json:"findings"`
		ElapsedMS   float64           `json:"elapsed_ms"`
	}
	targetJSON struct {
		Host string `json:"host"`
		Port int    `json:"port"`
		Path string `json:"path"`
	}
	certificateJSON struct {
		Subject            string    `json:"subject"`
		Issuer             string    `json:"issuer"`
		Serial             string    `json:"serial"`
		NotBefore          time.Time `json:"not_before"`
		NotAfter           time.Time `json:"not_after"`
		DNSNames           []string  `json:"dns_names"`
		IPAddresses        []string  `json:"ip_addresses"`
		Key                string    `json:"key"`
		SignatureAlgorithm string    `json:"signature_algorithm"`
		SHA1               string    `json:"sha1"`
		SHA256             string    `json:"sha256"`
		SPKISHA256         string    `json:"spki_sha256"`
	}
	boardJSON struct {
		Connects           bool              `json:"connects"`
		TLSVersion         string            `json:"tls_version"`
		CipherSuite        string            `json:"cipher_suite"`
		Group              string            `json:"group"`
		SignatureAlgorithm string            `json:"signature_algorithm"`
		MaxFragmentLengths []int             `json:"max_fragment_lengths"`
		Buffers            buffersJSON       `json:"buffers"`
		Alert              *int              `json:"alert"`
		Error              *esp8266.SSLError `json:"error"`
	}
	pinJSON struct {
		Mode        esp8266.PinMode   `json:"mode"`
		Name        string            `json:"name"`
		Works       bool              `json:"works"`
		Error       *esp8266.SSLError `json:"error"`
		Recommended bool              `json:"recommended"`
		Reason      string            `json:"reason"`
		Holds       string            `json:"holds"`
		Until       *time.Time        `json:"until"`
		Bytes       int               `json:"bytes"`
		Heap        int               `json:"heap"`
		SHA1        []string          `json:"sha1"`
		PEM         []string          `json:"pem"`
	}
	buffersJSON struct {
		RX   int `json:"rx"`
		TX   int `json:"tx"`
		Heap int `json:"heap"`
	}
	browserJSON struct {
		Fingerprint string `json:"fingerprint"`
		TLSVersion  string `json:"tls_version"`
		Trusted     bool   `json:"trusted"`
		Error       string `json:"error"`
	}
	addressJSON struct {
		IP          string `json:"ip"`
		Fingerprint string `json:"fingerprint"`
		Pinned      bool   `json:"pinned"` // among the fingerprints that would be pinned
	}
)

// MarshalJSON writes the report with the keys that scripts may rely on. Every
// key is always there: what was not seen is "", 0, [] or null. Texts of the
// server's are sanitized.
func (r *Report) MarshalJSON() ([]byte, error) {
	out := reportJSON{
		Target:      targetJSON{r.Target.Host, r.Target.Port, r.Target.ShownPath()},
		Fingerprint: r.Fingerprint(),
		Trust:       r.Trust(esp8266.Pin{}),
		Chain:       []certificateJSON{},
		Board:       r.Board.json(),
		Pins:        r.Pins.json(),
		Addresses:   []addressJSON{},
		Findings:    append(problem.List{}, r.Findings...),
		ElapsedMS:   float64(r.Elapsed.Microseconds()) / 1000,
	}
	for _, c := range r.Chain {
		out.Chain = append(out.Chain, c.json())
	}
	pinned := r.Fingerprints(Grounds{})
	for _, a := range r.Addresses {
		out.Addresses = append(out.Addresses, addressJSON{a.IP, a.Fingerprint(), slices.Contains(pinned, a.Fingerprint())})
	}
	if b := r.Browser; b != nil {
		out.Browser = &browserJSON{b.Fingerprint, versionName(b.Version), b.Trusted, ""}
		if b.Err != nil {
			out.Browser.Error = sanitize.Line(b.Err.Error())
		}
	}
	return json.Marshal(out)
}

func (c *Certificate) json() certificateJSON {
	return certificateJSON{
		// mutant TestHostileNames: sanitize.Line(c.Subject) => c.Subject
		Subject: sanitize.Line(c.Subject), Issuer: sanitize.Line(c.Issuer), Serial: c.Serial,
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(),
		DNSNames: sanitized(c.DNSNames), IPAddresses: sanitized(c.IPAddresses),
		Key: c.Key, SignatureAlgorithm: c.SignatureAlgorithm,
		SHA1: c.SHA1(), SHA256: c.SHA256(), SPKISHA256: c.SPKISHA256(),
	}
}

func (b Board) json() boardJSON {
	out := boardJSON{
		Connects:           b.Connects,
		TLSVersion:         versionName(b.Version),
		CipherSuite:        b.CipherSuite.Name,
		MaxFragmentLengths: append([]int{}, b.MaxFragmentLengths...),
		Buffers:            buffersJSON{b.Buffers.RX, b.Buffers.TX, b.Heap},
	}
	if b.Group != 0 {
		out.Group = b.Group.String()
	}
	if b.SignatureAlgorithm != 0 {
		out.SignatureAlgorithm = b.SignatureAlgorithm.String()
	}
	out.Alert, out.Error = number(b.Alert), number(b.Error)
	return out
}

// json lists the choices, the recommended one's reason with it. PEM is the
// public key, or the CA's certificate.
func (p Pins) json() []pinJSON {
	out := []pinJSON{}
	for _, c := range p.all() {
		j := pinJSON{
			Mode: c.Pin.Mode, Name: c.Name, Works: c.Works, Error: number(c.Error), Holds: c.Holds,
			Bytes: c.Bytes, Heap: c.Heap,
			SHA1: append([]string{}, c.Pin.SHA1...), PEM: append([]string{}, c.Pin.CAs...),
		}
		if c.Pin.PublicKey != "" {
			j.PEM = []string{c.Pin.PublicKey}
		}
		if until := c.Pin.Expires.UTC(); !until.IsZero() {
			j.Until = &until
		}
		if c.Recommended {
			j.Recommended, j.Reason = true, p.Reason
		}
		out = append(out, j)
	}
	return out
}

// number is nil for the 0 that says "none".
func number[N ~int](n N) *N {
	if n == 0 {
		return nil
	}
	return &n
}

func versionName(v uint16) string {
	if v == 0 {
		return ""
	}
	return esp8266.VersionName(v)
}

func sanitized(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = sanitize.Line(s)
	}
	return out
}
