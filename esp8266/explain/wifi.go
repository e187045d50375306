package explain

import (
	"fmt"
	"strconv"
	"strings"

	"espost/internal/lazyregexp"
	"espost/internal/problem"
)

// How a lost or refused Wi-Fi is told: by the SDK's own messages ("state: 5 -> 0
// (2)", where the number is hexadecimal and holds the reason, in newer SDKs eight
// bits further up), by the core's debug output, by libraries and by sketches.
var (
	stateChange  = lazyregexp.New(`^state: ([0-5]) -> ([0-5]) \(([0-9a-f]{1,4})\)`)
	reasonNumber = lazyregexp.New(`(?i)\breason(?: code)?[ :=#(]{1,3}(\d{1,3})\b`)
	disconnected = lazyregexp.New(`(?i)\b(?:STA disconnect|WIFI_REASON|wifi disconnect event)\b[ :=]{1,3}(\d{1,3})\b`)
	reasonName   = lazyregexp.New(`\b(?:WIFI_)?(?:DISCONNECT_)?REASON_([A-Z0-9_]{4,40})\b`)
	noNetwork    = lazyregexp.New(`^no .{1,34} found, reconnect after \d+s`)
	statusName   = lazyregexp.New(`\bWL_(?:STATION_)?(NO_SSID_AVAIL|CONNECT_FAILED|CONNECTION_LOST|WRONG_PASSWORD)\b`)
	statusDigit  = lazyregexp.New(`(?i)\bwi-?fi[ ._]?status(?:\(\))?(?: code| is)?[ :=]{1,3}([1456])\b[ .!]*$`)
)

// wifi explains why the board is not on the Wi-Fi.
func (t text) wifi() []Explanation {
	if !t.has("wifi", "wi-fi", "wlan", "wl_", "ssid", "sta", "reason", "found, reconnect") {
		return nil
	}
	if m := stateChange.Get().FindStringSubmatch(t.line); m != nil {
		if number(m, 2) >= number(m, 1) {
			return nil // on its way up
		}
		return reason(stateReason(m[3]))
	}
	if noNetwork.Get().MatchString(t.line) {
		return reason(201)
	}
	if m := disconnected.Get().FindStringSubmatch(t.line); m != nil {
		return reason(number(m, 1))
	}
	if m := reasonName.Get().FindStringSubmatch(t.line); m != nil {
		for n, r := range reasons {
			if r.name == m[1] {
				return reason(n)
			}
		}
	}
	if t.has("wifi", "wi-fi", "ssid", "station", "sta_disconnected", "wlan") && !t.has("mqtt", "websocket") {
		if m := reasonNumber.Get().FindStringSubmatch(t.line); m != nil {
			return reason(number(m, 1))
		}
	}
	if m := statusName.Get().FindStringSubmatch(t.line); m != nil && !t.has("!=") && (t.has("status", "result", "error", "failed", "state") || m[0] == t.line) {
		return []Explanation{statuses[m[1]]}
	}
	if m := statusDigit.Get().FindStringSubmatch(t.line); m != nil {
		return []Explanation{statuses[map[string]string{"1": "NO_SSID_AVAIL", "4": "CONNECT_FAILED", "5": "CONNECTION_LOST", "6": "WRONG_PASSWORD"}[m[1]]]}
	}
	return nil
}

// stateReason takes the reason out of the number behind a state change, 0 if
// there is none in it.
func stateReason(hex string) int {
	n, err := strconv.ParseUint(hex, 16, 16)
	switch {
	case err != nil:
		return 0
	case n > 0xff:
		return int(n >> 8)
	case n <= 24:
		return int(n)
	}
	return 0
}

// A wifiReason is why a connection ended or did not come about (SDK
// user_interface.h, REASON_…; numbers to 24 are those of IEEE 802.11).
type wifiReason struct{ name, message, fix string }

const (
	fixPassword = "Check the Wi-Fi's name and password letter by letter; the board needs WPA2 and can't do WPA3 alone"
	fixSignal   = "Move the board nearer to the access point or give it a better power supply, and look at the signal: below -80 dBm it is not enough"
	fixRouter   = "Restart the access point, and look at what it allows: number of devices, blocked addresses, 802.11b/g/n at 2.4 GHz"
	fixName     = "Check the Wi-Fi's name, also capitals and spaces; the board sees 2.4 GHz only, channels 1 to 13"
	fixSecurity = "Set the access point to WPA2-Personal with AES (CCMP), without management frame protection"

	notHeard = "the access point was not heard any more"
	notThere = "there is no network of that name that the board can see"
)

