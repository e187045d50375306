package simulate

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// all are the services' rules, by id.
func all() map[string]rules {
	return map[string]rules{
		"postman-echo":    {answer: postmanEcho, refusals: nil},
		"thingspeak":      {answer: thingSpeak, refusals: []Refusal{wrong("api_key", 400), soon(200)}},
		"thingspeak-get":  {answer: thingSpeak, refusals: []Refusal{wrong("api_key", 400), soon(200)}},
		"thingspeak-bulk": {answer: thingSpeakBulk, refusals: []Refusal{wrong("api_key", 401), wrong("channel", 404), soon(429)}},
		"adafruit-io":     {answer: adafruitIO, refusals: []Refusal{wrong("key", 401), misnamed("feed", 404), soon(429)}},
		"ubidots":         {answer: ubidots, refusals: []Refusal{wrong("token", 401), nonsense(200), soon(429)}},
		"blynk":           {answer: blynk, refusals: []Refusal{wrong("token", 400), nonsense(400)}},
		"losant":          {answer: losant, refusals: []Refusal{wrong("token", 404), soon(429)}},
		"thingsboard":     {answer: thingsBoard, refusals: []Refusal{wrong("token", 401)}},
		"datacake":        {answer: datacake, refusals: []Refusal{wrong("endpoint", 404), wrong("serial", 200).silent()}},
		"tagoio":          {answer: tagoIO, refusals: []Refusal{wrong("token", 401), nonsense(400)}},
		"emoncms":         {answer: emoncms, refusals: []Refusal{wrong("apikey", 200), soon(429)}},

		"google-apps-script": {answer: appsScript, refusals: []Refusal{wrong("deployment", 404), private()}},
		"influxdb1":          {answer: influxDB1, refusals: []Refusal{wrong("password", 401), wrong("database", 404), nonsense(400)}},
		"influxdb2":          {answer: influxDB2, refusals: []Refusal{wrong("token", 401), wrong("bucket", 404), nonsense(400)}},
		"grafana-cloud":      {answer: grafanaCloud, refusals: []Refusal{wrong("token", 401), nonsense(400)}},
		"firebase":           {answer: firebase, refusals: []Refusal{wrong("auth", 401)}},
		"supabase":           {answer: supabase, refusals: []Refusal{wrong("key", 401), wrong("table", 404), nonsense(400)}},
		"airtable":           {answer: airtable, refusals: []Refusal{wrong("token", 401), wrong("table", 403), soon(429)}},
		"notion":             {answer: notion, refusals: []Refusal{wrong("token", 401), wrong("database", 404), nonsense(400), soon(429)}},

		"telegram": {answer: telegram, refusals: []Refusal{wrong("token", 404), wrong("chat", 400), soon(429)}},
		"discord":  {answer: discord, refusals: []Refusal{wrong("token", 401), wrong("webhook", 404), soon(429)}},
		"slack":    {answer: slack, refusals: []Refusal{wrong("token", 403), wrong("hook", 404), soon(429)}},
		"pushover": {answer: pushover, refusals: []Refusal{wrong("token", 400), wrong("user", 400), empty(400)}},
		"ntfy":     {answer: ntfy, refusals: []Refusal{soon(429)}},
		"twilio":   {answer: twilio, refusals: []Refusal{wrong("token", 401), wrong("to", 400), soon(429)}},

		"home-assistant":         {answer: homeAssistant, refusals: []Refusal{wrong("token", 401), wrong("entity", 400)}},
		"home-assistant-webhook": {answer: homeAssistantWebhook, refusals: []Refusal{wrong("webhook", 200).silent()}},
		"openhab":                {answer: openHAB, refusals: []Refusal{wrong("token", 401), misnamed("item", 404), nonsense(400)}},
		"domoticz":               {answer: domoticz, refusals: []Refusal{wrong("password", 401), misnamed("idx", 200)}},
		"node-red":               {answer: nodeRED, refusals: []Refusal{wrong("password", 401), wrong("path", 404)}},

		"weather-underground": {answer: weatherUnderground, refusals: []Refusal{wrong("key", 401), wrong("station", 200), soon(429)}},
		"opensensemap":        {answer: openSenseMap, refusals: []Refusal{wrong("token", 401), wrong("box", 404), soon(429)}},
		"sensor-community":    {answer: sensorCommunity, refusals: []Refusal{wrong("chip", 403)}},
		"pvoutput":            {answer: pvOutput, refusals: []Refusal{wrong("key", 401), empty(400), soon(403)}},

		"ifttt":           {answer: ifttt, refusals: []Refusal{wrong("key", 401)}},
		"make":            {answer: makeCom, refusals: []Refusal{wrong("hook", 410), full()}},
		"n8n":             {answer: n8n, refusals: []Refusal{wrong("path", 404)}},
		"healthchecks":    {answer: healthchecks, refusals: []Refusal{wrong("uuid", 200).again(), soon(200)}},
		"aws-api-gateway": {answer: awsAPIGateway, refusals: []Refusal{wrong("key", 403), wrong("path", 403)}},
		"azure-iot-hub":   {answer: azureIoTHub, refusals: []Refusal{wrong("token", 401), wrong("device", 401)}},
	}
}

