package certificate

import "espost/tui/ui"

// Words explains what the step speaks of; the help page shows it.
func (m *Model) Words() []ui.Pair {
	return []ui.Pair{
		{Key: "certificate", Value: "what a server shows to prove its name; it has an end, and is renewed before"},
		{Key: "SHA-1", Value: "a certificate's fingerprint, 40 digits; another certificate has another one"},
		{Key: "key", Value: "the secret half stays on the server; the public half stands in the certificate"},
		{Key: "CA", Value: "who signs certificates and vouches for the name in them"},
		{Key: "chain", Value: "the server's certificate, and those of the CAs that vouch for it"},
		{Key: "root", Value: "the last CA of a chain, which computers know beforehand"},
		{Key: "pin", Value: "what the firmware keeps, to know the server again"},
		{Key: "backup", Value: "what the board goes on by when the pin no longer fits: the CA, or a key in reserve"},
		{Key: "advised", Value: "the pin that would hold longest here; the one chosen needs the least of the board"},
		{Key: "vouched for", Value: "a CA that computers trust, or an earlier pin, says that this is the server"},
		{Key: "renewal", Value: "a new certificate for the old name, often with a new key"},
		{Key: "TLS", Value: "what keeps a connection secret; the board speaks version 1.2"},
		{Key: "cipher suite", Value: "the methods that both sides agree on"},
		{Key: "P-256, RSA", Value: "kinds of keys; RSA keys cost the board more time and memory"},
		{Key: "fragments", Value: "pieces of data; a server that takes small ones saves the board memory"},
		{Key: "SNI", Value: "the name that the board asks for, where several servers share an address"},
	}
}
