package profile

import "strings"

// Environment variables that fill in what the file never holds.
const (
	EnvSSID     = "ESPOST_WIFI_SSID"
	EnvPassword = "ESPOST_WIFI_PASSWORD"
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

// FillSecrets sets every secret value and the Wi-Fi's name and password that
// are still empty from the environment, where lookup (os.LookupEnv) has them.
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
	return missing
}
