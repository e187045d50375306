package services

import (
	"time"

	"espost/request"
)

// publics show the weather, the air and the sun's power to everybody.
func publics() []Service {
	return []Service{weatherUnderground(), openSenseMap(), sensorCommunity(), pvOutput()}
}

func weatherUnderground() Service {
	return Service{
		ID: "weather-underground", Title: "Weather Underground", About: "shows a personal weather station",
		Outline: Outline{
			Method: "GET", Body: request.None,
			Address: "https://weatherstation.wunderground.com/weatherstation/updateweatherstation.php?ID=[station]&PASSWORD={{key}}&dateutc=now&action=updateraw",
			Fields:  []request.Field{own("tempf", "68.5"), own("humidity", "45")},
			Answer:  strict(request.Answer{Delivered: only(200), Contains: "^success"}),
		},
		Blanks: []Blank{
			{Name: "station", Title: "station ID", Where: "it is in My Devices", Example: "KCASANFR5"},
			{Name: "key", Title: "station key", Where: "it is in My Devices, and not your account's password", Example: "XXXXXXXX", Kind: Secret},
		},
		Every: 2500 * time.Millisecond,
		Trap:  "Units are Fahrenheit, inches and miles per hour. dateutc=now is the time of arrival: a reading that waited counts as new. The answer is the word success, or what is wrong.",
		Docs:  "https://support.weather.com/s/article/PWS-Upload-Protocol",
		Facts: []Source{
			on(november, "request", "https://feedback.weather.com/customer/en/portal/articles/2924682-pws-upload-protocol"),
			on(november, "request", "http://wiki.wunderground.com/index.php/PWS_-_Upload_Protocol"),
		},
	}
}

func openSenseMap() Service {
	return Service{
		ID: "opensensemap", Title: "openSenseMap", About: "shows a senseBox on the map",
		Outline: Outline{
			Address: "https://api.opensensemap.org/boxes/[box]/data", Body: request.JSON, Template: `{"[sensor]":"{{value}}"}`,
			Headers: headers("Authorization", "{{token}}"), Fields: []request.Field{own("value", "21.5")},
			Answer: request.Answer{Delivered: only(201)},
		},
		Blanks: []Blank{
			{Name: "box", Title: "senseBox ID", Where: "it is on the dashboard", Example: "57000b8745fd40c8196ad04c"},
			{Name: "sensor", Title: "sensor ID", Where: "it is in the senseBox's sensors", Example: "57000b8745fd40c8196ad04e"},
			{Name: "token", Title: "access token", Where: "it is in the senseBox's security settings", Example: "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Every: 4 * time.Second,
		Trap:  "The token stands alone in the header: with Bearer before it, it is refused. 15 requests a minute are for the whole network behind one address.",
		Docs:  "https://docs.opensensemap.org/#api-Measurements-postNewMeasurements",
		Facts: []Source{
			on(november, "request, answers", "https://github.com/sensebox/openSenseMap-API/blob/master/packages/api/lib/controllers/measurementsController.js"),
			on(later, "pace", "https://github.com/sensebox/openSenseMap-API/issues/187"),
		},
	}
}

func sensorCommunity() Service {
	return Service{
		ID: "sensor-community", Title: "Sensor.Community", About: "shows particulate matter on the map, and keeps it for everybody",
		Outline: Outline{
			Address: "https://api.sensor.community/v1/push-sensor-data/", Body: request.JSON,
			Template: `{"software_version":"espost","sensordatavalues":[{"value_type":"P1","value":"{{pm10}}"},{"value_type":"P2","value":"{{pm25}}"}]}`,
			Headers:  headers("X-Sensor", "esp8266-[chip]", "X-Pin", "1"),
			Fields:   []request.Field{own("pm10", "12.3"), own("pm25", "6.1")},
			Answer:   request.Answer{Delivered: only(201)},
		},
		Blanks: []Blank{{Name: "chip", Title: "chip id", Where: "it is the board's number as a decimal, under which you registered the sensor", Example: "12345678"}},
		Every:  145 * time.Second,
		Trap:   "The board's number is written as a decimal here, where boards print it in hexadecimal. X-Pin says which kind of sensor it is: 1 is an SDS011.",
		Docs:   "https://github.com/opendata-stuttgart/meta/wiki/EN-APIs",
		Facts: []Source{
			on(november, "request", "https://docs.rs/sensor-community/latest/sensor_community/fn.upload.html"),
			on(november, "request", "https://github.com/pimoroni/enviroplus-python/blob/main/examples/luftdaten.py"),
			on(later, "pace: what its own firmware keeps to", "https://github.com/opendata-stuttgart/sensors-software/blob/master/airrohr-firmware/airrohr-firmware.ino"),
			on(later, "403", "https://github.com/opendata-stuttgart/sensors-software/issues/740"),
			on(later, "no key, a registered chip id", "https://github.com/opendata-stuttgart/meta/issues/129"),
		},
	}
}

func pvOutput() Service {
	return Service{
		ID: "pvoutput", Title: "PVOutput", About: "keeps a solar system's energy and power, and draws them",
		Outline: Outline{
			Address: "https://pvoutput.org/service/r2/addstatus.jsp", Body: request.Form,
			Headers: headers("X-Pvoutput-Apikey", "{{key}}", "X-Pvoutput-SystemId", "[system]"),
			Fields:  []request.Field{local("d", "%Y%m%d"), local("t", "%H:%M"), own("v2", "850")},
			Answer:  locked(request.Answer{Delivered: only(200), Contains: "^OK 200"}, 403, "Exceeded", 30*time.Minute),
		},
		Blanks: []Blank{
			{Name: "system", Title: "system ID", Where: "it is at the end of the Settings", Example: "12345"},
			{Name: "zone", Title: "time zone", Where: "it is the system's, as in Europe/Berlin", Example: "Australia/Sydney", Kind: Text},
			{Name: "key", Title: "API key", Where: "it is in the Settings, with API Access enabled", Example: "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Every: time.Minute,
		Trap:  "403 and Exceeded are the answer to the 61st request of an hour: it passes with the hour. Day and time are the system's own, so its time zone has to be given.",
		Docs:  "https://pvoutput.org/help/api_specification.html",
		Facts: []Source{
			on(november, "request, pace", "https://pvoutput.org/help/api_specification.html"),
		},
	}
}
