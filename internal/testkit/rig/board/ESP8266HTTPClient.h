// libraries/ESP8266HTTPClient: requests, as the core writes them, over any WiFiClient.
#pragma once
#include <memory>
#include <vector>
#include "ESP8266WiFi.h"

#define HTTPC_ERROR_CONNECTION_FAILED (-1)
#define HTTPC_ERROR_SEND_HEADER_FAILED (-2)
#define HTTPC_ERROR_SEND_PAYLOAD_FAILED (-3)
#define HTTPC_ERROR_NOT_CONNECTED (-4)
#define HTTPC_ERROR_CONNECTION_LOST (-5)
#define HTTPC_ERROR_NO_STREAM (-6)
#define HTTPC_ERROR_NO_HTTP_SERVER (-7)
#define HTTPC_ERROR_TOO_LESS_RAM (-8)
#define HTTPC_ERROR_ENCODING (-9)
#define HTTPC_ERROR_STREAM_WRITE (-10)
#define HTTPC_ERROR_READ_TIMEOUT (-11)

class HTTPClient {
 public:
  HTTPClient() = default;
  HTTPClient(const HTTPClient &) = delete;  // neither moved: the core can since 3.1.0 only
  HTTPClient &operator=(const HTTPClient &) = delete;

  bool begin(WiFiClient &client, const String &host, uint16_t port, const String &uri = "/", bool https = false);
  void end() { disconnect(false); clear(); }
  bool connected() { return client_ && (client_->connected() || client_->available() > 0); }
  void setReuse(bool reuse) { reuse_ = reuse; }
  void setUserAgent(const String &agent) { agent_ = agent; }
  void setTimeout(uint16_t timeout) {
    timeout_ = timeout;
    if (connected()) client_->setTimeout(timeout);
  }
  void addHeader(const String &name, const String &value, bool first = false, bool replace = true);
  int sendRequest(const char *type, const uint8_t *payload = nullptr, size_t size = 0);
  void collectHeaders(const char *names[], const size_t count);
  String header(const char *name);
  int getSize() { return size_; }
  const String &getLocation() { return location_; }
  WiFiClient &getStream();

 private:
  bool connect();
  bool sendHeader(const char *type);
  int readHeader();
  void readLine(const String &line, String &encoding);
  void disconnect(bool keepClient);
  void clear();
  int failed(int code);

  std::unique_ptr<WiFiClient> client_;
  String host_, uri_, headers_, location_, agent_ = "ESP8266HTTPClient";
  uint16_t port_ = 0;
  uint16_t timeout_ = 5000;  // HTTPCLIENT_DEFAULT_TCP_TIMEOUT
  bool reuse_ = true, canReuse_ = false;
  int code_ = 0, size_ = -1;
  std::vector<std::pair<String, String>> collected_;
};
