package sensors

import "time"

// Libraries that others stand on.
var (
	unified = Library{Name: "Adafruit Unified Sensor", Version: "1.1.15", PlatformIO: "adafruit/Adafruit Unified Sensor"}
	busIO   = Library{Name: "Adafruit BusIO", Version: "1.17.4", PlatformIO: "adafruit/Adafruit BusIO"}
	oneWire = Library{Name: "OneWire", Version: "2.3.8", PlatformIO: "paulstoffregen/OneWire",
		Source: "PaulStoffregen/OneWire OneWire.h 2.3.8, 800f26f"}
	dht = Library{Name: "DHT sensor library", Version: "1.4.6", PlatformIO: "adafruit/DHT sensor library",
		Source: "adafruit/DHT-sensor-library DHT.h 1.4.6, 1c68266"}
)

// devices is the catalogue. The calls were held against the libraries' headers;
// ranges, settling times and addresses are the commonly published ones. Those of
// DHT22, DS18B20, HC-SR04 and SCD4x agree with what the makers' data sheets are
// quoted for (Aosong AM2302, Maxim DS18B20, Elecfreaks HC-SR04, Sensirion SCD4x
// 1.3; read on 2026-11-25); the others weren't held against one yet.
var devices = [...]Device{
	dhtDevice("dht22", "DHT22", "DHT22", temperature("21.5", -40, 80, 1), percent("48.2", 1)),
	dhtDevice("dht11", "DHT11", "DHT11", temperature("21", -20, 60, 0), percent("48", 0)),
	{
		ID: "ds18b20", Name: "DS18B20", Bus: OnePin,
		Wiring:    "VDD to 3V3, GND to GND, DQ to {pin}, with a resistor of 4.7 kΩ from DQ to 3V3; several share the pin",
		Libraries: []Library{{Name: "DallasTemperature", Version: "4.0.5", PlatformIO: "milesburton/DallasTemperature", Source: "milesburton/Arduino-Temperature-Control-Library DallasTemperature.h 4.0.5, 145f5e1"}, oneWire},
		Includes:  []string{"OneWire.h", "DallasTemperature.h"},
		Declare:   "static OneWire {id}_wire({pin});\nstatic DallasTemperature {id}(&{id}_wire);",
		Begin:     "({id}.begin(), {id}.getDeviceCount() > 0)",
		Read:      "{id}.requestTemperatures();",
		Spacing:   time.Second,
		NoValue:   "-127 where no sensor answers (DEVICE_DISCONNECTED_C), less for a broken one",
		Note:      "A reading takes up to 0.75 s. The places are in the order of the sensors' own addresses.",
		Quantities: []Quantity{{
			Name: "temperature", Title: "temperature", Unit: "°C", Decimals: 2, Sample: "21.56", Low: -55, High: 125,
			Read: "{id}.getTempCByIndex({index})",
		}},
	},
	{
		ID: "bme280", Name: "BME280", Bus: I2C, Addresses: []int{0x76, 0x77}, Wiring: i2cWiring + "; SDO to GND for 0x76, to 3V3 for 0x77",
		Libraries: []Library{{Name: "Adafruit BME280 Library", Version: "2.2.4", PlatformIO: "adafruit/Adafruit BME280 Library", Source: "adafruit/Adafruit_BME280_Library Adafruit_BME280.h 2.2.4, 9412f3d"}, unified, busIO},
		Includes:  []string{"Wire.h", "Adafruit_BME280.h"},
		Declare:   "static Adafruit_BME280 {id};",
		Begin:     "{id}.begin({address})",
		NoValue:   "NAN; not found: begin is false",
		Quantities: []Quantity{
			reads(temperature("21.53", -40, 85, 2), "{id}.readTemperature()"),
			reads(percent("48.2", 1), "{id}.readHumidity()"),
			reads(pressure(), "{id}.readPressure() / 100"),
		},
	},
	{
		ID: "bmp280", Name: "BMP280", Bus: I2C, Addresses: []int{0x76, 0x77}, Wiring: i2cWiring + "; SDO to GND for 0x76, to 3V3 for 0x77",
		Libraries: []Library{{Name: "Adafruit BMP280 Library", Version: "2.6.8", PlatformIO: "adafruit/Adafruit BMP280 Library", Source: "adafruit/Adafruit_BMP280_Library Adafruit_BMP280.h 2.6.8, e2a4d2e"}, unified, busIO},
		Includes:  []string{"Wire.h", "Adafruit_BMP280.h"},
		Declare:   "static Adafruit_BMP280 {id};",
		Begin:     "{id}.begin({address})",
		NoValue:   "NAN; not found: begin is false",
		Note:      "Boards sold as BME280 often carry a BMP280, which has no humidity.",
		Quantities: []Quantity{
			reads(temperature("21.53", -40, 85, 2), "{id}.readTemperature()"),
			reads(pressure(), "{id}.readPressure() / 100"),
		},
	},
	{
		ID: "bme680", Name: "BME680", Bus: I2C, Addresses: []int{0x77, 0x76}, Wiring: i2cWiring + "; SDO to GND for 0x76, to 3V3 for 0x77",
		Libraries: []Library{{Name: "Adafruit BME680 Library", Version: "2.0.5", PlatformIO: "adafruit/Adafruit BME680 Library", Source: "adafruit/Adafruit_BME680 Adafruit_BME680.h 2.0.5, e898e2f"}, unified, busIO},
		Includes:  []string{"Wire.h", "Adafruit_BME680.h"},
		Declare:   "static Adafruit_BME680 {id};\nstatic bool {id}_read = false;",
		Begin:     "({id}.begin({address}) && {id}.setGasHeater(320, 150))",
		Read:      "{id}_read = {id}.performReading();",
		NoValue:   "performReading is false",
		Note:      "The gas sensor heats itself for 0.15 s a reading; its resistance means something after some days.",
		Quantities: []Quantity{
			reads(temperature("21.53", -40, 85, 2), "{id}_read ? {id}.temperature : NAN"),
			reads(percent("48.2", 1), "{id}_read ? {id}.humidity : NAN"),
			reads(pressure(), "{id}_read ? {id}.pressure / 100.0f : NAN"),
			{Name: "gas", Title: "gas resistance", Unit: "Ω", Sample: "51230", Low: 1, High: 100e6, Read: "{id}_read ? {id}.gas_resistance : NAN"},
		},
	},
	{
		ID: "sht3x", Name: "SHT30, SHT31, SHT35", Bus: I2C, Addresses: []int{0x44, 0x45}, Wiring: i2cWiring + "; ADDR to GND for 0x44, to 3V3 for 0x45",
		Libraries: []Library{{Name: "Adafruit SHT31 Library", Version: "2.2.2", PlatformIO: "adafruit/Adafruit SHT31 Library", Source: "adafruit/Adafruit_SHT31 Adafruit_SHT31.h 2.2.2, 5e34a20"}, busIO},
		Includes:  []string{"Wire.h", "Adafruit_SHT31.h"},
		Declare:   "static Adafruit_SHT31 {id};\nstatic float {id}_t = NAN, {id}_h = NAN;",
		Begin:     "{id}.begin({address})",
		Read:      "{id}.readBoth(&{id}_t, &{id}_h);",
		NoValue:   "NAN; not found: begin is false",
		Quantities: []Quantity{
			reads(temperature("21.53", -40, 125, 2), "{id}_t"),
			reads(percent("48.2", 1), "{id}_h"),
		},
	},
	{
		ID: "aht20", Name: "AHT20, AHT10", Bus: I2C, Addresses: []int{0x38, 0x39}, Wiring: i2cWiring,
		Libraries: []Library{{Name: "Adafruit AHTX0", Version: "2.0.5", PlatformIO: "adafruit/Adafruit AHTX0", Source: "adafruit/Adafruit_AHTX0 Adafruit_AHTX0.h 2.0.5, 805eab7"}, unified, busIO},
		Includes:  []string{"Wire.h", "Adafruit_AHTX0.h"},
		Declare:   "static Adafruit_AHTX0 {id};\nstatic sensors_event_t {id}_h, {id}_t;\nstatic bool {id}_read = false;",
		Begin:     "{id}.begin(&Wire, 0, {address})",
		Read:      "{id}_read = {id}.getEvent(&{id}_h, &{id}_t);",
		NoValue:   "getEvent is false",
		Quantities: []Quantity{
			reads(temperature("21.53", -40, 85, 2), "{id}_read ? {id}_t.temperature : NAN"),
			reads(percent("48.2", 1), "{id}_read ? {id}_h.relative_humidity : NAN"),
		},
	},
	{
		ID: "si7021", Name: "Si7021, HTU21D", Bus: I2C, Addresses: []int{0x40}, Wiring: i2cWiring,
		Libraries: []Library{{Name: "Adafruit Si7021 Library", Version: "1.5.3", PlatformIO: "adafruit/Adafruit Si7021 Library", Source: "adafruit/Adafruit_Si7021 Adafruit_Si7021.h 1.5.3, 223a4b9"}, busIO},
		Includes:  []string{"Wire.h", "Adafruit_Si7021.h"},
		Declare:   "static Adafruit_Si7021 {id};",
		Begin:     "{id}.begin()",
		NoValue:   "NAN; not found: begin is false",
		Quantities: []Quantity{
			reads(temperature("21.53", -40, 125, 2), "{id}.readTemperature()"),
			reads(percent("48.2", 1), "{id}.readHumidity()"),
		},
	},
	{
		ID: "bh1750", Name: "BH1750", Bus: I2C, Addresses: []int{0x23, 0x5c}, Wiring: i2cWiring + "; ADDR open or to GND for 0x23, to 3V3 for 0x5C",
		Libraries: []Library{{Name: "BH1750", Version: "1.3.0", PlatformIO: "claws/BH1750", Source: "claws/BH1750 src/BH1750.h 1.3.0, b6986b5"}},
		Includes:  []string{"Wire.h", "BH1750.h"},
		Declare:   "static BH1750 {id}({address});",
		Begin:     "{id}.begin(BH1750::CONTINUOUS_HIGH_RES_MODE, {address}, &Wire)",
		Settle:    200 * time.Millisecond,
		NoValue:   "-1 or -2",
		Quantities: []Quantity{
			{Name: "light", Title: "light", Unit: "lx", Decimals: 1, Sample: "320.8", Low: 0, High: 117759, Read: "{id}.readLightLevel()"},
		},
	},
	{
		ID: "veml7700", Name: "VEML7700", Bus: I2C, Addresses: []int{0x10}, Wiring: i2cWiring,
		Libraries: []Library{{Name: "Adafruit VEML7700 Library", Version: "2.1.6", PlatformIO: "adafruit/Adafruit VEML7700 Library", Source: "adafruit/Adafruit_VEML7700 Adafruit_VEML7700.h 2.1.6, 0dc00fa"}, busIO},
		Includes:  []string{"Wire.h", "Adafruit_VEML7700.h"},
		Declare:   "static Adafruit_VEML7700 {id};",
		Begin:     "{id}.begin()",
		NoValue:   "not found: begin is false",
		Quantities: []Quantity{
			{Name: "light", Title: "light", Unit: "lx", Decimals: 1, Sample: "320.8", Low: 0, High: 150000, Read: "{id}.readLux(VEML_LUX_AUTO)"},
		},
	},
	{
		ID: "scd4x", Name: "SCD40, SCD41", Bus: I2C, Addresses: []int{0x62}, Wiring: i2cWiring,
		Libraries: []Library{{Name: "SparkFun SCD4x Arduino Library", Version: "1.1.2", PlatformIO: "sparkfun/SparkFun SCD4x Arduino Library", Source: "sparkfun/SparkFun_SCD4x_Arduino_Library src/SparkFun_SCD4x_Arduino_Library.h 1.1.2, 0721971"}},
		Includes:  []string{"Wire.h", "SparkFun_SCD4x_Arduino_Library.h"},
		Declare:   "static SCD4x {id};\nstatic bool {id}_read = false;",
		Begin:     "{id}.begin(Wire)",
		Read:      "{id}_read = {id}.readMeasurement();",
		Settle:    5 * time.Second,
		Spacing:   5 * time.Second,
		NoValue:   "readMeasurement is false: it has a value every 5 s",
		Quantities: []Quantity{
			{Name: "co2", Title: "CO₂", Unit: "ppm", Sample: "640", Low: 1, High: 40000, Read: "{id}_read ? {id}.getCO2() : NAN"},
			reads(temperature("21.5", -10, 60, 1), "{id}_read ? {id}.getTemperature() : NAN"),
			reads(percent("48", 0), "{id}_read ? {id}.getHumidity() : NAN"),
		},
	},
	{
		ID: "mhz19", Name: "MH-Z19", Bus: TwoPins,
		Wiring:    "Vin to 5V, GND to GND, its Tx to {pin}, its Rx to {pin2}",
		Libraries: []Library{{Name: "MH-Z19", Version: "1.5.4", PlatformIO: "wifwaf/MH-Z19", Source: "WifWaf/MH-Z19 src/MHZ19.h 1.5.4, 95fe425"}},
		Includes:  []string{"SoftwareSerial.h", "MHZ19.h"},
		Declare:   "static SoftwareSerial {id}_line({pin}, {pin2});\nstatic MHZ19 {id};\nstatic int {id}_ppm = 0;",
		Start:     "{id}_line.begin(9600);\n{id}.begin({id}_line);",
		Settle:    3 * time.Minute,
		Spacing:   5 * time.Second,
		NoValue:   "errorCode isn't RESULT_OK",
		Note:      "It warms up for three minutes.",
		Quantities: []Quantity{
			{Name: "co2", Title: "CO₂", Unit: "ppm", Sample: "640", Low: 1, High: 10000, Read: "({id}_ppm = {id}.getCO2(), {id}.errorCode == RESULT_OK ? {id}_ppm : NAN)"},
		},
	},
	{
		ID: "hcsr04", Name: "HC-SR04", Bus: TwoPins,
		Wiring:  "VCC to 5V, GND to GND, Trig to {pin}, Echo through 1 kΩ to {pin2} and from there 2 kΩ to GND: Echo has 5 V",
		Start:   "pinMode({pin}, OUTPUT);\npinMode({pin2}, INPUT);",
		Read:    "digitalWrite({pin}, LOW);\ndelayMicroseconds(2);\ndigitalWrite({pin}, HIGH);\ndelayMicroseconds(10);\ndigitalWrite({pin}, LOW);",
		Spacing: 60 * time.Millisecond,
		NoValue: "no echo within 30 ms",
		Quantities: []Quantity{
			// sound travels 0.0343 cm a µs at 20 °C, there and back
			{Name: "distance", Title: "distance", Unit: "cm", Decimals: 1, Sample: "120.4", Low: 2, High: 400, Read: "pulseIn({pin2}, HIGH, 30000) * 0.01715f"},
		},
	},
	{
		ID: "vl53l0x", Name: "VL53L0X", Bus: I2C, Addresses: []int{0x29}, Wiring: i2cWiring,
		Libraries: []Library{{Name: "VL53L0X", Version: "1.3.1", PlatformIO: "pololu/VL53L0X", Source: "pololu/vl53l0x-arduino VL53L0X.h 1.3.1, 9f3773c"}},
		Includes:  []string{"Wire.h", "VL53L0X.h"},
		Declare:   "static VL53L0X {id};",
		Start:     "{id}.setTimeout(500);",
		Begin:     "{id}.init()",
		NoValue:   "65535 after a timeout, about 8190 where nothing is in reach",
		Quantities: []Quantity{
			{Name: "distance", Title: "distance", Unit: "mm", Sample: "431", Low: 0, High: 2200, Read: "{id}.readRangeSingleMillimeters()"},
		},
	},
	{
		ID: "hx711", Name: "HX711", Bus: TwoPins,
		Wiring:    "VCC to 3V3, GND to GND, DT to {pin}, SCK to {pin2}",
		Libraries: []Library{{Name: "HX711 Arduino Library", Version: "0.7.5", PlatformIO: "bogde/HX711", Source: "bogde/HX711 src/HX711.h 0.7.5, be5e3d2"}},
		Includes:  []string{"HX711.h"},
		Declare:   "static HX711 {id};",
		Start:     "{id}.begin({pin}, {pin2});",
		NoValue:   "not ready within a second",
		Note:      "The number is the raw one: weigh nothing and something known, then set offset and scale.",
		Quantities: []Quantity{
			{Name: "weight", Title: "weight", Sample: "84213", Low: -8388607, High: 8388606, Read: "{id}.wait_ready_timeout(1000) ? {id}.read_average(5) : NAN"},
		},
	},
	{
		ID: "ina219", Name: "INA219", Bus: I2C, Addresses: []int{0x40, 0x41, 0x44, 0x45}, Wiring: i2cWiring + "; Vin+ to the supply, Vin- to what uses it",
		Libraries: []Library{{Name: "Adafruit INA219", Version: "1.2.3", PlatformIO: "adafruit/Adafruit INA219", Source: "adafruit/Adafruit_INA219 Adafruit_INA219.h 1.2.3, ce59837"}, busIO},
		Includes:  []string{"Wire.h", "Adafruit_INA219.h"},
		Declare:   "static Adafruit_INA219 {id}({address});",
		Begin:     "{id}.begin()",
		NoValue:   "success is false after a reading",
		Quantities: []Quantity{
			{Name: "voltage", Title: "voltage", Unit: "V", Decimals: 2, Sample: "5.02", Low: 0, High: 32, Read: ina219("getBusVoltage_V")},
			{Name: "current", Title: "current", Unit: "mA", Decimals: 1, Sample: "118.4", Low: -3200, High: 3200, Read: ina219("getCurrent_mA")},
			{Name: "power", Title: "power", Unit: "mW", Decimals: 0, Sample: "594", Low: 0, High: 102400, Read: ina219("getPower_mW")},
		},
	},
	analogDevice("soil", "soil moisture", "moisture", "VCC to 3V3, GND to GND, AOUT to A0", "Read it dry and wet, then set scale and offset so that it gives percent."),
	analogDevice("mq", "MQ gas sensor", "level", "VCC to 5V, GND to GND, AO through a divider to A0: AO has up to 5 V", "It heats itself and means something after a day."),
	{
		ID: "battery", Name: "battery on A0", Bus: Analog,
		Wiring:  "the battery's plus through a resistor to A0 and from there another one to GND; scale is (first + second) / second",
		NoValue: "it always has one",
		Quantities: []Quantity{
			{Name: "voltage", Title: "voltage", Unit: "V", Decimals: 2, Sample: "0.93", Low: 0, High: 5, Read: "analogRead(A0) * {volts}f / 1023"},
		},
	},
	pinDevice("pir", "PIR motion sensor", "motion", "VCC to 5V, GND to GND, OUT to {pin}", NoPull, "digitalRead({pin})", time.Minute, "It settles for a minute after power-up."),
	pinDevice("reed", "reed switch", "open", "one wire to {pin}, the other to GND", PullUp, "digitalRead({pin})", 0, "1 is open, 0 is closed."),
	pinDevice("button", "button", "pressed", "one wire to {pin}, the other to GND", PullUp, "digitalRead({pin}) == LOW", 0, "1 is pressed."),
	{
		ID: "pulse", Name: "pulse counter", Bus: OnePin, Pull: Interrupt,
		Wiring:  "the meter's S0+ or the reed contact to {pin}, the other wire to GND",
		Declare: pulseDeclare,
		Start:   "pinMode({pin}, INPUT_PULLUP);\nattachInterrupt(digitalPinToInterrupt({pin}), {id}_count, FALLING);",
		Read:    "const unsigned long {id}_now __attribute__((unused)) = millis();\nconst unsigned long {id}_counted = {id}_pulses;",
		NoValue: "it always has one",
		Note:    "Pulses that come while the board sleeps deeply are not counted.",
		Quantities: []Quantity{
			{Name: "total", Title: "total", Sample: "1204", Low: 0, High: 4294967295, Read: "{id}_counted"},
			{Name: "interval", Title: "since the reading before", Sample: "12", Low: 0, High: 4294967295, Read: "pulsesSince({id}_counted, {id}_before)", Since: true},
			{Name: "rate", Title: "a minute", Unit: "1/min", Decimals: 1, Sample: "12.0", Low: 0, High: 60e6, Read: "pulsesAMinute({id}_counted, {id}_now, {id}_last)", Since: true},
		},
	},
}

