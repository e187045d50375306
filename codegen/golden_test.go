package codegen_test

import (
	"bytes"
	"encoding/pem"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"espost/codegen"
	"espost/esp8266"
	"espost/pinfile"
	"espost/request"
)

var update = flag.Bool("update", false, "rewrite the golden projects in testdata/golden")

// Fixed keys and certificates, so that golden files don't change.
const (
	goldenKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
`
	goldenRSAKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnV1MjzbJQ7d9nkt0fwk7
paJUU+e++E4pmQXmtnK5heCesk11ZMHI4VoBNV3gWkAoi83Sc6THKhx8osJqCWhZ
sdX8DRdBdMvgXAV8gvKYGXa985f8WTTFGrvQwQjyKCwwx5X2fxgE5/3g/JS6qh8H
S1gbQrs6ir6WK/G4p0asfbvXbvGKzOgZ1Ic487sy/9AjT1f9DGn9Lm1qNqrRFl+/
tLzXtjEtezH3lNOlioQe86oa03WbXfpu0nrTaLcdnKrj56xAzOiRhXz0Qx9RSsuA
NaHxtEpX6V35ELkf+IPST7Ykjsyy/NpdHH7vX52PYdeGcFWjTsZQkjOB6eFbk/z1
3wIDAQAB
-----END PUBLIC KEY-----
`
	// ISRG Root X2, which is public.
	goldenCA = `-----BEGIN CERTIFICATE-----
MIICGzCCAaGgAwIBAgIQQdKd0XLq7qeAwSxs6S+HUjAKBggqhkjOPQQDAzBPMQsw
CQYDVQQGEwJVUzEpMCcGA1UEChMgSW50ZXJuZXQgU2VjdXJpdHkgUmVzZWFyY2gg
R3JvdXAxFTATBgNVBAMTDElTUkcgUm9vdCBYMjAeFw0yMDA5MDQwMDAwMDBaFw00
MDA5MTcxNjAwMDBaME8xCzAJBgNVBAYTAlVTMSkwJwYDVQQKEyBJbnRlcm5ldCBT
ZWN1cml0eSBSZXNlYXJjaCBHcm91cDEVMBMGA1UEAxMMSVNSRyBSb290IFgyMHYw
EAYHKoZIzj0CAQYFK4EEACIDYgAEzZvVn4CDCuwJSvMWSj5cz3es3mcFDR0HttwW
+1qLFNvicWDEukWVEYmO6gbf9yoWHKS5xcUy4APgHoIYOIvXRdgKam7mAHf7AlF9
ItgKbppbd9/w+kHsOdx1ymgHDB/qo0IwQDAOBgNVHQ8BAf8EBAMCAQYwDwYDVR0T
AQH/BAUwAwEB/zAdBgNVHQ4EFgQUfEKWrt5LSDv6kviejM9ti6lyN5UwCgYIKoZI
zj0EAwMDaAAwZQIwe3lORlCEwkSHRhtFcP9Ymd70/aTSVaYgLXTWNLxBo1BfASdW
tL4ndQavEi51mI38AjEAi/V3bNTIZargCyzuFJ0nN6T5U6VR5CmD1/iQMVtCnwr1
/q4AaOeMSQ+2b1tbFfLn
-----END CERTIFICATE-----
`
	goldenSecondCA = `-----BEGIN CERTIFICATE-----
MIIBJzCBzqADAgECAgEDMAoGCCqGSM49BAMCMBMxETAPBgNVBAMMCFJvb3QgVHdv
MB4XDTI2MTEyNjEwNTYxMFoXDTQ2MTEyMTEwNTYxMFowEzERMA8GA1UEAwwIUm9v
dCBUd28wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS+mFirBzeZhuju8y/80yJ5
JYkHXZh6Mlnyqqmtiv4WAE19JhpXl+53chBwS/Tv7J5/6sEmd4SZ2b0vwh+EN2l0
oxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEwmRZYfmaLv
WlCGT08FWoOhtZCe87bFCy1UOAeE/AV2AiEAzPB8exqpU6VEHafS3mERDzTyNtf5
9atx7dZ5W9JOtwA=
-----END CERTIFICATE-----
`
	goldenThirdCA = `-----BEGIN CERTIFICATE-----
MIIBKzCB0qADAgECAgEFMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMClJvb3QgVGhy
ZWUwHhcNMjYxMTI2MTA1NjEwWhcNNDYxMTIxMTA1NjEwWjAVMRMwEQYDVQQDDApS
b290IFRocmVlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEewVlEoZOPCtzJtlP
UoIdqH486PaqHH7uKp705NPCfh03TAyNSdzbj+JdANmFuLk3r2kvuw8y9qayWRai
LZQdNKMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA7eKN
K+qyx+TwcXECTtYlcIeBL8IFDgEdbkW/aiAXBLoCIH88OqGJGt8i6/8pGxHNe9Ss
YxZ1UPdSHNYQDNJNaw+5
-----END CERTIFICATE-----
`
)

