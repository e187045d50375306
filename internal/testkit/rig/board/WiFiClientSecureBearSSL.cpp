// Follows the core's WiFiClientSecureBearSSL.cpp: which BearSSL calls are made, in which
// order, and when a call waits.
#include "WiFiClientSecureBearSSL.h"
#include "InsecureX509.h"
#include "StackThunk.h"
#include "rig.h"

// The second stack: allocated with its first user, freed with the last.
static int stackUsers;
static char *secondStack;

void stack_thunk_add_ref() {
  if (stackUsers++ == 0) secondStack = new char[6200];
}

void stack_thunk_del_ref() {
  if (--stackUsers == 0) delete[] secondStack;
}

namespace BearSSL {

static const uint16_t SUITES[] = {
    0xcca9, 0xcca8, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af, 0xc023, 0xc027,
    0xc024, 0xc028, 0xc009, 0xc013, 0xc00a, 0xc014, 0xc02d, 0xc031, 0xc02e, 0xc032, 0xc025, 0xc029,
    0xc026, 0xc02a, 0xc004, 0xc00e, 0xc005, 0xc00f, 0x009c, 0x009d, 0xc09c, 0xc09d, 0xc0a0, 0xc0a1,
    0x003c, 0x003d, 0x002f, 0x0035, 0xc008, 0xc012, 0xc003, 0xc00d, 0x000a};

template <typename Set, typename Ctx>
static void installHashes(Set set, Ctx *ctx) {
  set(ctx, br_md5_ID, &br_md5_vtable);
  set(ctx, br_sha1_ID, &br_sha1_vtable);
  set(ctx, br_sha224_ID, &br_sha224_vtable);
  set(ctx, br_sha256_ID, &br_sha256_vtable);
  set(ctx, br_sha384_ID, &br_sha384_vtable);
  set(ctx, br_sha512_ID, &br_sha512_vtable);
}

// core: br_ssl_client_base_init
static void baseInit(br_ssl_client_context *cc) {
  br_ssl_client_zero(cc);
  br_ssl_engine_add_flags(&cc->eng, BR_OPT_NO_RENEGOTIATION);
  br_ssl_engine_set_versions(&cc->eng, BR_TLS10, BR_TLS12);
  br_ssl_engine_set_suites(&cc->eng, SUITES, sizeof(SUITES) / sizeof(SUITES[0]));
  br_ssl_client_set_default_rsapub(cc);
  br_ssl_engine_set_default_rsavrfy(&cc->eng);
  br_ssl_engine_set_default_ecdsa(&cc->eng);
  installHashes(br_ssl_engine_set_hash, &cc->eng);
  br_ssl_engine_set_prf10(&cc->eng, &br_tls10_prf);
  br_ssl_engine_set_prf_sha256(&cc->eng, &br_tls12_sha256_prf);
  br_ssl_engine_set_prf_sha384(&cc->eng, &br_tls12_sha384_prf);
  br_ssl_engine_set_default_aes_cbc(&cc->eng);
  br_ssl_engine_set_default_aes_gcm(&cc->eng);
  br_ssl_engine_set_default_aes_ccm(&cc->eng);
  br_ssl_engine_set_default_des_cbc(&cc->eng);
  br_ssl_engine_set_default_chapol(&cc->eng);
}

WiFiClientSecureCtx::WiFiClientSecureCtx() {
  _timeout = 15000;
  setBufferSizes(16384, 512);
  stack_thunk_add_ref();
}

WiFiClientSecureCtx::~WiFiClientSecureCtx() { stack_thunk_del_ref(); }

void WiFiClientSecureCtx::setBufferSizes(int recv, int xmit) {
  inSize_ = std::max(512, std::min(16384, recv)) + 325;
  outSize_ = std::max(512, std::min(16384, xmit)) + 85;
}

bool WiFiClientSecureCtx::setFingerprint(const char *text) {
  uint8_t parsed[20];
  for (int i = 0; i < 20; i++) {
    unsigned byte;
    if (!isxdigit(text[0]) || !isxdigit(text[1]) || sscanf(text, "%2x", &byte) != 1) return false;
    parsed[i] = byte;
    for (text += 2; *text == ' ' || *text == ':'; text++) {
    }
  }
  if (*text) return false;
  forget();
  pinned_ = true;
  memcpy(fingerprint_, parsed, 20);
  return true;
}

bool WiFiClientSecureCtx::installValidator() {
  br_ssl_engine_context *eng = &sc_->eng;
  if (insecure_ || pinned_) {
    own_ = std::make_unique<InsecureX509>();
    own_->vtable = &insecureClass;
    own_->fingerprint = pinned_ ? fingerprint_ : nullptr;
    br_ssl_engine_set_x509(eng, &own_->vtable);
  } else if (key_) {
    known_ = std::make_unique<br_x509_knownkey_context>();
    if (key_->isRSA()) {
      br_x509_knownkey_init_rsa(known_.get(), key_->getRSA(), BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN);
    } else {
      br_x509_knownkey_init_ec(known_.get(), key_->getEC(), BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN);
    }
    br_ssl_engine_set_x509(eng, &known_->vtable);
  } else {
    minimal_ = std::make_unique<DynamicX509>();
    br_x509_minimal_context *x = &minimal_->minimal;
    br_x509_minimal_init(x, &br_sha256_vtable, anchors_ ? anchors_->getTrustAnchors() : nullptr, anchors_ ? anchors_->getCount() : 0);
    br_x509_minimal_set_rsa(x, br_ssl_engine_get_rsavrfy(eng));
    br_x509_minimal_set_ecdsa(x, br_ssl_engine_get_ec(eng), br_ssl_engine_get_ecdsa(eng));
    installHashes(br_x509_minimal_set_hash, x);
    if (now_) br_x509_minimal_set_time(x, static_cast<uint32_t>(now_) / 86400 + 719528, static_cast<uint32_t>(now_) % 86400);
    if (store_) store_->installCertStore(x);  // besides a list of anchors, which no sketch has then
    br_ssl_engine_set_x509(eng, minimal_->vtable ? &minimal_->vtable : &x->vtable);
  }
  return true;
}

bool WiFiClientSecureCtx::allocate(std::unique_ptr<unsigned char[]> &buffer, size_t size) {
  if (rig::heapUsed() + size > rig::heapSize()) return false;
  buffer.reset(new unsigned char[size]);
  return true;
}

int WiFiClientSecureCtx::connect(const char *name, uint16_t port) {
  IPAddress ip;
  if (!WiFi.hostByName(name, ip)) return 0;
  if (!WiFiClient::connect(ip, port)) return 0;
  return connectSSL(name);
}

int WiFiClientSecureCtx::connectSSL(const char *name) {
  freeSSL();
  oom_ = false;
  sc_ = std::make_unique<br_ssl_client_context>();
  if (!allocate(in_, inSize_) || !allocate(out_, outSize_)) {
    freeSSL();
    oom_ = true;
    return 0;
  }
  br_ssl_engine_context *eng = &sc_->eng;
  baseInit(sc_.get());
  installValidator();
  br_ssl_engine_set_buffers_bidi(eng, in_.get(), inSize_, out_.get(), outSize_);
  br_ssl_engine_set_versions(eng, BR_TLS10, BR_TLS12);
  if (session_) br_ssl_engine_set_session_parameters(eng, session_->getSession());
  if (!br_ssl_client_reset(sc_.get(), name, session_ ? 1 : 0)) {
    freeSSL();
    return 0;
  }
  // core: _wait_for_handshake
  done_ = false;
  while (!done_ && status() == Tcp::ESTABLISHED) {
    if (runUntil(BR_SSL_SENDAPP) < 0) break;
    done_ = br_ssl_engine_current_state(eng) & BR_SSL_SENDAPP;
  }
  minimal_ = nullptr;
  known_ = nullptr;
  own_ = nullptr;
  if (done_) _timeout = 5000;
  return done_;
}

void WiFiClientSecureCtx::freeSSL() {
  sc_ = nullptr;
  minimal_ = nullptr;
  known_ = nullptr;
  own_ = nullptr;
  in_ = nullptr;
  out_ = nullptr;
  hello_.clear();
  app_ = nullptr;
  appLen_ = 0;
  done_ = false;
  _timeout = 15000;
}

void WiFiClientSecureCtx::stop() {
  if (tcp_) WiFiClient::stop();  // flushes, and so waits for an unfinished handshake
  if (done_ && session_) br_ssl_engine_get_session_parameters(&sc_->eng, session_->getSession());
  freeSSL();
}

// core: _run_until
int WiFiClientSecureCtx::runUntil(unsigned target, bool blocking) {
  if (!sc_) return -1;
  br_ssl_engine_context *eng = &sc_->eng;
  const unsigned long start = millis();
  for (int idle = 0; blocking || idle < 2;) {
    if (millis() - start > _timeout) return -1;
    const unsigned state = br_ssl_engine_current_state(eng);
    if (state & BR_SSL_CLOSED) return -1;
    if (status() != Tcp::ESTABLISHED && WiFiClient::available() == 0) return (state & target) ? 0 : -1;
    size_t len;
    if (state & BR_SSL_SENDREC) {
      unsigned char *buf = br_ssl_engine_sendrec_buf(eng, &len);
      const size_t sent = WiFiClient::write(buf, len);
      if (sent == 0) return -1;
      br_ssl_engine_sendrec_ack(eng, sent);
      idle = 0;
      continue;
    }
    if (state & target) return 0;
    if (state & BR_SSL_RECVAPP) return -1;
    if ((state & BR_SSL_RECVREC) && WiFiClient::available() > 0) {
      unsigned char *buf = br_ssl_engine_recvrec_buf(eng, &len);
      const int got = WiFiClient::read(buf, len);
      if (got > 0) {
        if (hello_.size() < 512) hello_.insert(hello_.end(), buf, buf + got);
        br_ssl_engine_recvrec_ack(eng, got);
      }
      idle = 0;
      continue;
    }
    br_ssl_engine_flush(eng, 0);
    idle++;
    if (blocking) tcp_->wait();
  }
  return -1;
}

bool WiFiClientSecureCtx::engineConnected() {
  return status() == Tcp::ESTABLISHED && done_ && sc_ && br_ssl_engine_current_state(&sc_->eng) != BR_SSL_CLOSED;
}

uint8_t WiFiClientSecureCtx::connected() {
  if (!engineConnected()) return false;
  return poll() > 0 || engineConnected();
}

// core: _pollRecvBuffer
int WiFiClientSecureCtx::poll() {
  if (app_) return static_cast<int>(appLen_);
  if (!sc_ || runUntil(BR_SSL_RECVAPP, false) < 0) return 0;
  if (br_ssl_engine_current_state(&sc_->eng) & BR_SSL_RECVAPP) app_ = br_ssl_engine_recvapp_buf(&sc_->eng, &appLen_);
  return app_ ? static_cast<int>(appLen_) : 0;
}

int WiFiClientSecureCtx::read(uint8_t *to, size_t size) {
  if (!sc_ || !done_) return -1;
  if (poll() == 0) return engineConnected() ? 0 : -1;
  size = std::min(size, appLen_);
  memcpy(to, app_, size);
  br_ssl_engine_recvapp_ack(&sc_->eng, size);
  app_ = nullptr;
  appLen_ = 0;
  return static_cast<int>(size);
}

size_t WiFiClientSecureCtx::write(const uint8_t *bytes, size_t size) {
  size_t sent = 0;
  while (sent < size && engineConnected() && runUntil(BR_SSL_SENDAPP) == 0) {
    size_t room;
    unsigned char *buf = br_ssl_engine_sendapp_buf(&sc_->eng, &room);
    if (!buf) break;
    room = std::min(room, size - sent);
    memcpy(buf, bytes + sent, room);
    br_ssl_engine_sendapp_ack(&sc_->eng, room);
    br_ssl_engine_flush(&sc_->eng, 0);
    flush();
    sent += room;
  }
  return sent;
}

// Whether the ServerHello accepts max_fragment_length; the core's BearSSL fork keeps that
// itself (br_ssl_engine_get_mfln_negotiated), the distribution's doesn't.
bool WiFiClientSecureCtx::fragmentsAgreed() const {
  const Blob &h = hello_;
  size_t i = 5 + 4 + 2 + 32;  // record and message header, version, random
  if (h.size() <= i) return false;
  i += 1 + h[i] + 2 + 1;  // session id, suite, compression
  if (h.size() < i + 2) return false;
  const size_t end = std::min(h.size(), i + 2 + (h[i] << 8 | h[i + 1]));
  for (i += 2; i + 4 <= end; i += 4 + (h[i + 2] << 8 | h[i + 3])) {
    if (h[i] == 0 && h[i + 1] == 1) return true;
  }
  return false;
}

int WiFiClientSecureCtx::getLastSSLError(char *dest, size_t len) {
  int error = sc_ ? br_ssl_engine_last_error(&sc_->eng) : 0;
  const char *prefix = "";
  if (oom_) {
    error = -1000;
  } else if (error & BR_ERR_RECV_FATAL_ALERT) {
    prefix = "SSL received fatal alert - ";
    error &= ~BR_ERR_RECV_FATAL_ALERT;
  } else if (error & BR_ERR_SEND_FATAL_ALERT) {
    prefix = "SSL sent fatal alert - ";
    error &= ~BR_ERR_SEND_FATAL_ALERT;
  }
  if (dest) snprintf(dest, len, "%s%s", prefix, error ? "the core's text." : "OK");
  return error;
}

}  // namespace BearSSL
