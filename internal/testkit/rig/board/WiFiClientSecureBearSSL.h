// libraries/ESP8266WiFi/src/WiFiClientSecureBearSSL.h and BearSSLHelpers.h.
#pragma once
#include <bearssl.h>
#include <memory>
#include <vector>
#include "CertStoreBearSSL.h"
#include "ESP8266WiFi.h"

namespace BearSSL {

using Blob = std::vector<unsigned char>;

class PublicKey {
 public:
  PublicKey(const char *pem) { parse(pem); }
  bool parse(const char *pem);
  bool parse(const uint8_t *der, size_t size);
  ~PublicKey();
  PublicKey(const PublicKey &) = delete;
  bool isRSA() const { return type_ == BR_KEYTYPE_RSA; }
  bool isEC() const { return type_ == BR_KEYTYPE_EC; }
  const br_rsa_public_key *getRSA() const { return &rsa_; }
  const br_ec_public_key *getEC() const { return &ec_; }

 private:
  int type_ = 0;
  Blob a_, b_;
  br_rsa_public_key rsa_ = {};
  br_ec_public_key ec_ = {};
};

class X509List {
 public:
  X509List() {}
  X509List(const char *pem);
  X509List(const uint8_t *der, size_t size) { append(der, size); }
  X509List(const X509List &) = delete;
  bool append(const uint8_t *der, size_t size);
  size_t getCount() const { return anchors_.size(); }
  const br_x509_trust_anchor *getTrustAnchors() const { return anchors_.data(); }

 private:
  std::vector<std::unique_ptr<Blob[]>> blobs_;
  std::vector<br_x509_trust_anchor> anchors_;
};

class Session {
  friend class WiFiClientSecureCtx;

 public:
  Session() { memset(&_session, 0, sizeof(_session)); }

 private:
  br_ssl_session_parameters *getSession() { return &_session; }
  br_ssl_session_parameters _session;
};

struct InsecureX509;

// The core's context, which a WiFiClientSecure and its clones share.
class WiFiClientSecureCtx : public WiFiClient {
 public:
  WiFiClientSecureCtx();
  ~WiFiClientSecureCtx() override;
  int connect(const char *name, uint16_t port) override;
  uint8_t connected() override;
  size_t write(const uint8_t *bytes, size_t size) override;
  int read(uint8_t *to, size_t size) override;
  using WiFiClient::read;
  int available() override { return poll(); }
  void flush() override { runUntil(BR_SSL_SENDAPP); }
  void stop() override;
  void wait() { waitForData(); }

  void setSession(Session *s) { session_ = s; }
  void setInsecure() { forget(), insecure_ = true; }
  void setKnownKey(const PublicKey *key) { forget(), key_ = key; }
  void setTrustAnchors(const X509List *list) { forget(), anchors_ = list; }
  bool setFingerprint(const char *text);
  void setCertStore(CertStoreBase *store) { store_ = store; }
  void setX509Time(time_t now) { now_ = now; }
  void setBufferSizes(int recv, int xmit);
  int getMFLNStatus() { return connected() && fragmentsAgreed(); }
  int getLastSSLError(char *dest, size_t len);

 private:
  void forget() { insecure_ = false, pinned_ = false, key_ = nullptr, anchors_ = nullptr; }
  int connectSSL(const char *name);
  bool installValidator();
  bool allocate(std::unique_ptr<unsigned char[]> &buffer, size_t size);
  void freeSSL();
  int runUntil(unsigned target, bool blocking = true);
  bool engineConnected();
  int poll();
  bool fragmentsAgreed() const;

  std::unique_ptr<br_ssl_client_context> sc_;
  std::unique_ptr<DynamicX509> minimal_;
  std::unique_ptr<br_x509_knownkey_context> known_;
  std::unique_ptr<InsecureX509> own_;
  std::unique_ptr<unsigned char[]> in_, out_;
  int inSize_, outSize_;
  Blob hello_;  // the beginning of what the server sent
  bool done_ = false, oom_ = false, insecure_ = false, pinned_ = false;
  uint8_t fingerprint_[20];
  const PublicKey *key_ = nullptr;
  const X509List *anchors_ = nullptr;
  CertStoreBase *store_ = nullptr;
  Session *session_ = nullptr;
  time_t now_ = 0;
  unsigned char *app_ = nullptr;
  size_t appLen_ = 0;
};

class WiFiClientSecure : public WiFiClient {
 public:
  WiFiClientSecure() : ctx_(std::make_shared<WiFiClientSecureCtx>()) {}
  std::unique_ptr<WiFiClient> clone() const override { return std::make_unique<WiFiClientSecure>(*this); }
  uint8_t status() override { return ctx_->status(); }
  int connect(const char *name, uint16_t port) override { return ctx_->connect(name, port); }
  uint8_t connected() override { return ctx_->connected(); }
  size_t write(const uint8_t *bytes, size_t size) override { return ctx_->write(bytes, size); }
  using Print::write;
  int available() override { return ctx_->available(); }
  int read() override { return ctx_->read(); }
  int read(uint8_t *to, size_t size) override { return ctx_->read(to, size); }
  void flush() override { ctx_->flush(); }
  void stop() override { ctx_->stop(); }

  void setSession(Session *s) { ctx_->setSession(s); }
  void setInsecure() { ctx_->setInsecure(); }
  void setKnownKey(const PublicKey *key) { ctx_->setKnownKey(key); }
  void setTrustAnchors(const X509List *list) { ctx_->setTrustAnchors(list); }
  bool setFingerprint(const char *text) { return ctx_->setFingerprint(text); }
  void setCertStore(CertStoreBase *store) { ctx_->setCertStore(store); }
  void setX509Time(time_t now) { ctx_->setX509Time(now); }
  void setBufferSizes(int recv, int xmit) { ctx_->setBufferSizes(recv, xmit); }
  int getMFLNStatus() { return ctx_->getMFLNStatus(); }
  int getLastSSLError(char *dest = nullptr, size_t len = 0) { return ctx_->getLastSSLError(dest, len); }

 protected:
  void waitForData() override { ctx_->wait(); }

 private:
  std::shared_ptr<WiFiClientSecureCtx> ctx_;
};

}  // namespace BearSSL
