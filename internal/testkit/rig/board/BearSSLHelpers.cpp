// PublicKey and X509List: PEM to what BearSSL takes (core BearSSLHelpers.cpp).
#include "WiFiClientSecureBearSSL.h"

namespace BearSSL {

static void append(void *to, const void *bytes, size_t size) {
  const unsigned char *b = static_cast<const unsigned char *>(bytes);
  Blob *blob = static_cast<Blob *>(to);
  blob->insert(blob->end(), b, b + size);
}

// Decodes every PEM object in text.
static std::vector<Blob> decodePEM(const char *text) {
  std::vector<Blob> objects;
  Blob current;
  br_pem_decoder_context pem;
  br_pem_decoder_init(&pem);
  for (size_t left = strlen(text); left > 0;) {
    const size_t used = br_pem_decoder_push(&pem, text, left);
    text += used;
    left -= used;
    switch (br_pem_decoder_event(&pem)) {
      case BR_PEM_BEGIN_OBJ:
        current.clear();
        br_pem_decoder_setdest(&pem, append, &current);
        break;
      case BR_PEM_END_OBJ: objects.push_back(current); break;
      case BR_PEM_ERROR: return {};
    }
  }
  return objects;
}

// Steps into or over one DER element; end is where its contents end.
static const unsigned char *der(const unsigned char *p, const unsigned char **end) {
  size_t size = p[1], head = 2;
  if (size >= 0x80) {
    head += size & 0x7f;
    size = 0;
    for (size_t i = 2; i < head; i++) size = size << 8 | p[i];
  }
  *end = p + head + size;
  return p + head;
}

// Reads a SubjectPublicKeyInfo (RFC 5280, section 4.1).
bool PublicKey::parse(const char *pem) {
  const std::vector<Blob> objects = decodePEM(pem);
  return !objects.empty() && parse(objects[0].data(), objects[0].size());
}

bool PublicKey::parse(const uint8_t *bytes, size_t length) {
  type_ = 0;
  if (length < 40) return false;  // no SubjectPublicKeyInfo
  const unsigned char *end, *p = der(bytes, &end);
  if (end != bytes + length) return false;
  const unsigned char *algorithm = der(p, &end);
  const unsigned char *bits = end;
  const unsigned char *oidEnd, *oid = der(algorithm, &oidEnd);
  const unsigned char *bitsEnd, *key = der(bits, &bitsEnd) + 1;  // no unused bits
  const unsigned char RSA[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1};
  if (oidEnd - oid == sizeof(RSA) && memcmp(oid, RSA, sizeof(RSA)) == 0) {
    const unsigned char *nEnd, *eEnd, *n = der(der(key, &end), &nEnd), *e = der(nEnd, &eEnd);
    a_.assign(n, nEnd);
    b_.assign(e, eEnd);
    rsa_ = {a_.data(), a_.size(), b_.data(), b_.size()};
    type_ = BR_KEYTYPE_RSA;
    return true;
  }
  // As the core does it: the point loses its first byte, 0x04 (BearSSL fork, pkey_decoder.t0,
  // decode-EC), and lies in memory of its own.
  const size_t size = bitsEnd - key - 1;
  const int curve = size == 64 ? BR_EC_secp256r1 : size == 96 ? BR_EC_secp384r1 : BR_EC_secp521r1;
  free(ec_.q);
  ec_ = {curve, static_cast<unsigned char *>(malloc(size)), size};
  memcpy(ec_.q, key + 1, size);
  type_ = BR_KEYTYPE_EC;
  return true;
}

PublicKey::~PublicKey() { free(ec_.q); }

X509List::X509List(const char *pem) {
  for (const Blob &cert : decodePEM(pem)) append(cert.data(), cert.size());
}

bool X509List::append(const uint8_t *bytes, size_t size) {
  auto blobs = std::make_unique<Blob[]>(4);  // name, the key's two parts, and the certificate, which the core keeps, too
  br_x509_decoder_context decoder;
  br_x509_decoder_init(&decoder, BearSSL::append, &blobs[0]);
  br_x509_decoder_push(&decoder, bytes, size);
  const br_x509_pkey *key = br_x509_decoder_get_pkey(&decoder);
  if (!key) return false;
  blobs[3].assign(bytes, bytes + size);
  br_x509_trust_anchor anchor = {};
  anchor.dn = {blobs[0].data(), blobs[0].size()};
  anchor.flags = br_x509_decoder_isCA(&decoder) ? BR_X509_TA_CA : 0;
  anchor.pkey.key_type = key->key_type;
  if (key->key_type == BR_KEYTYPE_RSA) {
    blobs[1].assign(key->key.rsa.n, key->key.rsa.n + key->key.rsa.nlen);
    blobs[2].assign(key->key.rsa.e, key->key.rsa.e + key->key.rsa.elen);
    anchor.pkey.key.rsa = {blobs[1].data(), blobs[1].size(), blobs[2].data(), blobs[2].size()};
  } else {
    blobs[1].assign(key->key.ec.q, key->key.ec.q + key->key.ec.qlen);
    anchor.pkey.key.ec = {key->key.ec.curve, blobs[1].data(), blobs[1].size()};
  }
  blobs_.push_back(std::move(blobs));
  anchors_.push_back(anchor);
  return true;
}

}  // namespace BearSSL
