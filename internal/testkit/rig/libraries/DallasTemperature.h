// Signatures of milesburton/Arduino-Temperature-Control-Library 4.0.5, DallasTemperature.h.
#pragma once
#include "OneWire.h"

#define DEVICE_DISCONNECTED_C -127

class DallasTemperature {
 public:
  struct request_t {
    bool result;
    unsigned long timestamp;
    operator bool() { return result; }
  };
  DallasTemperature(OneWire *) {}
  void begin(void) {}
  uint8_t getDeviceCount(void) { return fake::there("temperature") ? 2 : 0; }
  request_t requestTemperatures(void) { return {true, 0}; }
  // The second one is a degree warmer.
  float getTempCByIndex(uint8_t index) { return index < getDeviceCount() ? fake::value("temperature") + index : DEVICE_DISCONNECTED_C; }
};