const i2cWiring = "VCC to 3V3, GND to GND, SDA to {sda}, SCL to {scl}"

// pulseDeclare counts edges that are 5 ms apart at least: contacts bounce.
const pulseDeclare = `static volatile unsigned long {id}_pulses = 0;
static volatile unsigned long {id}_edge = 0;
static unsigned long {id}_before __attribute__((unused)) = 0;
static PulseMark {id}_last __attribute__((unused));
static void IRAM_ATTR {id}_count() {
  const unsigned long now = micros();
  if (now - {id}_edge < 5000) return;
  {id}_edge = now;
  {id}_pulses = {id}_pulses + 1;
}`

func dhtDevice(id, name, kind string, t, h Quantity) Device {
	return Device{
		ID: id, Name: name, Bus: OnePin,
		Wiring:     "VCC to 3V3, GND to GND, DATA to {pin}, with a resistor of 10 kΩ from DATA to 3V3 where the module has none",
		Libraries:  []Library{dht, unified},
		Includes:   []string{"DHT.h"},
		Declare:    "static DHT {id}({pin}, " + kind + ");",
		Start:      "{id}.begin();",
		Settle:     2 * time.Second,
		Spacing:    2 * time.Second, // DHT.cpp: MIN_INTERVAL
		NoValue:    "NAN",
		Note:       "It measures every two seconds at most.",
		Quantities: []Quantity{reads(t, "{id}.readTemperature()"), reads(h, "{id}.readHumidity()")},
	}
}

