// Stands in for libraries/SoftwareSerial/src/SoftwareSerial.h of the core 3.1.2.
#pragma once
#include <Arduino.h>

class SoftwareSerial : public Stream {
 public:
  SoftwareSerial(int8_t rxPin, int8_t txPin = -1, bool invert = false) {
    (void)invert;
    fprintf(stderr, "serial on %d and %d\n", rxPin, txPin);
  }
  void begin(uint32_t baud) { (void)baud; }
  size_t write(uint8_t) override { return 1; }
  int available() override { return 0; }
  int read() override { return -1; }
  int peek() override { return -1; }

 protected:
  void waitForData() override {}
};
