package profile

import (
	"fmt"
	"strings"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// Environment variables that fill in what the file never holds.
const (
	EnvSSID     = "ESPOST_WIFI_SSID"
	EnvPassword = "ESPOST_WIFI_PASSWORD"
	EnvOTA      = "ESPOST_OTA_PASSWORD" // for updates over the Wi-Fi
)

// SecretEnv is the environment variable that holds the value of the secret
// field or header called name: ESPOST_SECRET_ and the name in capitals, with _
// for everything but letters and digits.
func SecretEnv(name string) string {
	upper := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}
	return "ESPOST_SECRET_" + strings.Map(upper, name)
}

// FillSecrets sets every secret value and the Wi-Fi's name and
// password and that for updates where they are still empty from the environment, where lookup (os.LookupEnv) has them.
// It returns the variables of those secret values that stay empty.
func (p *Profile) FillSecrets(lookup func(string) (string, bool)) (missing []string) {
	fill := func(value *string, variable string) bool {
		if *value == "" {
			*value, _ = lookup(variable)
		}
		return *value != ""
	}
	for i := range p.Request.Headers {
		if h := &p.Request.Headers[i]; h.Secret && !fill(&h.Value, SecretEnv(h.Name)) {
			missing = append(missing, SecretEnv(h.Name))
		}
	}
	for i := range p.Request.Fields {
		if f := &p.Request.Fields[i]; f.HoldsSecret() && !f.Off && !fill(&f.Value, SecretEnv(f.Name)) {
			missing = append(missing, SecretEnv(f.Name))
		}
	}
	fill(&p.Firmware.SSID, EnvSSID)
	fill(&p.Firmware.Password, EnvPassword)
	if p.Firmware.OTA {
		fill(&p.Firmware.OTAPassword, EnvOTA)
	}
	return missing
}

// CodeInClear is the code of the note on a credential that the file holds.
const CodeInClear = "secret-in-clear"

// hideCredentials marks as secret what is a credential by its name, and warns of it:
// the next Save takes its value out of the file.
func (p *Profile) hideCredentials() {
	hidden := p.Request.Credentials()
	note := func(where, name string) {
		p.Warnings = append(p.Warnings, problem.Problem{
			Severity: problem.Warning, Code: CodeInClear, Where: where,
			Message: fmt.Sprintf("the value of %s stood in the profile for everybody to read; it is a secret now, and the next save leaves it out", sanitize.Clip(name, 40)),
			Fix:     fmt.Sprintf("keep it elsewhere and give it in %s; if others have seen the file, change it", SecretEnv(name)),
		})
	}
	for i, h := range hidden.Headers {
		if h.Secret && !p.Request.Headers[i].Secret {
			note(fmt.Sprintf("request.headers[%d]", i), h.Name)
		}
	}
	for i, f := range hidden.Fields {
		if f.Secret && !p.Request.Fields[i].Secret {
			note(fmt.Sprintf("request.fields[%d]", i), f.Name)
		}
	}
	p.Request = hidden
}
