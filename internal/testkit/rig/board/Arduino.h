// Stands in for cores/esp8266/Arduino.h and what it includes.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/time.h>
#include <string>

#include "pgmspace.h"
#include "WString.h"
#include "Print.h"

#if !defined(RIG_OLD_CORE)
#define HAS_ESP8266_VERSION_NUMERIC 1
#endif

#define HIGH 1
#define LOW 0
#define INPUT 0
#define OUTPUT 1
#define INPUT_PULLUP 2
#define INPUT_PULLDOWN_16 4
#define FALLING 2
#define CHANGE 3
#define A0 17
#define IRAM_ATTR
#define digitalPinToInterrupt(pin) (pin)
typedef uint8_t byte;

using std::isinf;
using std::isnan;
using std::max;
using std::min;

unsigned long millis();
unsigned long micros();
uint64_t micros64();
void delay(unsigned long ms);
void delayMicroseconds(unsigned us);
void yield();
void optimistic_yield(uint32_t us);
void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t value);
int digitalRead(uint8_t pin);
int analogRead(uint8_t pin);
unsigned long pulseIn(uint8_t pin, uint8_t state, unsigned long timeout = 1000000L);
void attachInterrupt(uint8_t pin, void (*handler)(), int mode);
inline void noInterrupts() {}
inline void interrupts() {}
void configTime(const char *tz, const char *server1, const char *server2 = nullptr, const char *server3 = nullptr);

// The sketch's time(nullptr) must be the board's, which is unset until NTP answers.
time_t rigTime(time_t *out);
#define time(out) rigTime(out)
int rigTimeOfDay(struct timeval *out);
#define gettimeofday(out, zone) rigTimeOfDay(out)

enum ADCMode { ADC_TOUT = 33, ADC_VCC = 255 };
#define ADC_MODE(mode) int __get_adc_mode(void) { return (int)(mode); }

enum RFMode { RF_DEFAULT = 0, RF_CAL = 1, RF_NO_CAL = 2, RF_DISABLED = 4 };
#define WAKE_RF_DEFAULT RF_DEFAULT
#define WAKE_RF_DISABLED RF_DISABLED

// cores/esp8266/Esp.h
class EspClass {
 public:
  static void wdtFeed() {}
  static void deepSleep(uint64_t us, RFMode mode = RF_DEFAULT);
  static uint64_t deepSleepMax() { return 12600000000ULL; }
  static bool rtcUserMemoryRead(uint32_t offset, uint32_t *data, size_t size);
  static bool rtcUserMemoryWrite(uint32_t offset, uint32_t *data, size_t size);
  [[noreturn]] static void restart();
  static uint16_t getVcc();
  static uint32_t getChipId() { return 0xa1b2c3; }
  static uint32_t getFreeHeap();
  static uint32_t getMaxFreeBlockSize() { return getFreeHeap(); }
  static uint8_t getHeapFragmentation() { return 3; }
  static uint32_t random();
};
extern EspClass ESP;

// cores/esp8266/HardwareSerial.h, as far as sketches print to it.
class HardwareSerial : public Print {
 public:
  void begin(unsigned long baud) { (void)baud; }
  size_t write(uint8_t c) override;
  size_t write(const uint8_t *bytes, size_t size) override;
  using Print::write;
  void flush() override;
};
extern HardwareSerial Serial;

void setup();
void loop();
