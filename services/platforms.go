package services

import (
	"time"

	"espost/esp8266"
	"espost/request"
)

// platforms collect readings and draw them.
func platforms() []Service {
	return []Service{postmanEcho(), thingSpeak(), thingSpeakGet(), thingSpeakBulk(), adafruitIO(), ubidots(), blynk(), losant(), thingsBoard(), datacake(), tagoIO(), emoncms()}
}

func postmanEcho() Service {
	return Service{
		ID: "postman-echo", Title: "Postman Echo", About: "answers with what it was sent, and keeps nothing",
		Outline: Outline{
			Address: "https://postman-echo.com/post", Body: request.Form,
			Fields: []request.Field{constant("name1", "value1"), constant("name2", "value2")},
		},
		Trap: "It is for trying only. Whatever is sent there, secrets too, comes back in the answer.",
		Docs: "https://learning.postman.com/docs/developer/echo-api/",
		Facts: []Source{
			on(november, "request and answers", "https://learning.postman.com/docs/developer/echo-api/"),
		},
	}
}

const thingSpeakPace = 15 * time.Second

func thingSpeakKey(name string) Blank {
	return Blank{Name: name, Title: "write API key", Where: "it is on the channel's tab API Keys", Example: "XXXXXXXXXXXXXXXX", Kind: Secret}
}

func thingSpeakFacts() []Source {
	return []Source{
		on(november, "request", "https://www.mathworks.com/help/thingspeak/writedata.html"),
		on(november, "answers: 400 for a wrong key, 0 for too soon", "https://github.com/mathworks/thingspeak-arduino/blob/master/src/ThingSpeak.h"),
		on(november, "pace", "https://www.mathworks.com/matlabcentral/answers/489335-writing-data-to-channel-using-urllib-python-package"),
	}
}

func thingSpeak() Service {
	return Service{
		ID: "thingspeak", Title: "ThingSpeak", About: "keeps up to eight values a reading in a channel and draws them",
		Outline: Outline{
			Address: "https://api.thingspeak.com/update", Body: request.Form,
			Fields: []request.Field{signal("field1"), uptime("field2")},
			Answer: request.Answer{Delivered: only(200), JSON: []string{". is whole", ". > 0"}},
		},
		Blanks: []Blank{thingSpeakKey("api_key")},
		Every:  thingSpeakPace,
		Trap:   "Asked again within 15 seconds it answers 200 and 0, and has kept nothing. Fields are called field1 to field8, whatever the channel calls them.",
		Docs:   "https://www.mathworks.com/help/thingspeak/writedata.html",
		Facts:  thingSpeakFacts(),
	}
}

func thingSpeakGet() Service {
	s := thingSpeak()
	s.ID, s.Title = "thingspeak-get", "ThingSpeak by GET"
	s.Outline.Method, s.Outline.Body = "GET", request.None
	s.Trap += " The key stands in the address, where servers on the way write it into their logs."
	return s
}

func thingSpeakBulk() Service {
	return Service{
		ID: "thingspeak-bulk", Title: "ThingSpeak, bulk JSON", About: "takes many entries of a channel in one request",
		Outline: Outline{
			Address: "https://api.thingspeak.com/channels/[channel]/bulk_update.json", Body: request.JSON,
			Template: `{"created_at":{{time}},"field1":{{rssi}},"field2":{{uptime}}}`,
			Bulk:     request.Bulk{Most: 50, First: `{"write_api_key":{{api_key}},"updates":[`, Last: "]}"}, // 960 are allowed
			Fields:   append(both(), request.Field{Name: "time", Source: esp8266.SourceTime, None: request.Wait}),
			Answer:   request.Answer{Delivered: only(200), JSON: []string{"success is true"}, Accepted: request.Sign{Statuses: only(202), Contains: "true"}},
		},
		Blanks: []Blank{
			{Name: "channel", Title: "channel ID", Where: "it stands above the channel", Example: "999990"},
			thingSpeakKey("api_key"),
		},
		Every: thingSpeakPace,
		Trap:  "Two entries of one time are one entry. 202 says that the entries were understood: they appear in the channel a little later.",
		Docs:  "https://www.mathworks.com/help/thingspeak/bulkwritejsondata.html",
		Facts: []Source{
			on(november, "request, answers", "https://www.mathworks.com/help/thingspeak/bulkwritejsondata.html"),
			on(november, "pace, 429", "https://www.mathworks.com/matlabcentral/answers/592618-error-429-for-bulk-update-data-using-json-document-too-many-requests"),
		},
	}
}