// goldens are the projects that are kept whole, each a change to the first.
func goldens() map[string]func(*codegen.Project) {
	cases := map[string]func(*codegen.Project){
		"fingerprint":  func(*codegen.Project) {},
		"fingerprints": func(p *codegen.Project) { p.Pin.SHA1 = append(p.Pin.SHA1, strings.Repeat("0F", 20)) },
		"public-key": func(p *codegen.Project) {
			p.Pin = esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: goldenKey, SHA1: p.Pin.SHA1, Expires: p.Pin.Expires}
		},
		"ca": func(p *codegen.Project) {
			p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{goldenCA}, SHA1: p.Pin.SHA1, Expires: p.Pin.Expires}
		},
		"many-cas": func(p *codegen.Project) {
			p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{goldenCA, goldenSecondCA, goldenThirdCA}}
		},
		"backup": func(p *codegen.Project) {
			p.Pin.Reserve, p.Pin.Backup, p.Pin.CAs = []string{goldenKey, goldenRSAKey}, esp8266.PinCA, []string{goldenCA}
		},
		"signed-pins": func(p *codegen.Project) {
			p.Owner = pinfile.Owner{Group: "porch", Epoch: 1, Serial: 7}
			for i, key := range []*pinfile.Key{&p.Owner.Key, &p.Owner.Recovery} {
				block, _ := pem.Decode([]byte(goldenKey))
				copy(key[:], block.Bytes[len(block.Bytes)-65:])
				key[1] += byte(i)
			}
			p.Fetch = codegen.Fetch{URLs: []string{"http://example.org/porch.pins", "http://192.168.1.5:8080/pins?of=porch"}, Refresh: 12 * time.Hour}
		},
		"insecure": func(p *codegen.Project) { p.Pin = esp8266.Pin{Mode: esp8266.PinInsecure} },
		"public-key-rsa": func(p *codegen.Project) {
			p.Pin = esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: goldenRSAKey, Expires: p.Pin.Expires}
		},
		"json": func(p *codegen.Project) {
			p.Body = request.JSON
			p.Fields = append(p.Fields,
				constantJSON("port", "8080"), constantJSON("tags", `["door", {"floor": 1}, null]`),
				request.Field{Name: "signal", Source: esp8266.SourceRSSI})
		},
		"put":     func(p *codegen.Project) { p.Method = "PUT" },
		"no-rows": func(p *codegen.Project) { p.Fields, p.Headers = nil, nil },
		"secrets": func(p *codegen.Project) {
			p.Headers = append(p.Headers, request.Header{Name: "Authorization", Value: "Bearer x", Secret: true})
			p.Fields = append(p.Fields, secretText("API key", "12345"), secretText("later", ""))
		},
		"own-code": func(p *codegen.Project) {
			p.Fields = append(p.Fields, request.Field{Name: "Temperature °C", Source: esp8266.SourceCode}, request.Field{Name: "temperature.c", Source: esp8266.SourceCode})
		},
		"vcc": func(p *codegen.Project) {
			p.Fields = append(p.Fields, request.Field{Name: "supply", Source: esp8266.SourceVCC})
		},
		"buffers":    func(p *codegen.Project) { p.Buffers = esp8266.DefaultBuffers() },
		"outbox":     func(p *codegen.Project) { p.Keep = codegen.KeepFailed },
		"esp01":      func(p *codegen.Project) { p.Board, _ = esp8266.BoardByID("generic"); p.Keep = codegen.KeepFailed },
		"deep-sleep": func(p *codegen.Project) { p.DeepSleep = true },
		"static": func(p *codegen.Project) {
			a := netip.MustParseAddr
			p.Static = codegen.Static{Address: a("192.168.1.57"), Gateway: a("192.168.1.1"), Mask: a("255.255.255.0"), DNS: a("192.168.1.1")}
		},
		"ota":          func(p *codegen.Project) { p.OTA, p.Keep = true, codegen.KeepFailed },
		"led":          func(p *codegen.Project) { p.LED = true },
		"placeholders": func(p *codegen.Project) { p.SSID, p.Password = "", "" },
		"sensors": func(p *codegen.Project) {
			p.Body, p.Libraries = request.JSON, []string{"ArduinoJson@7.4.2"}
			p.Fields = []request.Field{
				{Name: "t", Source: "dht22.temperature", GPIO: 13, Shape: request.Shape{Scale: 1.8, Offset: 32}},
				{Name: "h", Source: "dht22.humidity", GPIO: 13, None: request.Null},
				{Name: "p", Source: "bme280.pressure", Wires: request.Wires{Address: 0x77}, None: request.Skip},
				{Name: "door", Source: "reed.open", GPIO: 12},
				{Name: "water", Source: "pulse.interval", GPIO: 14},
			}
		},
		"everything": func(p *codegen.Project) {
			p.Keep, p.DeepSleep, p.LED, p.Body = codegen.KeepAll, true, true, request.JSON
			p.Headers = append(p.Headers, request.Header{Name: "Authorization", Value: "Bearer x", Secret: true})
			p.Every = 90 * time.Minute
			p.Fields = []request.Field{{Name: "token", Source: esp8266.SourceText, Secret: true}}
			for _, info := range esp8266.Sources() {
				if info.Source != esp8266.SourceVCC {
					p.Fields = append(p.Fields, request.Field{Name: info.Source.String(), Source: info.Source, Value: `"?"`, GPIO: 5})
				}
			}
		},
	}
	for _, id := range []string{"d1_mini", "esp12e", "generic", "shelly1", "thing", "wifiduino"} {
		cases["board-"+id] = func(p *codegen.Project) {
			p.Board, _ = esp8266.BoardByID(id)
		}
	}
	return cases
}

