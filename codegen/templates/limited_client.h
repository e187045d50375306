// A TLS connection that ends at a set time, whatever the server does.
//
// HTTPClient gives up only after a silence, and Stream's readStringUntil, by which it reads the
// head, counts that anew for each character (core Stream.cpp, timedRead): a server that sends a
// byte now and then would hold loop() for as long as it likes.
#pragma once
#include <WiFiClientSecureBearSSL.h>

// When an exchange has to be over.
class Limit {
 public:
  void start() {
    since_ = millis();
    running_ = true;
  }
  void stop() { running_ = false; }
  bool passed() const { return running_ && millis() - since_ >= EXCHANGE_MAX_MS; }

 private:
  unsigned long since_ = 0;
  bool running_ = false;
};

class LimitedClient : public BearSSL::WiFiClientSecure {
 public:
  explicit LimitedClient(Limit *limit) : limit_(limit) {}

  // HTTPClient works on a copy (since core 3.1.0); both share the connection and the limit.
  std::unique_ptr<WiFiClient> clone() const { return std::unique_ptr<WiFiClient>(new LimitedClient(*this)); }

  using BearSSL::WiFiClientSecure::connect;
  using BearSSL::WiFiClientSecure::read;
  using BearSSL::WiFiClientSecure::write;

  // Connecting has limits of its own; the exchange begins with the connection.
  int connect(const char *name, uint16_t port) override {
    limit_->stop();
    const int connected = BearSSL::WiFiClientSecure::connect(name, port);
    limit_->start();
    return connected;
  }

  size_t write(const uint8_t *bytes, size_t size) override {
    return limit_->passed() ? 0 : BearSSL::WiFiClientSecure::write(bytes, size);
  }

  uint8_t connected() override { return limit_->passed() ? 0 : BearSSL::WiFiClientSecure::connected(); }
  int available() override { return limit_->passed() ? 0 : BearSSL::WiFiClientSecure::available(); }

  int read() override {
    if (!limit_->passed()) return BearSSL::WiFiClientSecure::read();
    setTimeout(0);  // timedRead would wait for one more character
    return -1;
  }

  int read(uint8_t *bytes, size_t size) override { return limit_->passed() ? -1 : BearSSL::WiFiClientSecure::read(bytes, size); }

 private:
  Limit *limit_;
};
