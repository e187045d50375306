// Follows the core's ESP8266HTTPClient.cpp, function by function.
#include "ESP8266HTTPClient.h"

void HTTPClient::clear() {
  code_ = 0;
  size_ = -1;
  headers_.clear();
  location_.clear();
}

bool HTTPClient::begin(WiFiClient &client, const String &host, uint16_t port, const String &uri, bool) {
  if (!host_.isEmpty() && host_ != host) {
    canReuse_ = false;
    disconnect(true);
  }
  client_ = client.clone();
  clear();
  host_ = host;
  port_ = port;
  uri_ = uri;
  return true;
}

void HTTPClient::disconnect(bool keepClient) {
  if (connected()) {
    while (client_->available() > 0) client_->read();
    if (!(reuse_ && canReuse_)) {
      client_->stop();
      if (!keepClient) client_ = nullptr;
    }
  } else if (!keepClient) {
    client_ = nullptr;
  }
}

void HTTPClient::addHeader(const String &name, const String &value, bool first, bool replace) {
  if (name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("User-Agent") || name.equalsIgnoreCase("Host")) return;
  String line = name + ": ";
  if (replace) {
    const int start = headers_.indexOf(line);
    if (start != -1) {
      const int end = headers_.indexOf('\n', start);
      headers_ = headers_.substring(0, start) + headers_.substring(end + 1);
    }
  }
  line += value;
  line += "\r\n";
  headers_ = first ? line + headers_ : headers_ + line;
}

int HTTPClient::sendRequest(const char *type, const uint8_t *payload, size_t size) {
  for (auto &c : collected_) c.second.clear();
  if (!connect()) return failed(HTTPC_ERROR_CONNECTION_FAILED);
  addHeader("Content-Length", String(static_cast<unsigned long>(payload && size > 0 ? size : 0)));
  if (!sendHeader(type)) return failed(HTTPC_ERROR_SEND_HEADER_FAILED);
  if (size && client_->write(payload, size) != size) return failed(HTTPC_ERROR_SEND_PAYLOAD_FAILED);
  return failed(readHeader());
}

bool HTTPClient::connect() {
  if (reuse_ && canReuse_ && connected()) {
    while (client_->available() > 0) client_->read();
    return true;
  }
  if (!client_) return false;
  client_->setTimeout(timeout_);
  if (!client_->connect(host_.c_str(), port_)) return false;
  client_->setNoDelay(true);
  return connected();
}

bool HTTPClient::sendHeader(const char *type) {
  if (!connected()) return false;
  String h(type);
  h += ' ';
  h += uri_.length() ? uri_ : String("/");
  h += " HTTP/1.1\r\nHost: ";
  h += host_;
  if (port_ != 80 && port_ != 443) {
    h += ':';
    h += static_cast<int>(port_);
  }
  if (agent_.length()) h += "\r\nUser-Agent: " + agent_;
  h += "\r\nAccept-Encoding: identity;q=1,chunked;q=0.1,*;q=0\r\nConnection: ";
  h += reuse_ ? "keep-alive" : "close";
  h += "\r\n";
  h += headers_;
  h += "\r\n";
  return client_->write(reinterpret_cast<const uint8_t *>(h.c_str()), h.length()) == h.length();
}

int HTTPClient::readHeader() {
  if (!connected()) return HTTPC_ERROR_NOT_CONNECTED;
  clear();
  canReuse_ = reuse_;
  String encoding;
  unsigned long last = millis();
  while (connected()) {  // ESP8266HTTPClient.cpp, handleHeaderResponse: a silence is its only limit
    if (client_->available() <= 0) {
      if (millis() - last > timeout_) return HTTPC_ERROR_READ_TIMEOUT;
      delay(1);
      continue;
    }
    String line = client_->readStringUntil('\n');
    last = millis();
    if (!line.startsWith("HTTP/1.") && line.indexOf(':') > 0) {
      readLine(line, encoding);
      continue;
    }
    if (line.startsWith("HTTP/1.")) {
      canReuse_ = canReuse_ && line[7] != '0';
      code_ = line.substring(9, line.indexOf(' ', 9)).toInt();
      canReuse_ = canReuse_ && code_ > 0 && code_ < 500;
    }
    line.trim();
    if (!line.isEmpty()) continue;
    if (encoding.length() > 0 && !encoding.equalsIgnoreCase("chunked")) return code_ = HTTPC_ERROR_ENCODING;
    return code_ > 0 ? code_ : (code_ = HTTPC_ERROR_NO_HTTP_SERVER);
  }
  return HTTPC_ERROR_CONNECTION_LOST;
}

void HTTPClient::readLine(const String &line, String &encoding) {
  const int colon = line.indexOf(':');
  const String name = line.substring(0, colon);
  String value = line.substring(colon + 1);
  value.trim();
  if (name.equalsIgnoreCase("Content-Length")) size_ = value.toInt();
  if (canReuse_ && name.equalsIgnoreCase("Connection") && value.indexOf("close") >= 0 && value.indexOf("keep-alive") < 0) {
    canReuse_ = false;
  }
  if (name.equalsIgnoreCase("Transfer-Encoding")) encoding = value;
  if (name.equalsIgnoreCase("Location")) location_ = value;
  for (auto &c : collected_) {
    if (c.first.equalsIgnoreCase(name)) c.second = c.second.isEmpty() ? value : c.second + "," + value;
  }
}

void HTTPClient::collectHeaders(const char *names[], const size_t count) {
  collected_.clear();
  for (size_t i = 0; i < count; i++) collected_.push_back({String(names[i]), String()});
}

String HTTPClient::header(const char *name) {
  for (auto &c : collected_) {
    if (c.first == name) return c.second;
  }
  return String();
}

WiFiClient &HTTPClient::getStream() {
  static WiFiClient empty;
  return connected() ? *client_ : empty;
}

int HTTPClient::failed(int code) {
  if (code < 0 && connected()) client_->stop();
  return code;
}
