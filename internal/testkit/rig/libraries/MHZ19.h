// Signatures of WifWaf/MH-Z19 1.5.4, src/MHZ19.h.
#pragma once
#include "fake.h"

enum ERRORCODE { RESULT_NULL = 0, RESULT_OK = 1, RESULT_TIMEOUT = 2 };

class MHZ19 {
 public:
  byte errorCode = RESULT_NULL;
  void begin(Stream &stream) { (void)stream; }
  int getCO2(bool isunLimited = true, bool force = true) {
    (void)isunLimited, (void)force;
    errorCode = fake::there("co2") ? RESULT_OK : RESULT_TIMEOUT;
    return fake::there("co2") ? static_cast<int>(fake::value("co2")) : 0;
  }
};
