// Signatures of adafruit/Adafruit_INA219 1.2.3, Adafruit_INA219.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class Adafruit_INA219 {
 public:
  Adafruit_INA219(uint8_t addr = 0x40) { (void)addr; }
  bool begin(TwoWire *theWire = &Wire) { return (void)theWire, true; }
  float getBusVoltage_V() { return fake::value("voltage"); }
  float getCurrent_mA() { return fake::value("current"); }
  float getPower_mW() { return fake::value("power"); }
  bool success() { return fake::there("voltage"); }
};