// archive is a project's folder as one text; with base, only the files that
// differ from it, and a list of those that are missing.
func archive(t *testing.T, change func(*codegen.Project), base codegen.Folder) (*txtar.Archive, codegen.Folder) {
	t.Helper()
	p := tutorial()
	p.Target.Host = "postman-echo.com"
	change(&p)
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	a := &txtar.Archive{}
	if base != nil {
		a.Comment = []byte("Only what differs from fingerprint.txtar.\n")
	}
	for _, file := range folder {
		same := slices.ContainsFunc(base, func(b codegen.File) bool { return b.Path == file.Path && bytes.Equal(b.Data, file.Data) })
		if !same {
			a.Files = append(a.Files, txtar.File{Name: file.Path, Data: file.Data})
		}
	}
	return a, folder
}

func TestGolden(t *testing.T) {
	_, base := archive(t, func(*codegen.Project) {}, nil)
	for name, change := range goldens() {
		t.Run(name, func(t *testing.T) {
			from := base
			if name == "fingerprint" {
				from = nil
			}
			a, _ := archive(t, change, from)
			got := txtar.Format(a)
			path := filepath.Join("testdata", "golden", name+".txtar")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s differs (-want +got); if that is meant, run go test ./codegen -update:\n%s", path, diff)
			}
		})
	}
}

func TestSameProjectSameBytes(t *testing.T) {
	for name, change := range goldens() {
		first, _ := archive(t, change, nil)
		second, _ := archive(t, change, nil)
		if !bytes.Equal(txtar.Format(first), txtar.Format(second)) {
			t.Errorf("%s: two runs differ", name)
		}
	}
}

// Both build tools get the same flash layout and the same clock, for every board.
func TestToolsAgree(t *testing.T) {
	for _, board := range esp8266.Boards() {
		p := tutorial()
		p.Board = board
		folder, err := codegen.Generate(p)
		if err != nil {
			t.Fatal(err)
		}
		files := make(map[string]string)
		for _, file := range folder {
			files[file.Path] = string(file.Data)
		}
		for path, line := range map[string]string{
			"sketch.yaml":    "fqbn: " + board.FQBN() + "\n",
			"platformio.ini": fmt.Sprintf("board = %s\nframework = arduino\nboard_build.f_cpu = 160000000L\nboard_build.flash_mode = %s\n", board.PlatformIO, board.Mode),
		} {
			if !strings.Contains(files[path], line) {
				t.Errorf("%s: %s lacks %q", board.ID, path, line)
			}
		}
		if want := "board_build.ldscript = eagle.flash." + strings.ToLower(board.Layout) + ".ld\n"; !strings.Contains(files["platformio.ini"], want) {
			t.Errorf("%s: platformio.ini lacks %q", board.ID, want)
		}
	}
}