// early reports whether the last reading is too near.
func (c *call) early() bool { return c.gap < c.sim.service.Every }

// next is the number of the reading that is being taken, from 1.
func (c *call) next() int { return len(c.sim.taken) + 1 }

// numeric reports whether s is a number.
func numeric(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func postmanEcho(c *call) answer {
	if !c.here() {
		return no(http.StatusNotFound, "")
	}
	return yes(http.StatusOK, fmt.Sprintf(`{"form":{"name1":%q}}`, c.form("name1")))
}

func thingSpeak(c *call) answer {
	value := func(name string) string { return c.form(name) + c.URL.Query().Get(name) }
	switch {
	case !c.here():
		return no(http.StatusNotFound, `{"status":"404","error":{"error_code":"error_not_found"}}`)
	case value("api_key") != c.blank("api_key"):
		return no(http.StatusBadRequest, "0")
	case c.early() || value("field1") == "":
		return no(http.StatusOK, "0")
	}
	return yes(http.StatusOK, strconv.Itoa(c.next()+9)) // 10 holds a 0, and is none
}

func thingSpeakBulk(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, `{"status":"404","error":{"error_code":"error_resource_not_found"}}`)
	case c.json("write_api_key") != c.blank("api_key"):
		return no(http.StatusUnauthorized, `{"status":"401","error":{"error_code":"error_auth_required"}}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"status":"429","error":{"error_code":"error_too_many_requests"}}`)
	case !c.number("updates.field1"):
		return no(http.StatusBadRequest, `{"status":"400","error":{"error_code":"error_bad_request"}}`)
	}
	return yes(http.StatusAccepted, `{"success":true}`)
}

func adafruitIO(c *call) answer {
	switch {
	case !c.header("X-AIO-Key"):
		return no(http.StatusUnauthorized, `{"error":"request failed - invalid API key provided"}`)
	case !c.here():
		return no(http.StatusNotFound, `{"error":"not found - that feed does not exist"}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"error":"request failed - data rate limit reached"}`)
	case c.json("value") == nil:
		return no(http.StatusUnprocessableEntity, `{"error":"unprocessable entity"}`)
	}
	return yes(http.StatusOK, fmt.Sprintf(`{"id":"0F%d","value":"%v"}`, c.next(), c.json("value")))
}

func ubidots(c *call) answer {
	switch {
	case !c.header("X-Auth-Token"):
		return no(http.StatusUnauthorized, `{"code":401002,"message":"Authentication credentials were not provided."}`)
	case !c.here():
		return no(http.StatusNotFound, `{"code":404001,"message":"Not found."}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"code":429001,"message":"Too many requests."}`)
	case !c.number("rssi"):
		return no(http.StatusOK, `{"rssi":[{"status_code":400,"errors":{"value":["A valid number is required."]}}],"uptime":[{"status_code":201}]}`)
	}
	return yes(http.StatusOK, `{"rssi":[{"status_code":201}],"uptime":[{"status_code":201}]}`)
}

