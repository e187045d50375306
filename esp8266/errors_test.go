package esp8266_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"espost/esp8266"
)

func TestHTTPClientErrors(t *testing.T) {
	for code := -1; code >= -11; code-- {
		e, ok := esp8266.HTTPClientError(code)
		if !ok || e.Code != code || e.Name != "HTTPClient "+strconv.Itoa(code) {
			t.Errorf("HTTPClientError(%d) = %+v, %v", code, e, ok)
		}
	}
	for _, code := range []int{0, 1, 200, -12} {
		if e, ok := esp8266.HTTPClientError(code); ok {
			t.Errorf("HTTPClientError(%d) = %+v, want none", code, e)
		}
	}
}

func TestSSLError(t *testing.T) {
	tests := []struct {
		code             int
		name, text, says string
	}{
		{6, "BearSSL 6", "Incoming record is too large", "receive buffer"},
		{27, "BearSSL 27", "Invalid signature", "key has changed"},
		{54, "BearSSL 54", "expired or not yet valid", "clock"},
		{62, "BearSSL 62", "trust anchor", "isn't the pinned one"},
		{-1000, "BearSSL -1000", "Unable to allocate memory", "free memory"},
		{256 + 40, "BearSSL 296", "SSL received fatal alert - Decoding error: extraneous element.", "alert 40 (handshake_failure): the server found"},
		{256 + 70, "BearSSL 326", "SSL received fatal alert - Unknown error code.", "TLS 1.2"},
		{512 + 40, "BearSSL 552", "SSL sent fatal alert - ", "The board itself"},
	}
	for _, tt := range tests {
		e, ok := esp8266.SSLError(tt.code).Info()
		if !ok || e.Name != tt.name || !strings.Contains(e.Text, tt.text) || !strings.Contains(e.Meaning, tt.says) {
			t.Errorf("SSLError(%d) = %+v, %v", tt.code, e, ok)
		}
	}
	for _, code := range []int{-1, 11, 30, 32, 61, 63, 255, 768, -999} {
		if e, ok := esp8266.SSLError(code).Info(); ok {
			t.Errorf("SSLError(%d) = %+v, want none", code, e)
		}
	}
}

// Every number in BearSSL's own headers has an explanation, and alerts have
// the names that the headers give them.
func TestErrorsCoverBearSSLHeaders(t *testing.T) {
	var headers string
	for _, name := range []string{"bearssl_ssl.h", "bearssl_x509.h"} {
		b, err := os.ReadFile("/usr/include/bearssl/" + name)
		if err != nil {
			if os.Getenv("ESPOST_TEST_ALL") == "1" {
				t.Fatalf("libbearssl-dev is missing: %v", err)
			}
			t.Skipf("libbearssl-dev is missing: %v", err)
		}
		headers += string(b)
	}

	codes := regexp.MustCompile(`#define BR_ERR_(\w+)\s+(\d+)`).FindAllStringSubmatch(headers, -1)
	if len(codes) < 50 {
		t.Fatalf("found only %d error codes in the headers", len(codes))
	}
	for _, c := range codes {
		if c[1] == "X509_OK" { // success
			continue
		}
		code, _ := strconv.Atoi(c[2])
		if _, ok := esp8266.SSLError(code).Info(); !ok {
			t.Errorf("SSLError(%d) lacks %s", code, c[1])
		}
	}
	for _, a := range regexp.MustCompile(`#define BR_ALERT_(\w+)\s+(\d+)`).FindAllStringSubmatch(headers, -1) {
		n, _ := strconv.Atoi(a[2])
		if got, want := esp8266.AlertName(n), strings.ToLower(a[1]); got != want {
			t.Errorf("AlertName(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestAlert(t *testing.T) {
	if e := esp8266.Alert(40); e.Name != "alert 40" || e.Text != "handshake_failure" {
		t.Errorf("Alert(40) = %+v", e)
	}
	if e := esp8266.Alert(99); e.Name != "alert 99" || e.Text != "unassigned" || e.Cure == "" {
		t.Errorf("Alert(99) = %+v", e)
	}
}

// What people read is one plain sentence each, and no number stands twice.
func TestErrorSentences(t *testing.T) {
	var all []esp8266.ErrorInfo
	all = append(all, esp8266.HTTPClientErrors()...)
	all = append(all, esp8266.SSLErrors()...)
	all = append(all, esp8266.Alerts()...)
	for n := range 256 {
		for _, base := range []esp8266.SSLError{esp8266.AlertReceived, esp8266.AlertSent} {
			e, ok := (base + esp8266.SSLError(n)).Info()
			if !ok {
				t.Errorf("SSLError(%d) has no answer", int(base)+n)
			}
			if esp8266.Alert(n).Text != "unassigned" {
				all = append(all, e)
			}
		}
	}
	seen := map[string]bool{}
	for _, e := range all {
		if seen[e.Name] {
			t.Errorf("%s stands twice", e.Name)
		}
		seen[e.Name] = true
		if e.Text == "" {
			t.Errorf("%s has no text", e.Name)
		}
		for _, s := range []string{e.Meaning, e.Cure} {
			if !strings.HasSuffix(s, ".") || strings.Contains(strings.TrimSuffix(s, "."), ". ") || s[0] < 'A' || s[0] > 'Z' {
				t.Errorf("%s: not one sentence: %q", e.Name, s)
			}
		}
	}
}
