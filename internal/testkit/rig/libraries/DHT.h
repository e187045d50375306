// Signatures of adafruit/DHT-sensor-library 1.4.6, DHT.h.
#pragma once
#include "fake.h"

static const uint8_t DHT11 __attribute__((unused)) = 11;
static const uint8_t DHT22 __attribute__((unused)) = 22;

class DHT {
 public:
  DHT(uint8_t pin, uint8_t type, uint8_t count = 6) : pin_(pin), type_(type) { (void)count; }
  void begin(uint8_t usec = 55) { (void)usec, fprintf(stderr, "DHT%d on %d\n", type_, pin_); }
  float readTemperature(bool S = false, bool force = false) { return (void)S, (void)force, fake::value("temperature"); }
  float readHumidity(bool force = false) { return (void)force, fake::value("humidity"); }

 private:
  uint8_t pin_, type_;
};
