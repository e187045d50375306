package services

import (
	"time"

	"espost/request"
)

// databases and tables take a row a reading.
func databases() []Service {
	return []Service{googleAppsScript(), influxDB1(), influxDB2(), grafanaCloud(), firebase(), supabase(), airtable(), notion()}
}

func googleAppsScript() Service {
	return Service{
		ID: "google-apps-script", Title: "Google Apps Script", About: "runs your doPost, which may write a row into a Google Sheet",
		Outline: Outline{
			Address: "https://script.google.com/macros/s/{{deployment}}/exec", Body: request.Form, Fields: both(),
			Answer: followed(),
		},
		Blanks: []Blank{{Name: "deployment", Title: "deployment ID", Where: "it is in Deploy, Manage deployments; Who has access has to be Anyone", Example: "AKfycbXXXXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret}},
		Trap: "doPost has run when 302 comes: the new address takes a GET only and has what doPost returned, which has to be the text ok. A deployment that isn't for Anyone sends to a login page with 302, too. " +
			"A changed script needs a new version of its deployment.",
		Docs: "https://developers.google.com/apps-script/guides/web",
		Facts: []Source{
			on(november, "answers", "https://github.com/electronicsguy/ESP8266/issues/72"),
			on(november, "302 after a POST", "https://www.rfc-editor.org/rfc/rfc9110#section-15.4.3"),
		},
	}
}

const line = `[measurement] rssi={{rssi}},uptime={{uptime}}`

func measurement() Blank {
	return Blank{Name: "measurement", Title: "measurement", Where: "choose the name of the series", Example: "porch"}
}

func influxDB1() Service {
	return Service{
		ID: "influxdb1", Title: "InfluxDB 1", About: "keeps a series of values",
		Outline: Outline{
			Address: "https://[server]/write?db=[database]", Body: request.Text, Template: line,
			Basic: [2]string{"user", "password"}, Fields: both(),
			Answer: request.Answer{Delivered: only(204)},
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "give your server's name, and its port unless it is 443", Example: "influx.example.com:8086", Kind: Host},
			{Name: "database", Title: "database", Where: "create it first", Example: "mydb"},
			measurement(),
			{Name: "user", Title: "user name", Where: "it is a user with the right to write", Example: "porch", Kind: Text},
			{Name: "password", Title: "password", Where: "it is that user's", Example: "long-and-secret", Kind: Secret},
		},
		Trap: "The first value of a field decides whether it is a number or a text for ever; another kind is refused with 400. The server speaks plain HTTP unless https-enabled is set.",
		Docs: "https://docs.influxdata.com/influxdb/v1/api/write/",
		Facts: []Source{
			on(november, "request, answers", "https://docs.influxdata.com/influxdb/v1/api/write/"),
		},
	}
}

func influxDB2() Service {
	return Service{
		ID: "influxdb2", Title: "InfluxDB 2", About: "keeps a series of values; InfluxDB Cloud and 3 take the same",
		Outline: Outline{
			Address: "https://[server]/api/v2/write?org=[org]&bucket=[bucket]", Body: request.Text, Template: line,
			Headers: headers("Authorization", "Token {{token}}"), Fields: both(),
			Answer: request.Answer{Delivered: only(204)},
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "it is your cloud region's or your own, with its port unless it is 443", Example: "eu-central-1-1.aws.cloud2.influxdata.com", Kind: Host},
			{Name: "org", Title: "organization", Where: "its name or its ID", Example: "home"},
			{Name: "bucket", Title: "bucket", Where: "create it first", Example: "porch"},
			measurement(),
			{Name: "token", Title: "API token", Where: "it is in Load Data, API Tokens, with the right to write to the bucket", Example: "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX==", Kind: Secret},
		},
		Trap: "401 also means that the token may not write to this bucket. A field that changes its kind is refused. Where 429 or 503 come, Retry-After says how long to wait.",
		Docs: "https://docs.influxdata.com/influxdb/v2/write-data/troubleshoot/",
		Facts: []Source{
			on(november, "answers", "https://docs.influxdata.com/influxdb/v2/write-data/troubleshoot/"),
			on(november, "answers", "https://docs.influxdata.com/influxdb/v2/api/response-codes/"),
		},
	}
}

