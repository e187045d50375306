#include "ArduinoOTA.h"
#include "rig.h"

ArduinoOTAClass ArduinoOTA;

void ArduinoOTAClass::begin(bool) {
  begun_ = true;
  fprintf(stderr, "OTA begun: port %u, name %s, password of %zu bytes\n", port_, hostname_.c_str(), password_.size());
}

// _onRx refuses a wrong password, _runUpdate calls Update.begin before onStart, and restarts after onEnd.
void ArduinoOTAClass::handle() {
  const char *plan = rig::env("RIG_OTA", "");
  const char *how = strchr(plan, ':');
  if (!begun_ || done_ || !how || static_cast<long>(millis()) < atol(plan)) return;
  done_ = true;
  const bool whole = strcmp(how, ":end") == 0;
  const ota_error_t error = static_cast<ota_error_t>(atoi(how + 1));
  if (whole || error > OTA_BEGIN_ERROR) {
    if (start_) start_();
    if (progress_) progress_(0, 1000);
  }
  if (!whole) {
    if (error_) error_(error);
    return;
  }
  if (end_) end_();
  ESP.restart();
}
