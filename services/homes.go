package services

import "espost/request"

// homes are servers that makers run themselves.
func homes() []Service {
	return []Service{homeAssistant(), homeAssistantWebhook(), openHAB(), domoticz(), nodeRED()}
}

func ownServer(example string) Blank {
	return Blank{Name: "server", Title: "server", Where: "give the name that its certificate is for, and its port unless it is 443", Example: example, Kind: Host}
}

func homeAssistant() Service {
	return Service{
		ID: "home-assistant", Title: "Home Assistant", About: "sets the state of an entity",
		Outline: Outline{
			Address: "https://[server]/api/states/[entity]", Body: request.JSON,
			Template: `{"state":"{{rssi}}","attributes":{"unit_of_measurement":"dBm","uptime":{{uptime}}}}`,
			Headers:  headers("Authorization", "Bearer {{token}}"), Fields: both(),
			Answer: request.Answer{Delivered: only(200, 201), Duplicates: request.Harmless},
		},
		Blanks: []Blank{
			ownServer("home.example.com:8123"),
			{Name: "entity", Title: "entity", Where: "choose one, beginning with sensor.", Example: "sensor.porch_wifi"},
			{Name: "token", Title: "long-lived access token", Where: "make one at the end of your profile's page, Security", Example: "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.XXXX", Kind: Secret},
		},
		Trap: "Such a state is gone when Home Assistant starts again, until the board posts next. A board with a wrong token may get its address banned.",
		Docs: "https://developers.home-assistant.io/docs/api/rest/",
		Facts: []Source{
			on(november, "request, answers", "https://developers.home-assistant.io/docs/api/rest/"),
		},
	}
}

func homeAssistantWebhook() Service {
	return Service{
		ID: "home-assistant-webhook", Title: "Home Assistant webhook", About: "triggers an automation",
		Outline: Outline{
			Address: "https://[server]/api/webhook/{{webhook}}", Body: request.JSON, Fields: both(),
			Answer: accepts(200),
		},
		Blanks: []Blank{
			ownServer("home.example.com:8123"),
			{Name: "webhook", Title: "webhook's ID", Where: "it is in the automation's trigger", Example: "-GZEpjkAHBxsTF0fzkmqZKWIU", Kind: Secret},
		},
		Trap: "The answer is 200 whether the webhook exists or not, so nobody can prove that a reading was taken. Unless told otherwise a webhook listens to its own network only.",
		Docs: "https://www.home-assistant.io/docs/automation/trigger/#webhook-trigger",
		Facts: []Source{
			on(november, "answers", "https://github.com/home-assistant/core/blob/dev/homeassistant/components/webhook/__init__.py"),
		},
	}
}

func openHAB() Service {
	return Service{
		ID: "openhab", Title: "openHAB", About: "sets the states of items, a request each",
		Outline: Outline{
			Method: "PUT", Address: "https://[server]/rest/items/{{field}}/state", Body: request.Text, Template: "{{value}}",
			Split:   true,
			Headers: headers("Authorization", "Bearer {{token}}"), Fields: []request.Field{signal("Porch_WiFi"), uptime("Porch_Uptime")},
			Answer: request.Answer{Delivered: only(200), Accepted: request.Sign{Statuses: only(202)}, Duplicates: request.Harmless},
		},
		Blanks: []Blank{
			ownServer("openhab.example.com:8443"),
			{Name: "token", Title: "API token", Where: "make one in your profile", Example: "oh.porch.XXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Trap: "A field is named by its item, which has to be there. The body is the bare state, without JSON or quotes. What the item's type can't hold is refused with 400. myopenhab.org takes no such token.",
		Docs: "https://www.openhab.org/docs/configuration/restdocs.html",
		Facts: []Source{
			on(november, "request", "https://github.com/openhab/openhab1-addons/wiki/Samples-REST"),
			on(november, "answers", "https://github.com/openhab/openhab-core/blob/main/bundles/org.openhab.core.io.rest.core/src/main/java/org/openhab/core/io/rest/core/internal/item/ItemResource.java"),
		},
	}
}

func domoticz() Service {
	return Service{
		ID: "domoticz", Title: "Domoticz", About: "sets the values of virtual sensors, a request each",
		Outline: Outline{
			Method: "GET", Address: "https://[server]/json.htm?type=command&param=udevice&idx={{field}}&nvalue=0&svalue={{value}}", Body: request.None,
			Split: true,
			Basic: [2]string{"user", "password"}, Fields: []request.Field{signal("42"), uptime("43")},
			Answer: strict(request.Answer{Delivered: only(200), JSON: []string{`status == "OK"`}, Duplicates: request.Harmless}),
		},
		Blanks: []Blank{
			ownServer("domoticz.example.com"),
			{Name: "user", Title: "user name", Where: "it is a user of Domoticz", Example: "porch", Kind: Text},
			{Name: "password", Title: "password", Where: "it is that user's", Example: "long-and-secret", Kind: Secret},
		},
		Trap: `A field is named by its sensor's idx, which is in Setup, Devices. A refusal comes with status 200, too: the body's "status" is ERR then. The certificate that comes along is signed by nobody: a browser warns, a pin serves.`,
		Docs: "https://wiki.domoticz.com/Domoticz_API/JSON_URL%27s",
		Facts: []Source{
			on(november, "request, answers", "https://wiki.domoticz.com/Domoticz_API/JSON_URL%27s"),
		},
	}
}

func nodeRED() Service {
	return Service{
		ID: "node-red", Title: "Node-RED", About: "hands the reading to a flow that begins with an http in node",
		Outline: Outline{
			Address: "https://[server]/[path]", Body: request.JSON,
			Basic: [2]string{"user", "password"}, Fields: both(),
			Answer: request.Answer{Delivered: only(200)},
		},
		Blanks: []Blank{
			ownServer("flows.example.com:1880"),
			{Name: "path", Title: "path", Where: "it is the http in node's URL, without the first slash", Example: "porch"},
			{Name: "user", Title: "user name", Where: "it is httpNodeAuth's in settings.js", Example: "porch", Kind: Text},
			{Name: "password", Title: "password", Where: "it is that user's", Example: "long-and-secret", Kind: Secret},
		},
		Trap: "A flow without an http response node never answers: the board waits in vain and sends the reading again, and again.",
		Docs: "https://nodered.org/docs/user-guide/nodes#http-in",
		Facts: []Source{
			on(november, "request, answers", "https://cookbook.nodered.org/http/create-an-http-endpoint"),
			on(november, "user and password", "https://nodered.org/docs/user-guide/runtime/securing-node-red"),
		},
	}
}
