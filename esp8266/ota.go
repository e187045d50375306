package esp8266

// Updates over the Wi-Fi, as a generated sketch takes them and as they are sent.
const (
	// OTAPort is where a board listens for them (core ArduinoOTA.cpp, begin).
	OTAPort = 8266
	// OTASecret is the macro of their password in arduino_secrets.h.
	OTASecret = "SECRET_OTA"
	// OTAPlaceholder stands there until sketchdir draws a password.
	OTAPlaceholder = "YOUR_OTA_PASSWORD"
)
