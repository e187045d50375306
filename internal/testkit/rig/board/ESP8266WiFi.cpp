#include "ESP8266WiFi.h"
#include "rig.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

ESP8266WiFiClass WiFi;

bool IPAddress::fromString(const char *text) {
  in_addr a;
  if (inet_pton(AF_INET, text, &a) != 1) return false;
  address_ = a.s_addr;
  return true;
}

size_t IPAddress::printTo(Print &p) const {
  const uint8_t *b = reinterpret_cast<const uint8_t *>(&address_);
  return p.printf("%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
}

int32_t ESP8266WiFiClass::channel() { return rig::number("RIG_CHANNEL", 6); }

uint8_t *ESP8266WiFiClass::BSSID() {
  static uint8_t bssid[6] = {2, 0, 0, 0, 0, 0};
  bssid[5] = static_cast<uint8_t>(channel());
  return bssid;
}

wl_status_t ESP8266WiFiClass::begin(const char *ssid, const char *password, int32_t channel, const uint8_t *bssid) {
  fprintf(stderr, "wifi begin [%s] [%s]\n", ssid, password);
  if (bssid) fprintf(stderr, "wifi channel %d, no scan\n", static_cast<int>(channel));
  lost_ = bssid && (channel != this->channel() || memcmp(bssid, BSSID(), 6) != 0);
  begun_ = std::max<uint64_t>(rig::nowMicros(), 1);
  return WL_DISCONNECTED;
}

bool ESP8266WiFiClass::config(IPAddress address, IPAddress gateway, IPAddress mask, IPAddress dns1, IPAddress) {
  fixed_ = address;
  return gateway.isSet() && mask.isSet() && dns1.isSet();
}

bool ESP8266WiFiClass::disconnect(bool) {
  begun_ = 0;
  return true;
}

wl_status_t ESP8266WiFiClass::status() {
  static const std::string wifi = rig::env("RIG_WIFI", "up");
  static unsigned long from, to;
  static const bool away = sscanf(rig::env("RIG_WIFI_DOWN", ""), "%lu-%lu", &from, &to) == 2;
  const uint64_t now = rig::nowMicros();
  if (begun_ == 0 || now - begun_ < 200000) return WL_DISCONNECTED;
  if (wifi == "missing" || lost_) return WL_NO_SSID_AVAIL;
  if (wifi == "refused") return WL_WRONG_PASSWORD;
  if (wifi == "silent") return WL_DISCONNECTED;
  if (away && now >= from * 1000 && now < to * 1000) return WL_CONNECTION_LOST;
  return WL_CONNECTED;
}

IPAddress ESP8266WiFiClass::localIP() {
  IPAddress ip;
  if (status() == WL_CONNECTED) ip.fromString("192.168.1.57");
  if (fixed_.isSet()) ip = fixed_;
  return ip;
}

uint8_t *ESP8266WiFiClass::macAddress(uint8_t *mac) {
  const uint8_t own[6] = {0x5C, 0xCF, 0x7F, 0xA1, 0xB2, 0xC3};
  memcpy(mac, own, 6);
  return mac;
}

int ESP8266WiFiClass::hostByName(const char *name, IPAddress &result) {
  if (result.fromString(name)) return 1;
  if (strcmp(rig::env("RIG_DNS", "answers"), "fail") == 0) return 0;
  return result.fromString("127.0.0.1");
}

// ---- TCP --------------------------------------------------------------------

// Where a connection to a port goes: RIG_PORTS, "80=1234 81=1235", has the first word, then RIG_PORT.
static uint16_t leadTo(uint16_t port) {
  unsigned from, to;
  int used;
  for (const char *p = rig::env("RIG_PORTS", ""); sscanf(p, " %u=%u%n", &from, &to, &used) == 2; p += used) {
    if (from == port) return static_cast<uint16_t>(to);
  }
  return static_cast<uint16_t>(rig::number("RIG_PORT", port));
}

bool Tcp::connect(IPAddress ip, uint16_t port, unsigned long timeout) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(leadTo(port));
  to.sin_addr.s_addr = ip.raw();
  ::connect(fd_, reinterpret_cast<sockaddr *>(&to), sizeof(to));
  pollfd p = {fd_, POLLOUT, 0};
  const bool done = poll(&p, 1, static_cast<int>(timeout)) > 0;
  if (!done) rig::skip(timeout * 1000ULL);
  int error = 0;
  socklen_t size = sizeof(error);
  if (done && getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0) return true;
  close();
  return false;
}

// Takes in what has come, as far as a TCP window goes.
void Tcp::pull() {
  constexpr size_t WINDOW = 4 * 1460;
  uint8_t part[1460];
  while (fd_ >= 0 && !ended_ && in_.size() < WINDOW) {
    const ssize_t n = recv(fd_, part, sizeof(part), 0);
    if (n > 0) {
      rig::spoken();
      in_.insert(in_.end(), part, part + n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      ended_ = true;
    } else {
      return;
    }
  }
}

uint8_t Tcp::state() {
  pull();
  return fd_ >= 0 && !ended_ ? ESTABLISHED : CLOSED;
}

size_t Tcp::available() {
  pull();
  return in_.size();
}

size_t Tcp::read(uint8_t *to, size_t size) {
  pull();
  size = std::min(size, in_.size());
  if (size > 0) memcpy(to, in_.data(), size);
  in_.erase(in_.begin(), in_.begin() + size);
  return size;
}

size_t Tcp::write(const uint8_t *from, size_t size, unsigned long timeout) {
  size_t sent = 0;
  const unsigned long start = millis();
  while (fd_ >= 0 && sent < size && millis() - start < timeout) {
    const ssize_t n = send(fd_, from + sent, size - sent, MSG_NOSIGNAL);
    if (n > 0) {
      rig::spoken();
      sent += n;
    } else if (errno == EAGAIN) {
      pollfd p = {fd_, POLLOUT, 0};
      if (poll(&p, 1, 10) == 0) rig::waited(10);
    } else {
      break;
    }
  }
  return sent;
}

void Tcp::wait() const {
  if (fd_ >= 0 && !ended_) {
    rig::waitReadable(fd_, 2);
  } else {
    rig::skip(1000);
  }
}

void Tcp::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

// ---- WiFiClient ---------------------------------------------------------------

int WiFiClient::connect(IPAddress ip, uint16_t port) {
  if (tcp_) stop();  // core WiFiClient.cpp: the virtual one, TLS and all
  tcp_ = std::make_shared<Tcp>();
  if (!tcp_->connect(ip, port, _timeout)) tcp_ = nullptr;
  return tcp_ ? 1 : 0;
}

int WiFiClient::connect(const char *host, uint16_t port) {
  IPAddress ip;
  return WiFi.hostByName(host, ip) ? connect(ip, port) : 0;
}

size_t WiFiClient::write(const uint8_t *bytes, size_t size) { return tcp_ ? tcp_->write(bytes, size, _timeout) : 0; }

int WiFiClient::read() {
  uint8_t c;
  return read(&c, 1) == 1 ? c : -1;
}

int WiFiClient::read(uint8_t *to, size_t size) { return tcp_ ? static_cast<int>(tcp_->read(to, size)) : -1; }

void WiFiClient::stop() {
  flush();
  if (tcp_) tcp_->close();
}

void WiFiClient::waitForData() {
  if (tcp_) {
    tcp_->wait();
  } else {
    rig::skip(1000);
  }
}
