package curl

import (
	"strings"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A option is one option as it was given, by its long name.
type option struct {
	name  string // "data"; "url" for an argument that is no option
	value string
}

// parseCurlFlags splits words as curl's own parser does: short options may
// stand together and may have their value glued on, a long option's value is
// the next word, "--no-" turns a switch off (curl src/tool_getparam.c). Options
// that curl 8 doesn't know are returned in unknown.
func parseCurlFlags(words []string) (flags []option, unknown []string, err error) {
	for i := 0; i < len(words); i++ {
		next := func(option string) (string, error) {
			i++
			if i == len(words) {
				return "", refusal(option+" has no value", "copy the command to its end")
			}
			return words[i], nil
		}
		word := words[i]
		switch {
		case word == "" || word == "-" || word[0] != '-':
			flags = append(flags, option{"url", word})
		case word == "--":
			for _, rest := range words[i+1:] {
				flags = append(flags, option{"url", rest})
			}
			return flags, unknown, nil
		case strings.HasPrefix(word, "--"):
			flag := option{name: word[2:]}
			switch {
			case takesValue(flag.name):
				if flag.value, err = next(word); err != nil {
					return nil, nil, err
				}
			case !isSwitch(strings.TrimPrefix(flag.name, "no-")):
				name, _, _ := strings.Cut(word, "=")
				unknown = append(unknown, name)
				continue
			}
			flags = append(flags, flag)
		default:
			for letters := word[1:]; letters != ""; {
				flag := option{name: longName(letters[0])}
				if flag.name == "" {
					unknown = append(unknown, "-"+letters[:1])
					break // what follows may be its value
				}
				letters = letters[1:]
				if takesValue(flag.name) {
					if flag.value, letters = letters, ""; flag.value == "" {
						if flag.value, err = next("-" + word[1:]); err != nil {
							return nil, nil, err
						}
					}
				}
				flags = append(flags, flag)
			}
		}
	}
	return flags, unknown, nil
}

// longName returns the long name of a short option, or "".
func longName(short byte) string {
	for _, pair := range strings.Fields(curlShort) {
		if pair[0] == short {
			return pair[2:]
		}
	}
	return ""
}

func takesValue(name string) bool { return contains(curlWithValue, name) }
func isSwitch(name string) bool   { return contains(curlSwitches, name) }

// contains reports whether word is one of the words of list.
func contains(list, word string) bool {
	for _, w := range strings.Fields(list) {
		if w == word {
			return true
		}
	}
	return false
}

// curl's options (curl(1), version 8).
const (
	curlShort = `
		a=append E=cert K=config C=continue-at b=cookie c=cookie-jar d=data q=disable D=dump-header f=fail F=form
		P=ftp-port G=get g=globoff I=head H=header h=help 0=http1.0 i=include k=insecure 4=ipv4 6=ipv6
		j=junk-session-cookies l=list-only L=location M=manual m=max-time n=netrc :=next N=no-buffer o=output
		Z=parallel #=progress-bar x=proxy U=proxy-user p=proxytunnel Q=quote r=range e=referer J=remote-header-name
		O=remote-name R=remote-time X=request S=show-error s=silent Y=speed-limit y=speed-time 2=sslv2 3=sslv3
		t=telnet-option z=time-cond 1=tlsv1 T=upload-file B=use-ascii u=user A=user-agent v=verbose V=version w=write-out`

	curlWithValue = `
		abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to
		continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw
		data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech
		egd-file engine etag-compare etag-save expect100-timeout form form-string ftp-account
		ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip
		header help hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time
		key key-type krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize
		max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max pass pinnedpubkey
		preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type
		proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey
		proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user
		proxy1.0 pubkey quote random-file range rate referer request request-target resolve retry retry-delay
		retry-max-time sasl-authzid service-name socks4 socks4a socks5 socks5-gssapi-service socks5-hostname
		speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype
		tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file url url-query user user-agent
		variable vlan-priority write-out`

	curlSwitches = `
		anyauth append basic buffer ca-native cert-status clobber compressed compressed-ssh create-dirs crlf digest
		disable disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure eprt epsv fail
		fail-early fail-with-body false-start form-escape ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip
		ftp-ssl-ccc ftp-ssl-control get globoff haproxy-protocol head http0.9 http1.0 http1.1 http2
		http2-prior-knowledge http3 http3-only ignore-content-length include insecure ipv4 ipv6
		junk-session-cookies keepalive list-only location location-trusted mail-rcpt-allowfails manual metalink
		mptcp negotiate netrc netrc-optional next no-alpn no-buffer no-clobber no-keepalive no-npn
		no-progress-meter no-sessionid ntlm ntlm-wb parallel parallel-immediate path-as-is post301 post302 post303
		progress-bar progress-meter proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2
		proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1
		proxytunnel raw remote-header-name remote-name remote-name-all remote-time remove-on-error
		retry-all-errors retry-connrefused sasl-ir sessionid show-error show-headers silent skip-existing
		socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke
		ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen
		tcp-nodelay tftp-no-options tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time
		use-ascii verbose version xattr`

	// Options that say nothing about the request: what curl shows, where it
	// stores it, how long it waits, and how it finds the server.
	curlIrrelevant = `
		append basic buffer clobber connect-timeout create-dirs create-file-mode disable dump-header
		fail fail-early fail-with-body globoff happy-eyeballs-timeout-ms http1.1 include ipv4 keepalive
		keepalive-time limit-rate max-filesize max-redirs max-time no-alpn no-buffer no-clobber no-keepalive no-npn
		no-progress-meter no-sessionid output output-dir parallel path-as-is progress-bar progress-meter raw
		remote-header-name remote-name remote-time retry retry-all-errors retry-connrefused retry-delay
		retry-max-time sessionid show-error show-headers silent speed-limit speed-time ssl-no-revoke ssl-reqd stderr
		styled-output tcp-nodelay tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 trace trace-ascii trace-time use-ascii verbose write-out`
)

// refusal says why a curl command can't become a request.
func refusal(message, fix string) error {
	return problem.New("", "this curl command can't be used: "+sanitize.Line(message), sanitize.Line(fix))
}
