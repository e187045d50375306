// libraries/ESP8266WiFi: the station, and TCP over real sockets on loopback.
#pragma once
#include <memory>
#include <vector>
#include "Arduino.h"
#include "IPAddress.h"

enum wl_status_t {
  WL_IDLE_STATUS = 0,
  WL_NO_SSID_AVAIL = 1,
  WL_CONNECTED = 3,
  WL_CONNECT_FAILED = 4,
  WL_CONNECTION_LOST = 5,
  WL_WRONG_PASSWORD = 6,
  WL_DISCONNECTED = 7,
};
enum WiFiMode_t { WIFI_OFF = 0, WIFI_STA = 1 };

class ESP8266WiFiClass {
 public:
  void persistent(bool) {}
  bool setAutoReconnect(bool) { return true; }
  bool mode(WiFiMode_t) { return true; }
  bool config(IPAddress address, IPAddress gateway, IPAddress mask, IPAddress dns1 = 0, IPAddress dns2 = 0);
  wl_status_t begin(const char *ssid, const char *password = nullptr, int32_t channel = 0, const uint8_t *bssid = nullptr);
  bool disconnect(bool off = false);
  wl_status_t status();
  int8_t RSSI() { return status() == WL_CONNECTED ? -61 : 31; }
  IPAddress localIP();
  uint8_t *macAddress(uint8_t *mac);
  int32_t channel();
  uint8_t *BSSID();
  int hostByName(const char *name, IPAddress &result);

 private:
  uint64_t begun_ = 0;
  bool lost_ = false;  // the access point is not the one that was asked for
  IPAddress fixed_;
};
extern ESP8266WiFiClass WiFi;

// What ClientContext.h does over lwIP, over a socket. As there, state() is
// ESTABLISHED only until the other end says it is done, read or unread.
class Tcp {
 public:
  static constexpr uint8_t CLOSED = 0, ESTABLISHED = 4;
  ~Tcp() { close(); }
  bool connect(IPAddress ip, uint16_t port, unsigned long timeout);
  uint8_t state();
  size_t available();
  size_t read(uint8_t *to, size_t size);
  size_t write(const uint8_t *from, size_t size, unsigned long timeout);
  void wait() const;  // a moment, or until something comes
  void close();

 private:
  void pull();
  int fd_ = -1;
  bool ended_ = false;
  std::vector<uint8_t> in_;
};

class WiFiClient : public Stream {
 public:
  virtual std::unique_ptr<WiFiClient> clone() const { return std::make_unique<WiFiClient>(*this); }
  virtual uint8_t status() { return tcp_ ? tcp_->state() : Tcp::CLOSED; }
  virtual int connect(IPAddress ip, uint16_t port);
  virtual int connect(const char *host, uint16_t port);
  size_t write(uint8_t c) override { return write(&c, 1); }
  size_t write(const uint8_t *bytes, size_t size) override;
  using Print::write;
  int available() override { return tcp_ ? static_cast<int>(tcp_->available()) : 0; }
  int read() override;
  virtual int read(uint8_t *to, size_t size);
  int peek() override { return -1; }
  void flush() override {}
  virtual void stop();
  virtual uint8_t connected() { return tcp_ && (tcp_->state() == Tcp::ESTABLISHED || available() > 0); }
  void setNoDelay(bool) {}

 protected:
  void waitForData() override;
  std::shared_ptr<Tcp> tcp_;
};

#include "WiFiClientSecureBearSSL.h"