func blynk(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, "")
	case c.URL.Query().Get("token") != c.blank("token"):
		return no(http.StatusBadRequest, `{"error":{"message":"Invalid token."}}`)
	case !numeric(c.URL.Query().Get("v0") + c.URL.Query().Get("v1")):
		return no(http.StatusBadRequest, `{"error":{"message":"Value doesn't match the Datastream data type"}}`)
	}
	return yes(http.StatusOK, "")
}

func losant(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, `{"type":"NotFound","message":"Webhook was not found"}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"type":"RateLimit","message":"Too many requests"}`)
	}
	return yes(http.StatusOK, `{"success":true}`)
}

func thingsBoard(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusUnauthorized, "")
	case !c.object():
		return no(http.StatusBadRequest, "")
	}
	return yes(http.StatusOK, "")
}

func datacake(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, "")
	case c.json("device") != c.blank("serial"):
		return no(http.StatusOK, "") // the decoder finds no such device
	}
	return yes(http.StatusOK, "")
}

func tagoIO(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, `{"status":false,"message":"Route not found"}`)
	case !c.header("Device-Token"):
		return no(http.StatusUnauthorized, `{"status":false,"message":"Authorization Denied"}`)
	case !c.text("variable") || !c.number("value"):
		return no(http.StatusBadRequest, `{"status":false,"message":"Invalid data"}`)
	}
	return yes(http.StatusAccepted, `{"status":true,"result":"2 Data Added"}`)
}

func emoncms(c *call) answer {
	switch {
	case c.URL.Query().Get("apikey") != c.blank("apikey"):
		return no(http.StatusOK, "false")
	case !c.here():
		return no(http.StatusNotFound, "")
	case c.early():
		return no(http.StatusTooManyRequests, "Too many requests")
	case !strings.HasPrefix(c.URL.Query().Get("fulljson"), "{"):
		return no(http.StatusOK, `{"success": false, "message": "Format error, json value is not numeric"}`)
	}
	return yes(http.StatusOK, `{"success": true}`)
}

// appsScript runs doPost and then sends to what it returned.
func appsScript(c *call) answer {
	switch {
	case c.Method == http.MethodGet && c.URL.Path == "/macros/echo":
		return no(http.StatusOK, "ok")
	case c.Method == http.MethodGet && c.URL.Path == "/ServiceLogin":
		return no(http.StatusOK, "<!DOCTYPE html><title>Sign in</title>")
	case c.posted() && strings.HasSuffix(c.URL.Path, "/private/exec"):
		return no(http.StatusFound, "").with("Location", "/ServiceLogin")
	case !c.here():
		return no(http.StatusNotFound, "<!DOCTYPE html><title>Page Not Found</title>")
	}
	return yes(http.StatusFound, "").with("Location", "/macros/echo?user_content_key="+strconv.Itoa(c.next()))
}

func influxDB1(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, `{"error":"authorization failed"}`)
	case !c.here():
		return no(http.StatusNotFound, "404 page not found")
	case !c.query("db"):
		return no(http.StatusNotFound, `{"error":"database not found: \"wrong\""}`)
	case !c.lines():
		return no(http.StatusBadRequest, `{"error":"unable to parse 'porch rssi=none': invalid number"}`)
	}
	return yes(http.StatusNoContent, "")
}

func influxDB2(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, `{"code":"unauthorized","message":"unauthorized access"}`)
	case !c.here() || !c.query("bucket") || !c.query("org"):
		return no(http.StatusNotFound, `{"code":"not found","message":"bucket \"wrong\" not found"}`)
	case !c.lines():
		return no(http.StatusBadRequest, `{"code":"invalid","message":"unable to parse 'porch rssi=none': invalid number"}`)
	}
	return yes(http.StatusNoContent, "")
}

