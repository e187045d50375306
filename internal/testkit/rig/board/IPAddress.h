// cores/esp8266/IPAddress.h, IPv4 only as in an ordinary build.
#pragma once
#include "Print.h"

class IPAddress : public Printable {
 public:
  IPAddress(uint32_t address = 0) : address_(address) {}  // in network order
  IPAddress(uint8_t a, uint8_t b, uint8_t c, uint8_t d) : address_(a | b << 8 | c << 16 | uint32_t(d) << 24) {}
  bool fromString(const char *text);
  bool isSet() const { return address_ != 0; }
  uint32_t raw() const { return address_; }
  size_t printTo(Print &p) const override;

 private:
  uint32_t address_;
};