func adafruitIO() Service {
	return Service{
		ID: "adafruit-io", Title: "Adafruit IO", About: "keeps each value in a feed of its own and draws it",
		Outline: Outline{
			Address: "https://io.adafruit.com/api/v2/[username]/feeds/{{field}}/data", Body: request.JSON, Template: `{"value":{{value}}}`,
			Split:   true,
			Headers: headers("X-AIO-Key", "{{key}}"),
			Fields:  []request.Field{signal("porch-wifi"), uptime("porch-uptime")},
			Answer:  request.Answer{Delivered: only(200)},
		},
		Blanks: []Blank{
			{Name: "username", Title: "user name", Where: "it stands beside the key", Example: "test_username"},
			{Name: "key", Title: "Adafruit IO key", Where: "it is behind the yellow key on every page", Example: "aio_XXXXXXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Every: 2 * time.Second, Size: 1000,
		Trap: "A field is named by its feed's key, which is in Feed Info: lower case, with hyphens. 30 values a minute are for the whole account, all of its boards and MQTT together; what is more is answered with 429.",
		Docs: "https://io.adafruit.com/api/docs/",
		Facts: []Source{
			on(november, "request, answers", "https://adafruit.github.io/Adafruit_IO_Documentation/http.html"),
			on(november, "pace", "https://io.adafruit.com/api/docs/#rate-limiting"),
		},
	}
}

func ubidots() Service {
	return Service{
		ID: "ubidots", Title: "Ubidots", About: "keeps any number of values of a device and draws them",
		Outline: Outline{
			Address: "https://industrial.api.ubidots.com/api/v1.6/devices/[device]", Body: request.JSON,
			Headers: headers("X-Auth-Token", "{{token}}"),
			Fields:  both(),
			Answer:  strict(request.Answer{Delivered: only(200, 201), JSON: []string{"*.*.status_code == 201"}}),
		},
		Blanks: []Blank{
			{Name: "device", Title: "device label", Where: "choose one; a device of that label is made by its first reading", Example: "weather-station"},
			{Name: "token", Title: "token", Where: "it is in API Credentials, and begins with BBFF or BBUS", Example: "BBUS-XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Every: 250 * time.Millisecond, Size: 10000,
		Trap: "The status is about the request; each value has a status_code of its own in the answer's body, 201 if it was kept.",
		Docs: "https://docs.ubidots.com/v1.6/reference/send-data-to-a-device",
		Facts: []Source{
			on(november, "request, answers", "https://docs.ubidots.com/v1.6/reference/send-data-to-a-device"),
			on(november, "pace, size", "https://help.ubidots.com/en/articles/2093902-how-many-dots-can-i-send-to-ubidots"),
		},
	}
}

func blynk() Service {
	return Service{
		ID: "blynk", Title: "Blynk", About: "shows values in the app and keeps them, a request each",
		Outline: Outline{
			Method: "GET", Address: "https://[server]/external/api/update", Body: request.None,
			Split:  true,
			Fields: []request.Field{signal("v0"), uptime("v1")},
			Answer: request.Answer{Delivered: only(200)},
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "it is at the bottom right of the console, with its region, such as fra1.blynk.cloud", Example: "blynk.cloud", Kind: Host},
			{Name: "token", Title: "device auth token", Where: "it is in Device Info", Example: "ffujYGgbf805tgsfXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Trap: "A field is named by its datastream's pin, v0 for example. The token is known to the server of its region only. A value that doesn't fit the datastream's type is refused; one outside of its range is moved to its end.",
		Docs: "https://docs.blynk.io/en/blynk.cloud/device-https-api/update-datastream-value",
		Facts: []Source{
			on(november, "request, answers", "https://docs.blynk.io/en/blynk.cloud/device-https-api/update-datastream-value"),
		},
	}
}

func losant() Service {
	return Service{
		ID: "losant", Title: "Losant", About: "hands the reading to a workflow through a webhook",
		Outline: Outline{
			Address: "https://triggers.losant.com/webhooks/{{token}}", Body: request.JSON, Fields: both(),
			Answer: accepts(200),
		},
		Blanks: []Blank{{Name: "token", Title: "webhook's token", Where: "it is the last part of the webhook's URL, and not its id", Example: "jk1NopMpgQHyqQQn1Ax6tpPjEkb", Kind: Secret}},
		Every:  500 * time.Millisecond, Size: 256 << 10,
		Trap: "The answer says that the webhook has it: what the workflow makes of it stays unknown, unless the webhook waits for the workflow's Reply node.",
		Docs: "https://docs.losant.com/applications/webhooks/",
		Facts: []Source{
			on(november, "answers", "https://docs.losant.com/workflows/outputs/webhook-reply"),
			on(november, "pace, for a device's states", "https://docs.losant.com/rest-api/overview/"),
		},
	}
}

func thingsBoard() Service {
	return Service{
		ID: "thingsboard", Title: "ThingsBoard", About: "keeps any number of values of a device, draws them and runs rules",
		Outline: Outline{
			Address: "https://[server]/api/v1/{{token}}/telemetry", Body: request.JSON, Fields: both(),
			Answer: request.Answer{Delivered: only(200)},
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "it is thingsboard.cloud, eu.thingsboard.cloud or your own", Example: "thingsboard.cloud", Kind: Host},
			{Name: "token", Title: "device's access token", Where: "it is in Entities, Devices, Copy access token", Example: "A1_TEST_TOKEN_XXXXXX", Kind: Secret},
		},
		Trap: "The device has to be there first, with an access token as its credentials. Without a time of the board's the server's counts, also for readings that waited.",
		Docs: "https://thingsboard.io/docs/reference/http-api/",
		Facts: []Source{
			on(november, "request", "https://thingsboard.io/docs/paas/reference/http-api/telemetry/"),
			on(november, "answers", "https://thingsboard.io/docs/reference/http-api/"),
		},
	}
}

func datacake() Service {
	return Service{
		ID: "datacake", Title: "Datacake", About: "keeps a device's values, as a decoder of yours takes them out of the request",
		Outline: Outline{
			Address: "https://api.datacake.co/integrations/api/{{endpoint}}/", Body: request.JSON,
			Fields: []request.Field{constant("device", "[serial]"), signal("rssi"), uptime("uptime")},
			Answer: accepts(200),
		},
		Blanks: []Blank{
			{Name: "serial", Title: "device's serial number", Where: "it is in the device's configuration", Example: "porch-1", Kind: Text},
			{Name: "endpoint", Title: "HTTP endpoint's id", Where: "it is the long last part of the HTTP Endpoint URL", Example: "312b92dc-0a05-4415-9ad2-e74a4b53040a", Kind: Secret},
		},
		Trap: "The address is the password. What the payload decoder doesn't return is dropped, and the board isn't told.",
		Docs: "https://docs.datacake.de/device/api-devices",
		Facts: []Source{
			on(november, "request", "https://github.com/datacake/python-api-demonstration"),
		},
	}
}

func tagoIO() Service {
	return Service{
		ID: "tagoio", Title: "TagoIO", About: "keeps a device's variables and draws them",
		Outline: Outline{
			Address: "https://[server]/data", Body: request.JSON,
			Template: `[{"variable":"rssi","value":{{rssi}},"unit":"dBm"},{"variable":"uptime","value":{{uptime}},"unit":"s"}]`,
			Headers:  headers("Device-Token", "{{token}}"),
			Fields:   both(),
			Answer:   request.Answer{JSON: []string{"status is true"}},
		},
		Blanks: []Blank{
			{Name: "server", Title: "API server", Where: "it is api.tago.io, or your region's", Example: "api.tago.io", Kind: Host},
			{Name: "token", Title: "device token", Where: "it is on the device's page, in General Information", Example: "5ca0a8f2-XXXX-XXXX-XXXX-XXXXXXXXXXXX", Kind: Secret},
		},
		Trap: "The token is the device's, in a header of its own: the account's token is something else. What the answer's status says counts, beside HTTP's.",
		Docs: "https://docs.tago.io/docs/tagoio/api-reference/",
		Facts: []Source{
			on(november, "request, answers", "https://github.com/tago-io/tago-sdk-python"),
		},
	}
}

func emoncms() Service {
	return Service{
		ID: "emoncms", Title: "Emoncms", About: "keeps a node's inputs for energy and heat, and draws them",
		Outline: Outline{
			Method: "GET", Address: `https://[server]/input/post?node=[node]&fulljson={"rssi":{{rssi}},"uptime":{{uptime}}}`, Body: request.None,
			Fields: both(),
			Answer: strict(request.Answer{Delivered: only(200), JSON: []string{"success is true"}}),
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "it is emoncms.org or your own", Example: "emoncms.org", Kind: Host},
			{Name: "node", Title: "node", Where: "choose a name; a node of that name is made by its first reading", Example: "porch"},
			{Name: "apikey", Title: "read & write API key", Where: "it is in My Account", Example: "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Every: 10 * time.Second,
		Trap:  "A refusal, too, may come with status 200: the body tells. Without a node each reading becomes an input of its own.",
		Docs:  "https://emoncms.org/site/api#input",
		Facts: []Source{
			on(november, "request, answers", "https://github.com/emoncms/emoncms/blob/master/Modules/input/input_controller.php"),
		},
	}
}