func grafanaCloud(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, `{"status":"error","error":"authentication error: invalid token"}`)
	case !c.here():
		return no(http.StatusNotFound, "404 page not found")
	case !c.lines():
		return no(http.StatusBadRequest, `{"code":"invalid","message":"invalid number"}`)
	}
	return yes(http.StatusNoContent, "")
}

func firebase(c *call) answer {
	switch {
	case !c.query("auth"):
		return no(http.StatusUnauthorized, `{"error":"Permission denied"}`)
	case !c.here():
		return no(http.StatusNotFound, `{"error":"404 Not Found"}`)
	case c.json("rssi") == nil:
		return no(http.StatusBadRequest, `{"error":"Invalid data; couldn't parse JSON object, array, or value."}`)
	}
	return yes(http.StatusOK, fmt.Sprintf(`{"name":"-INOQPH-aV_psbk3ZXE%d"}`, c.next()))
}

func supabase(c *call) answer {
	switch {
	case !c.header("apikey"):
		return no(http.StatusUnauthorized, `{"message":"Invalid API key"}`)
	case !c.here():
		return no(http.StatusNotFound, `{"code":"PGRST205","message":"Could not find the table in the schema cache"}`)
	case !c.number("rssi"):
		return no(http.StatusBadRequest, `{"code":"22P02","message":"invalid input syntax for type real: \"none\""}`)
	}
	return yes(http.StatusCreated, "")
}

func airtable(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, `{"error":{"type":"AUTHENTICATION_REQUIRED","message":"Authentication required"}}`)
	case !c.here():
		return no(http.StatusForbidden, `{"error":{"type":"INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND"}}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"errors":[{"error":"RATE_LIMIT_REACHED"}]}`)
	case c.json("fields.RSSI") == nil:
		return no(http.StatusUnprocessableEntity, `{"error":{"type":"INVALID_REQUEST_MISSING_FIELDS"}}`)
	}
	return yes(http.StatusOK, fmt.Sprintf(`{"id":"rec%d"}`, c.next()))
}

func notion(c *call) answer {
	fail := func(status int, code string) answer {
		return no(status, fmt.Sprintf(`{"object":"error","status":%d,"code":%q}`, status, code))
	}
	switch {
	case !c.header("Authorization"):
		return fail(http.StatusUnauthorized, "unauthorized")
	case !c.here() || !c.header("Notion-Version"):
		return fail(http.StatusBadRequest, "missing_version")
	case c.early():
		return fail(http.StatusTooManyRequests, "rate_limited").with("Retry-After", "1")
	case c.json("parent.database_id") != c.blank("database"):
		return fail(http.StatusNotFound, "object_not_found")
	case !c.number("properties.RSSI.number"):
		return fail(http.StatusBadRequest, "validation_error")
	}
	return yes(http.StatusOK, `{"object":"page"}`)
}

func telegram(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, `{"ok":false,"error_code":404,"description":"Not Found"}`)
	case c.json("chat_id") != c.blank("chat"):
		return no(http.StatusBadRequest, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3","parameters":{"retry_after":3}}`)
	case !c.text("text"):
		return no(http.StatusBadRequest, `{"ok":false,"error_code":400,"description":"Bad Request: message text is empty"}`)
	}
	return yes(http.StatusOK, fmt.Sprintf(`{"ok":true,"result":{"message_id":%d}}`, c.next()))
}

func discord(c *call) answer {
	here := strings.HasPrefix(c.URL.Path, "/api/webhooks/"+c.blank("webhook")+"/")
	switch {
	case !here || !c.posted():
		return no(http.StatusNotFound, `{"message":"Unknown Webhook","code":10015}`)
	case !c.here():
		return no(http.StatusUnauthorized, `{"message":"Invalid Webhook Token","code":50027}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"message":"You are being rate limited.","retry_after":0.529,"global":false}`).with("Retry-After", "1")
	case !c.text("content"):
		return no(http.StatusBadRequest, `{"message":"Cannot send an empty message","code":50006}`)
	}
	return yes(http.StatusOK, fmt.Sprintf(`{"id":"%d","type":0}`, c.next()))
}

