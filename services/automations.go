package services

import (
	"time"

	"espost/request"
)

// automations do something with a reading, or when none comes.
func automations() []Service {
	return []Service{ifttt(), makeCom(), n8n(), healthchecks(), awsAPIGateway(), azureIoTHub()}
}

func ifttt() Service {
	return Service{
		ID: "ifttt", Title: "IFTTT", About: "fires an event, which starts your applets",
		Outline: Outline{
			Address: "https://maker.ifttt.com/trigger/[event]/with/key/{{key}}", Body: request.JSON,
			Fields: []request.Field{signal("value1"), uptime("value2")},
			Answer: request.Answer{Delivered: only(200), Contains: "^Congratulations"},
		},
		Blanks: []Blank{
			{Name: "event", Title: "event name", Where: "it is in the applet's Webhooks trigger", Example: "porch"},
			{Name: "key", Title: "Webhooks key", Where: "it is in Webhooks, Documentation", Example: "123MyDemoKey123", Kind: Secret},
		},
		Trap: "An event that no applet waits for is “fired”, too. The values are called value1 to value3.",
		Docs: "https://help.ifttt.com/hc/en-us/articles/115010230347-Webhooks-service-FAQ",
		Facts: []Source{
			on(november, "request, answers", "https://github.com/devsli/ifttt"),
			on(november, "request", "https://github.com/jeroentvb/IFTTT-webhooks-channel"),
		},
	}
}

func makeCom() Service {
	return Service{
		ID: "make", Title: "Make", About: "starts a scenario",
		Outline: Outline{
			Address: "https://[server]/{{hook}}", Body: request.JSON, Fields: both(),
			Answer: patient(request.Answer{}, 400),
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "it is the webhook's URL up to its third slash", Example: "hook.eu1.make.com", Kind: Host},
			{Name: "hook", Title: "webhook's key", Where: "it is the rest of the webhook's URL", Example: "yprt6z4umyjyjmsyd4xXXXXXXXXXXXXX", Kind: Secret},
		},
		Daily: 32,
		Trap:  "A scenario that is off answers 410, and a webhook without one for five days is gone. A full queue answers 400, which passes. A free account has 1,000 operations a month: one every 45 minutes.",
		Docs:  "https://help.make.com/webhooks",
		Facts: []Source{
			on(november, "410", "https://help.make.com/fix-general-errors"),
			on("", "400 for a full queue", "https://help.make.com/webhooks"),
		},
	}
}

func n8n() Service {
	return Service{
		ID: "n8n", Title: "n8n", About: "starts a workflow",
		Outline: Outline{
			Address: "https://[server]/webhook/{{path}}", Body: request.JSON, Fields: both(),
			Answer: request.Answer{Delivered: only(200)},
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "it is your cloud's or your own", Example: "porch.app.n8n.cloud", Kind: Host},
			{Name: "path", Title: "path", Where: "it is the Webhook node's; its method has to be POST", Example: "d1cba915-ca18-4425-bcfb-133205fc815a", Kind: Secret},
		},
		Trap: "The test URL listens once and for two minutes; the one for boards is the production URL of an active workflow.",
		Docs: "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.webhook/",
		Facts: []Source{
			on(november, "request, test and production URL", "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.webhook/workflow-development/"),
		},
	}
}

func healthchecks() Service {
	return Service{
		ID: "healthchecks", Title: "Healthchecks.io", About: "tells you when the board doesn't post any more",
		Outline: Outline{
			Address: "https://hc-ping.com/{{uuid}}", Body: request.Text, Template: sentence, Fields: both(),
			Answer: request.Answer{Delivered: only(200), Equals: "OK"},
		},
		Blanks: []Blank{{Name: "uuid", Title: "check's UUID", Where: "it is the last part of the check's URL", Example: "5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278", Kind: Secret}},
		Every:  12 * time.Second, Size: 100_000,
		Trap: "A check that doesn't exist, and a ping too many, are answered with 200, too: the body says OK (not found) or OK (rate limited).",
		Docs: "https://healthchecks.io/docs/http_api/",
		Facts: []Source{
			on(november, "request, answers", "https://healthchecks.io/docs/http_api/"),
			on(november, "200 in every case", "https://github.com/bdd/runitor/issues/66"),
		},
	}
}

func awsAPIGateway() Service {
	return Service{
		ID: "aws-api-gateway", Title: "AWS API Gateway", About: "calls what you have put behind it, a Lambda function for example",
		Outline: Outline{
			Address: "https://[api]/[path]", Body: request.JSON, Headers: headers("x-api-key", "{{key}}"), Fields: both(),
		},
		Blanks: []Blank{
			{Name: "api", Title: "API's host", Where: "it is in the stage's invoke URL", Example: "abcdef123.execute-api.eu-central-1.amazonaws.com", Kind: Host},
			{Name: "path", Title: "stage and path", Where: "it is the rest of the invoke URL, and the resource", Example: "prod/readings"},
			{Name: "key", Title: "API key", Where: "it is in API Keys; the method has to require one, in a usage plan", Example: "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Trap:   "403 and Forbidden stand for a wrong key, a missing one, and a path that doesn't exist. An API key counts and slows down; AWS doesn't take it for a proof of who asks.",
		Cannot: "A board doesn't sign requests (AWS Signature Version 4): methods with IAM authorization, and AWS's own services without a gateway before them, are closed to it.",
		Docs:   "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html",
		Facts: []Source{
			on(november, "request, 403", "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html"),
			on(november, "answers", "https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html"),
		},
	}
}

func azureIoTHub() Service {
	return Service{
		ID: "azure-iot-hub", Title: "Azure IoT Hub", About: "takes a device's message, for as long as a prepared token lasts",
		Outline: Outline{
			Address: "https://[hub]/devices/[device]/messages/events?api-version=2021-04-12", Body: request.JSON,
			Headers: headers("Authorization", "{{token}}"), Fields: both(),
			Answer: request.Answer{Delivered: only(204)},
		},
		Blanks: []Blank{
			{Name: "hub", Title: "hub's host", Where: "it stands on the hub's first page", Example: "porch.azure-devices.net", Kind: Host},
			{Name: "device", Title: "device ID", Where: "register the device first", Example: "porch"},
			{Name: "token", Title: "SAS token", Where: "az iot hub generate-sas-token makes one; give it a long --duration", Example: "SharedAccessSignature sr=porch.azure-devices.net%2Fdevices%2Fporch&sig=XXXX&se=1893456000", Kind: Secret},
		},
		Trap:   "On the day that the token names as se the hub answers 401 to everything, and the board needs a new token.",
		Cannot: "The firmware doesn't make SAS tokens: it can't sign. It sends one that was made before.",
		Docs:   "https://learn.microsoft.com/rest/api/iothub/device/device/send-device-event",
		Facts: []Source{
			on(november, "request, answers", "https://learn.microsoft.com/rest/api/iothub/device/device/send-device-event"),
			on(november, "token", "https://gist.github.com/darrenjrobinson/9725f1ef6192025056af1acfe15c83eb"),
		},
	}
}
