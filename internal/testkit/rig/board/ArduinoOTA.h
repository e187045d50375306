// libraries/ArduinoOTA/ArduinoOTA.h: what sketches call, and callbacks in the order of ArduinoOTA.cpp.
// RIG_OTA says when an update comes and how it ends: MILLIS:ERROR, an ota_error_t, or MILLIS:end.
#pragma once
#include <functional>
#include "Arduino.h"

#define U_FLASH 0
#define U_FS 100

typedef enum { OTA_AUTH_ERROR, OTA_BEGIN_ERROR, OTA_CONNECT_ERROR, OTA_RECEIVE_ERROR, OTA_END_ERROR } ota_error_t;

class ArduinoOTAClass {
 public:
  typedef std::function<void(void)> THandlerFunction;
  typedef std::function<void(ota_error_t)> THandlerFunction_Error;
  typedef std::function<void(unsigned int, unsigned int)> THandlerFunction_Progress;

  void setPort(uint16_t port) { port_ = port; }
  void setHostname(const char *hostname) { hostname_ = hostname; }
  void setPassword(const char *password) { password_ = password; }
  void onStart(THandlerFunction fn) { start_ = fn; }
  void onEnd(THandlerFunction fn) { end_ = fn; }
  void onError(THandlerFunction_Error fn) { error_ = fn; }
  void onProgress(THandlerFunction_Progress fn) { progress_ = fn; }
  void begin(bool useMDNS = true);
  void handle();
  int getCommand() { return U_FLASH; }

 private:
  uint16_t port_ = 0;
  std::string hostname_, password_;
  bool begun_ = false, done_ = false;
  THandlerFunction start_, end_;
  THandlerFunction_Error error_;
  THandlerFunction_Progress progress_;
};
extern ArduinoOTAClass ArduinoOTA;