func slack(c *call) answer {
	here := strings.HasPrefix(c.URL.Path, "/services/"+c.blank("team")+"/"+c.blank("hook")+"/")
	switch {
	case !here || !c.posted():
		return no(http.StatusNotFound, "no_service")
	case !c.here():
		return no(http.StatusForbidden, "invalid_token")
	case c.early():
		return no(http.StatusTooManyRequests, "rate_limited").with("Retry-After", "1")
	case !c.text("text"):
		return no(http.StatusBadRequest, "invalid_payload")
	}
	return yes(http.StatusOK, "ok")
}

func pushover(c *call) answer {
	fail := func(what string) answer {
		return no(http.StatusBadRequest, fmt.Sprintf(`{%q:"invalid","errors":["%s is invalid"],"status":0}`, what, what))
	}
	switch {
	case !c.here():
		return no(http.StatusNotFound, "")
	case c.form("token") != c.blank("token"):
		return fail("token")
	case c.form("user") != c.blank("user"):
		return fail("user")
	case c.form("message") == "":
		return fail("message")
	}
	return yes(http.StatusOK, `{"status":1,"request":"647d2300-702c-4b38-8b2f-d56326ae460b"}`)
}

func ntfy(c *call) answer {
	switch {
	case c.early():
		return no(http.StatusTooManyRequests, `{"code":42901,"http":429,"error":"limit reached: too many requests"}`)
	case !c.posted() || len(c.body) > c.sim.service.Size:
		return no(http.StatusBadRequest, `{"code":40012,"http":400,"error":"invalid request"}`)
	}
	return yes(http.StatusOK, fmt.Sprintf(`{"id":"msg%d","event":"message"}`, c.next()))
}

func twilio(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, `{"code":20003,"message":"Authenticate","status":401}`)
	case !c.here():
		return no(http.StatusNotFound, `{"code":20404,"status":404}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"code":20429,"message":"Too Many Requests","status":429}`)
	case !strings.HasPrefix(c.form("To"), "+"):
		return no(http.StatusBadRequest, `{"code":21211,"message":"Invalid 'To' Phone Number","status":400}`)
	}
	return yes(http.StatusCreated, `{"sid":"SM1","status":"queued"}`)
}

func homeAssistant(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, "401: Unauthorized")
	case !c.here():
		return no(http.StatusBadRequest, `{"message":"Invalid entity ID specified."}`)
	case !c.text("state"):
		return no(http.StatusBadRequest, `{"message":"No state specified."}`)
	case c.next() == 1:
		return yes(http.StatusCreated, `{"state":"-61"}`)
	}
	return yes(http.StatusOK, `{"state":"-61"}`)
}

func homeAssistantWebhook(c *call) answer {
	if !c.here() {
		return no(http.StatusOK, "")
	}
	return yes(http.StatusOK, "")
}

func openHAB(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, "")
	case !c.here():
		return no(http.StatusNotFound, `{"error":{"message":"Item wrong does not exist!","http-code":404}}`)
	case !numeric(string(c.body)) || !strings.HasPrefix(c.Header.Get("Content-Type"), "text/plain"):
		return no(http.StatusBadRequest, `{"error":{"message":"State could not be parsed","http-code":400}}`)
	}
	return yes(http.StatusAccepted, "")
}

func domoticz(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, "Unauthorized")
	case !c.here():
		return no(http.StatusNotFound, "Not Found")
	case !c.query("idx") || c.URL.Query().Get("param") != "udevice" || c.URL.Query().Get("svalue") == "":
		return no(http.StatusOK, "{\n   \"status\" : \"ERR\",\n   \"title\" : \"Update Device\"\n}\n")
	}
	return yes(http.StatusOK, "{\n   \"status\" : \"OK\",\n   \"title\" : \"Update Device\"\n}\n")
}

