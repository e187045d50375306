package codegen_test

import (
	"bytes"
	"testing"

	"espost/codegen"
	"espost/request"
)

// A credential that nobody marked lies in arduino_secrets.h, which git ignores,
// and in no other file; one in the address isn't said on the serial port.
func TestUnmarkedCredentials(t *testing.T) {
	p := tutorial()
	p.Headers = []request.Header{{Name: "Authorization", Value: "Bearer hunter2"}, {Name: "X-Device", Value: "to-be-seen"}}
	p.Fields = append(p.Fields, request.Field{Name: "token", Value: "hunter2-too"})
	target, err := request.ParseURL("https://porch.example/post?api_key=hunter3")
	if err != nil {
		t.Fatal(err)
	}
	p.Target = target
	files, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		switch has := bytes.Contains(file.Data, []byte("hunter2")); {
		case file.Path == codegen.SecretsFile:
			if !bytes.Contains(file.Data, []byte(`"Bearer hunter2"`)) || !bytes.Contains(file.Data, []byte(`"hunter2-too"`)) {
				t.Errorf("%s lacks them:\n%s", file.Path, file.Data)
			}
		case has:
			t.Errorf("%s holds a credential:\n%s", file.Path, file.Data)
		case file.Path == p.Name+".ino" && !bytes.Contains(file.Data, []byte(`Serial.println(F("/post?api_key=********"))`)):
			t.Errorf("the address on the serial port:\n%s", file.Data)
		}
	}
}
