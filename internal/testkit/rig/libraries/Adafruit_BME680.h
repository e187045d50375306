// Signatures of adafruit/Adafruit_BME680 2.0.5, Adafruit_BME680.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class Adafruit_BME680 {
 public:
  Adafruit_BME680(TwoWire *theWire = &Wire) { (void)theWire; }
  bool begin(uint8_t addr = 0x77, bool initSettings = true) { return (void)initSettings, fprintf(stderr, "BME680 at %02x\n", addr), fake::any(); }
  bool setGasHeater(uint16_t heaterTemp, uint16_t heaterTime) { return heaterTemp && heaterTime; }
  bool performReading() {
    temperature = fake::value("temperature");
    pressure = static_cast<uint32_t>(fake::value("pressure") * 100);
    humidity = fake::value("humidity");
    gas_resistance = static_cast<uint32_t>(fake::value("gas"));
    return fake::there("gas");
  }
  float temperature = 0;
  uint32_t pressure = 0;
  float humidity = 0;
  uint32_t gas_resistance = 0;
};