func nodeRED(c *call) answer {
	switch {
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, "Unauthorized").with("WWW-Authenticate", `Basic realm="Authorization Required"`)
	case !c.here():
		return no(http.StatusNotFound, "Cannot POST /wrong")
	}
	return yes(http.StatusOK, "{}")
}

func weatherUnderground(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, "")
	case !c.query("PASSWORD"):
		return no(http.StatusUnauthorized, "unauthorized")
	case !c.query("ID") || !c.query("action") || c.URL.Query().Get("dateutc") == "":
		return no(http.StatusOK, "INVALIDPASSWORDID|Password or key and/or id are incorrect")
	case c.early():
		return no(http.StatusTooManyRequests, "")
	}
	return yes(http.StatusOK, "success\n")
}

func openSenseMap(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, `{"code":"NotFound","message":"Box not found"}`)
	case !c.header("Authorization"):
		return no(http.StatusUnauthorized, `{"code":"Unauthorized","message":"Box access token not valid!"}`)
	case c.early():
		return no(http.StatusTooManyRequests, `{"code":"TooManyRequests"}`)
	case !c.text(c.blank("sensor")):
		return no(http.StatusUnprocessableEntity, `{"code":"UnprocessableEntity"}`)
	}
	return yes(http.StatusCreated, `"Measurements saved in box"`)
}

func sensorCommunity(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, "")
	case !c.header("X-Sensor") || !c.header("X-Pin"):
		return no(http.StatusForbidden, `{"detail":"Node not found in database."}`)
	case !c.text("sensordatavalues.value_type"):
		return no(http.StatusBadRequest, `{"sensordatavalues":["This field is required."]}`)
	}
	return yes(http.StatusCreated, `{"id":1}`)
}

func pvOutput(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusNotFound, "")
	case !c.header("X-Pvoutput-Apikey") || !c.header("X-Pvoutput-SystemId"):
		return no(http.StatusUnauthorized, "Unauthorized 401: Invalid API Key")
	case c.early():
		return no(http.StatusForbidden, "Forbidden 403: Exceeded 60 requests per hour")
	case len(c.form("d")) != len("20270131") || !strings.Contains(c.form("t"), ":"):
		return no(http.StatusBadRequest, "Bad request 400: Missing or invalid date parameter (d)")
	}
	return yes(http.StatusOK, "OK 200: Added Status")
}

func ifttt(c *call) answer {
	if !strings.HasSuffix(c.URL.Path, "/with/key/"+c.blank("key")) || !c.posted() {
		return no(http.StatusUnauthorized, `{"errors":[{"message":"You sent an invalid key."}]}`)
	}
	return yes(http.StatusOK, "Congratulations! You've fired the porch event")
}

func makeCom(c *call) answer {
	if !c.here() {
		return no(http.StatusGone, "There is no scenario listening for this webhook.")
	}
	if c.Header.Get(fullQueue) != "" {
		return no(http.StatusBadRequest, "Queue is full.")
	}
	return yes(http.StatusOK, "Accepted")
}

func n8n(c *call) answer {
	if !c.here() {
		return no(http.StatusNotFound, `{"code":404,"message":"The requested webhook is not registered."}`)
	}
	return yes(http.StatusOK, `{"message":"Workflow was started"}`)
}

func healthchecks(c *call) answer {
	switch {
	case !c.here():
		return no(http.StatusOK, "OK (not found)")
	case c.early():
		return no(http.StatusOK, "OK (rate limited)")
	}
	return yes(http.StatusOK, "OK")
}

func awsAPIGateway(c *call) answer {
	if !c.here() || !c.header("x-api-key") {
		return no(http.StatusForbidden, `{"message":"Forbidden"}`)
	}
	return yes(http.StatusOK, "{}")
}

func azureIoTHub(c *call) answer {
	if !c.here() || !c.header("Authorization") {
		return no(http.StatusUnauthorized, `{"Message":"ErrorCode:IotHubUnauthorizedAccess;Unauthorized"}`)
	}
	return yes(http.StatusNoContent, "")
}