// reasons are numbered by their places; the others are unused.
var reasons = [...]wifiReason{
	1:   {"UNSPECIFIED", "the connection ended for a reason that was not told", fixSignal},
	2:   {"AUTH_EXPIRE", "the access point did not let the board in: the password is wrong, or the signal is weak", fixPassword},
	3:   {"AUTH_LEAVE", "the access point let the board go, such as when it restarts", fixRouter},
	4:   {"ASSOC_EXPIRE", "the access point had not heard of the board for too long", fixSignal},
	5:   {"ASSOC_TOOMANY", "the access point has too many devices", fixRouter},
	6:   {"NOT_AUTHED", "the access point has forgotten the board's log-in", fixRouter},
	7:   {"NOT_ASSOCED", "the access point has forgotten the board", fixRouter},
	9:   {"ASSOC_NOT_AUTHED", "the access point wants the board to log in first", fixRouter},
	10:  {"DISASSOC_PWRCAP_BAD", "the access point does not accept the board's transmission power", fixRouter},
	11:  {"DISASSOC_SUPCHAN_BAD", "the access point does not accept the board's channels", fixRouter},
	13:  {"IE_INVALID", "the access point's security settings were not understood", fixSecurity},
	14:  {"MIC_FAILURE", "a message was garbled or forged: its check failed", fixSecurity},
	15:  {"4WAY_HANDSHAKE_TIMEOUT", "the exchange of keys did not end: almost always the password is wrong", fixPassword},
	16:  {"GROUP_KEY_UPDATE_TIMEOUT", "the exchange of a new group key did not end", fixSignal},
	17:  {"IE_IN_4WAY_DIFFERS", "the access point's security settings changed in the middle", fixSecurity},
	18:  {"GROUP_CIPHER_INVALID", "the board does not have the access point's group cipher", fixSecurity},
	19:  {"PAIRWISE_CIPHER_INVALID", "the board does not have the access point's cipher", fixSecurity},
	20:  {"AKMP_INVALID", "the board does not have the access point's way to log in", fixSecurity},
	21:  {"UNSUPP_RSN_IE_VERSION", "the access point's security is newer than the board's", fixSecurity},
	22:  {"INVALID_RSN_IE_CAP", "the access point's security settings are not the board's", fixSecurity},
	23:  {"802_1X_AUTH_FAILED", "the log-in at a company's network (802.1X) failed", "Use a network with a password of its own; the board's sketch knows no 802.1X"},
	24:  {"CIPHER_SUITE_REJECTED", "the access point does not accept the board's cipher", fixSecurity},
	200: {"BEACON_TIMEOUT", notHeard, fixSignal},
	201: {"NO_AP_FOUND", notThere, fixName},
	202: {"AUTH_FAIL", "the access point refused the board: almost always the password is wrong", fixPassword},
	203: {"ASSOC_FAIL", "the access point did not take the board", fixRouter},
	204: {"HANDSHAKE_TIMEOUT", "the exchange of keys did not end: almost always the password is wrong", fixPassword},
}

// reason explains one by its number. 8 is left out: that is the board itself
// leaving, as each WiFi.disconnect does.
func reason(n int) []Explanation {
	if n >= len(reasons) || reasons[n].name == "" {
		return nil
	}
	r := reasons[n]
	e := note(fmt.Sprintf("Wi-Fi reason %d", n), "Wi-Fi: "+r.message, r.fix)
	e.Number, e.Text = n, strings.ToLower(strings.ReplaceAll(r.name, "_", " "))
	return []Explanation{e}
}

// statuses are wl_status_t's (core wl_definitions.h). 6 was "disconnected" in
// cores before 3.0.
var statuses = map[string]Explanation{
	"NO_SSID_AVAIL":   note("Wi-Fi status 1", "Wi-Fi: "+notThere, fixName),
	"CONNECT_FAILED":  note("Wi-Fi status 4", "Wi-Fi: the access point refused the board", fixPassword),
	"CONNECTION_LOST": note("Wi-Fi status 5", "Wi-Fi: the connection was lost", fixSignal),
	"WRONG_PASSWORD":  note("Wi-Fi status 6", "Wi-Fi: the password is wrong; in cores before 3.0 this number only means that the board is not connected", fixPassword),
}

// wifiRules are what the SDK and the core print beside, of the network and TLS.
var wifiRules = []rule{
	{has: "bcn_timout", pattern: lazyregexp.New(`\bbcn_timout,`), severity: problem.Warning, code: "beacon timeout",
		message: "Wi-Fi: the access point has not been heard for a while; the board asks whether it is still there", fix: fixSignal},
	{has: "ap_probe_send over", pattern: lazyregexp.New(`\bap_probe_send over, rest`), code: "Wi-Fi reason 200", message: "Wi-Fi: " + notHeard, fix: fixSignal},
	{has: "_run_until: timeout", pattern: lazyregexp.New(`BSSL:_run_until: Timeout`), code: "TLS timeout",
		message: "The server did not go on with TLS within 15 seconds, or the board was too slow for its key", fix: "Run the board at 160 MHz, ask for an ECDSA P-256 certificate, and look at the Wi-Fi's signal"},
	{has: "lookup error", pattern: lazyregexp.New(`(?i)\[hostByName\] Host: (\S+) lookup error`), code: "no such host",
		message: "The name $1 has no address that the board could get", fix: "Check the host's name, and that the Wi-Fi reaches the Internet and hands out a DNS server"},
}