func grafanaCloud() Service {
	return Service{
		ID: "grafana-cloud", Title: "Grafana Cloud", About: "keeps a series of values as metrics and draws them",
		Outline: Outline{
			Address: "https://[server]/api/v1/push/influx/write", Body: request.Text, Template: line,
			Headers: headers("Authorization", "Bearer [user]:{{token}}"), Fields: both(),
			Answer: request.Answer{Delivered: only(204)},
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "it is in the portal, InfluxDB, Configure", Example: "influx-prod-03-prod-us-central-0.grafana.net", Kind: Host},
			{Name: "user", Title: "instance ID", Where: "it stands beside the server: digits", Example: "123456"},
			measurement(),
			{Name: "token", Title: "access policy token", Where: "make one with the scope metrics:write", Example: "glc_XXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Trap: "The metric is called by measurement and field, as porch_rssi. Texts can't be kept, numbers only.",
		Docs: "https://grafana.com/docs/grafana-cloud/send-data/metrics/metrics-influxdb/push-from-telegraf/",
		Facts: []Source{
			on(november, "request", "https://grafana.com/docs/grafana-cloud/send-data/metrics/metrics-influxdb/push-from-telegraf/"),
			on(november, "header", "https://gist.github.com/jmarbach/5f3e5ed1040cabfae2c497b124b02bcb"),
		},
	}
}

func firebase() Service {
	return Service{
		ID: "firebase", Title: "Firebase Realtime Database", About: "keeps each reading under a new name in a list",
		Outline: Outline{
			Address: "https://[database]/[list].json?auth={{auth}}", Body: request.JSON, Fields: both(),
			Answer: request.Answer{Delivered: only(200), JSON: []string{"name is text"}},
		},
		Blanks: []Blank{
			{Name: "database", Title: "database's host", Where: "it stands above the data in the console", Example: "my-project-default-rtdb.firebaseio.com", Kind: Host},
			{Name: "list", Title: "list", Where: "choose a path", Example: "readings/porch"},
			{Name: "auth", Title: "database secret", Where: "it is in Project settings, Service accounts, Database secrets", Example: "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Trap:   "A reading that is sent twice is in the list twice. PUT overwrites the list by the newest reading.",
		Cannot: "A board can't sign in and renew an ID token, which lasts an hour. What it can use is the database secret, which may read and write everything.",
		Docs:   "https://firebase.google.com/docs/reference/rest/database",
		Facts: []Source{
			on(november, "request, answers", "https://firebase.google.com/docs/reference/rest/database"),
		},
	}
}

func supabase() Service {
	return Service{
		ID: "supabase", Title: "Supabase", About: "inserts a row into a table of a PostgreSQL database",
		Outline: Outline{
			Address: "https://[project]/rest/v1/[table]", Body: request.JSON,
			Headers: headers("apikey", "{{key}}", "Prefer", "return=minimal"), Fields: both(),
			Answer: request.Answer{Delivered: only(201)},
		},
		Blanks: []Blank{
			{Name: "project", Title: "project's host", Where: "it is in Settings, Data API", Example: "abcdefghijklmnopqrst.supabase.co", Kind: Host},
			{Name: "table", Title: "table", Where: "create it first, with a column for each field", Example: "readings"},
			{Name: "key", Title: "publishable key", Where: "it is in Settings, API Keys; never the secret one", Example: "sb_publishable_XXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Trap: "A new table lets nobody in: it needs a policy that allows INSERT to anon. A free project that nobody uses is paused.",
		Docs: "https://supabase.com/docs/guides/api",
		Facts: []Source{
			on(november, "policies", "https://docs.weweb.io/workflows/actions/supabase/database/database-insert.html"),
			on(november, "201 and return=minimal, of PostgREST", "https://docs.cloudbase.net/en/database/configuration/db/postgresql/http/insert"),
		},
	}
}

func airtable() Service {
	return Service{
		ID: "airtable", Title: "Airtable", About: "adds a record to a table",
		Outline: Outline{
			Address: "https://api.airtable.com/v0/[base]/[table]", Body: request.JSON,
			Template: `{"fields":{"RSSI":{{rssi}},"Uptime":{{uptime}}},"typecast":true}`,
			Headers:  headers("Authorization", "Bearer {{token}}"), Fields: both(),
			Answer: locked(request.Answer{Delivered: only(200)}, 429, "", 30*time.Second),
		},
		Blanks: []Blank{
			{Name: "base", Title: "base ID", Where: "it is in the address of the base, and begins with app", Example: "appXXXXXXXXXXXXXX"},
			{Name: "table", Title: "table ID", Where: "it is in the address of the table, and begins with tbl", Example: "tblXXXXXXXXXXXXXX"},
			{Name: "token", Title: "personal access token", Where: "make one with the scope data.records:write", Example: "patXXXXXXXXXXXXXX.XXXXXXXX", Kind: Secret},
		},
		Every: 200 * time.Millisecond, Daily: 32,
		Trap: "A free workspace has 1,000 requests a month: one every 45 minutes. After 429, for more than five requests a second in one base, nothing is taken for 30 seconds. The fields have to be there, under the very same names.",
		Docs: "https://airtable.com/developers/web/api/create-records",
		Facts: []Source{
			on("", "request", "https://airtable.com/developers/web/api/create-records"),
			on(later, "answers", "https://support.airtable.com/docs/airtable-api-common-troubleshooting"),
			on(november, "pace", "https://support.airtable.com/docs/managing-api-call-limits-in-airtable"),
		},
	}
}

func notion() Service {
	return Service{
		ID: "notion", Title: "Notion", About: "adds a page to a database, its properties filled in",
		Outline: Outline{
			Address: "https://api.notion.com/v1/pages", Body: request.JSON,
			Template: `{"parent":{"database_id":"[database]"},"properties":{"RSSI":{"number":{{rssi}}},"Uptime":{"number":{{uptime}}}}}`,
			Headers:  headers("Authorization", "Bearer {{token}}", "Notion-Version", "2022-06-28"), Fields: both(),
			Answer: request.Answer{Delivered: only(200)},
		},
		Blanks: []Blank{
			{Name: "database", Title: "database ID", Where: "it is in the database's address: 32 digits and letters before ?v=", Example: "d9824bdc84454327be8b5b47500af6ce"},
			{Name: "token", Title: "integration's secret", Where: "it is in My integrations", Example: "ntn_XXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Every: time.Second / 3,
		Trap:  "The database has to be shared with the integration: until then it is “not found”. An answer has some kilobytes. Requests are counted by the minute, and the workspace's plan says how many; 429 tells how long to wait.",
		Docs:  "https://developers.notion.com/reference/post-page",
		Facts: []Source{
			on(november, "pace, 429", "https://developers.notion.com/reference/request-limits"),
			on(november, "401", "https://developers.notion.com/reference/status-codes"),
		},
	}
}
