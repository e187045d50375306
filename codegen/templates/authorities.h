// The pinned authorities lie in flash. Only the one that a certificate names as its issuer is read into memory, and only
// while it is compared: the core's CertStore does it so with a file (core CertStoreBearSSL.cpp).
#pragma once
#include <CertStoreBearSSL.h>
#include <optional>
#include "pins.h"

class Authorities : public BearSSL::CertStoreBase {
 public:
  // True when the board can read each of them.
  static bool usable() {
    for (const Authority &stored : AUTHORITIES) {
      const Authority one = read(stored);
      if (BearSSL::X509List(one.certificate, one.size).getCount() != 1) return false;
    }
    return true;
  }

  void installCertStore(br_x509_minimal_context *ctx) override { br_x509_minimal_set_dynamic(ctx, this, find, release); }

 private:
  static Authority read(const Authority &stored) {
    Authority one;
    memcpy_P(&one, &stored, sizeof(one));
    return one;
  }

  // BearSSL asks by the SHA-256 of a name, compares it with that of the anchor, and gives the anchor back.
  static const br_x509_trust_anchor *find(void *self, void *name, size_t size) {
    Authorities &all = *static_cast<Authorities *>(self);
    for (const Authority &stored : AUTHORITIES) {
      if (size != sizeof(stored.name) || memcmp_P(name, stored.name, size) != 0) continue;
      const Authority one = read(stored);
      all.found_.emplace(one.certificate, one.size);
      if (all.found_->getCount() != 1) break;
      all.anchor_ = all.found_->getTrustAnchors()[0];
      memcpy(all.name_, name, size);
      all.anchor_.dn = {all.name_, size};
      return &all.anchor_;
    }
    all.found_.reset();
    return nullptr;
  }

  static void release(void *self, const br_x509_trust_anchor *) { static_cast<Authorities *>(self)->found_.reset(); }

  std::optional<BearSSL::X509List> found_;
  br_x509_trust_anchor anchor_ = {};
  unsigned char name_[sizeof(Authority::name)] = {};
};
