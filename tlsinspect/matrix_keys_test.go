package tlsinspect_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"espost/request"
)

// made is a key and a self-signed certificate that openssl makes: of kinds that
// Go makes slowly or not at all.
func made(options ...string) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) {
		t.Helper()
		dir := t.TempDir()
		key, cert := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
		command := func(args ...string) {
			t.Helper()
			if out, err := exec.Command(program(t, "openssl"), args...).CombinedOutput(); err != nil {
				t.Fatalf("openssl %v: %v\n%s", args, err, out)
			}
		}
		command(append([]string{"genpkey", "-out", key}, options...)...)
		command("req", "-x509", "-new", "-key", key, "-out", cert, "-days", "90",
			"-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
		data, err := os.ReadFile(cert)
		if err != nil {
			t.Fatal(err)
		}
		return opensslFiles(t, "-cert", cert, "-key", key, "-cipher", "ALL:@SECLEVEL=0"), der(t, string(data))
	}
}

func TestMatrixKeys(t *testing.T) {
	const algorithm, option = "-algorithm", "-pkeyopt"
	run(t, []setup{
		{"RSA 512", made(algorithm, "RSA", option, "rsa_keygen_bits:512"), nil, true, nil, nil},
		{"RSA 1024", withOpenSSL(selfSigned(t, rsa1024()), "-cipher", "ALL:@SECLEVEL=0"), nil, true, nil, nil},
		{"RSA 2048", withOpenSSL(selfSigned(t, rsa2048())), nil, true, []string{"self-signed", "mfln-accepted", "memory", "session-id"}, []string{"basic-ciphers-refused"}},
		{"RSA 4096", withOpenSSL(selfSigned(t, rsa4096())), nil, true, nil, []string{"key-too-big"}},
		{"RSA 8192", made(algorithm, "RSA", option, "rsa_keygen_bits:8192", option, "rsa_keygen_primes:5"), nil, false, []string{"key-too-big"}, nil},
		{"RSA 4128", made(algorithm, "RSA", option, "rsa_keygen_bits:4128", option, "rsa_keygen_primes:4"), nil, false, []string{"key-too-big"}, nil},
		{"P-256", withOpenSSL(selfSigned(t, p256())), nil, true, []string{"basic-ciphers-refused"}, nil},
		{"P-384", withOpenSSL(selfSigned(t, p384())), nil, true, nil, nil},
		{"P-521", withOpenSSL(selfSigned(t, p521())), nil, true, nil, nil},
		{"secp256k1", made(algorithm, "EC", option, "ec_paramgen_curve:secp256k1"), nil, false, []string{"key-unsupported"}, nil},
		{"P-224", made(algorithm, "EC", option, "ec_paramgen_curve:P-224"), nil, false, []string{"key-unsupported"}, nil},
		{"Ed25519", made(algorithm, "ED25519"), nil, false, []string{"key-unsupported"}, nil},
		{"Ed448", made(algorithm, "ED448"), nil, false, []string{"key-unsupported"}, nil},
		{"RSA-PSS key", made(algorithm, "RSA-PSS", option, "rsa_keygen_bits:2048"), nil, false, []string{"pss"}, nil},
		{"RSA-PSS signatures only", withOpenSSL(selfSigned(t, rsa2048()), "-cipher", "ECDHE", "-sigalgs", "RSA-PSS+SHA256"), nil, false, []string{"pss"}, nil},
		{"Go RSA", withGo(selfSigned(t, rsa2048())), nil, true, []string{"mfln-refused"}, []string{"mfln-accepted"}},
		{"Go P-256", withGo(selfSigned(t, p256())), nil, true, []string{"mfln-refused", "memory"}, nil},
		{"Go Ed25519", withGo(selfSigned(t, ed25519Key())), nil, false, []string{"key-unsupported"}, nil},
		{"nginx RSA", withNginx(selfSigned(t, rsa2048())), nil, true, []string{"mfln-accepted"}, nil},
		{"gnutls P-256", withGnuTLS(selfSigned(t, p256())), nil, true, nil, nil},
		{"two certificates", func(t *testing.T) (request.Target, []byte) {
			rsa, ec := selfSigned(t, rsa2048()), selfSigned(t, p256())
			cert, key := ec.files(t)
			return openssl(t, rsa, "-dcert", cert, "-dkey", key), nil
		}, nil, true, []string{"basic-ciphers-see-another"}, []string{"basic-ciphers-refused"}},
	})
}