func analogDevice(id, name, quantity, wiring, note string) Device {
	return Device{
		ID: id, Name: name, Bus: Analog, Wiring: wiring, NoValue: "it always has one", Note: note,
		Quantities: []Quantity{{Name: quantity, Title: quantity, Sample: "512", Low: 0, High: 1023, Read: "analogRead(A0)"}},
	}
}

func pinDevice(id, name, quantity, wiring string, pull Pull, read string, settle time.Duration, note string) Device {
	mode := "INPUT"
	if pull == PullUp {
		mode = "INPUT_PULLUP"
	}
	return Device{
		ID: id, Name: name, Bus: OnePin, Wiring: wiring, Pull: pull, State: true, Start: "pinMode({pin}, " + mode + ");",
		Settle: settle, NoValue: "it always has one", Note: note,
		Quantities: []Quantity{{Name: quantity, Title: quantity, Sample: "1", Low: 0, High: 1, Read: read}},
	}
}

func temperature(sample string, low, high float64, decimals int) Quantity {
	return Quantity{Name: "temperature", Title: "temperature", Unit: "°C", Decimals: decimals, Sample: sample, Low: low, High: high}
}

func percent(sample string, decimals int) Quantity {
	return Quantity{Name: "humidity", Title: "humidity", Unit: "%", Decimals: decimals, Sample: sample, Low: 0, High: 100}
}

func pressure() Quantity {
	return Quantity{Name: "pressure", Title: "pressure", Unit: "hPa", Decimals: 1, Sample: "1013.2", Low: 300, High: 1100}
}

func reads(q Quantity, expression string) Quantity {
	q.Read = expression
	return q
}

// ina219 reads a quantity and asks whether that worked.
func ina219(call string) string {
	return "readIfGood({id}, {id}." + call + "())"
}
