/*
 * bearssl connects as an ESP8266 does and prints what came of it: real BearSSL,
 * set up as the Arduino core sets it up (WiFiClientSecureBearSSL.cpp).
 *
 *   bearssl PORT NAME RX TX full|basic  fingerprint FILE.der | key FILE.der | ca FILE.der
 *   bearssl batch < CASES
 *
 * FILE.der is a certificate: the one whose fingerprint or key is pinned, or the
 * trust anchor. The connection goes to 127.0.0.1. The one line printed is
 *
 *   error=N version=0xNNNN suite=0xNNNN curve=N
 *
 * with error 0 for a finished handshake and -1 for a connection that ended
 * without BearSSL calling it an error. See batch for the other form.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <bearssl.h>

static const uint16_t full_suites[] = {
	0xcca9, 0xcca8, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af, 0xc023, 0xc027,
	0xc024, 0xc028, 0xc009, 0xc013, 0xc00a, 0xc014, 0xc02d, 0xc031, 0xc02e, 0xc032, 0xc025, 0xc029,
	0xc026, 0xc02a, 0xc004, 0xc00e, 0xc005, 0xc00f, 0x009c, 0x009d, 0xc09c, 0xc09d, 0xc0a0, 0xc0a1,
	0x003c, 0x003d, 0x002f, 0x0035, 0xc008, 0xc012, 0xc003, 0xc00d, 0x000a,
};
static const uint16_t basic_suites[] = { 0x003c, 0x003d, 0x002f, 0x0035 };

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* ---- a growing byte string -------------------------------------------- */

struct bytes {
	unsigned char *data;
	size_t len;
};

static void append(void *to, const void *from, size_t len)
{
	struct bytes *b = to;
	b->data = realloc(b->data, b->len + len + 1);
	if (b->data == NULL)
		die("realloc");
	memcpy(b->data + b->len, from, len);
	b->len += len;
}

static struct bytes read_file(const char *name)
{
	struct bytes b = { NULL, 0 };
	unsigned char chunk[4096];
	size_t n;
	FILE *f = fopen(name, "rb");
	if (f == NULL)
		die(name);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		append(&b, chunk, n);
	fclose(f);
	return b;
}

/* ---- the core's validator for fingerprints ----------------------------- */

struct first_certificate {
	const br_x509_class *vtable;
	unsigned char wanted[20];
	int seen;
	br_sha1_context sha1;
	br_x509_decoder_context decoder;
	unsigned char slack[1 << 16]; /* a key that is too long is written past its buffer */
};

static void start_chain(const br_x509_class **c, const char *name)
{
	struct first_certificate *f = (void *)c;
	(void)name;
	f->seen = 0;
	br_sha1_init(&f->sha1);
	br_x509_decoder_init(&f->decoder, NULL, NULL);
}

static void start_cert(const br_x509_class **c, uint32_t length)
{
	(void)c;
	(void)length;
}

#define PUSHED 256 /* src/ssl/ssl_hs_common.t0, read-certificate */

/* push hands on a piece as the core does, which asks for no errors. After bytes
   behind the certificate one more piece runs off the end of the decoder's
   program: a board crashes, and here no key is found. */
static void push(br_x509_decoder_context *d, const unsigned char *data, size_t len)
{
	if (d->decoded && d->err != 0)
		d->pkey.key_type = 0;
	else
		br_x509_decoder_push(d, data, len);
}

static void append_cert(const br_x509_class **c, const unsigned char *data, size_t len)
{
	struct first_certificate *f = (void *)c;
	if (f->seen)
		return;
	br_sha1_update(&f->sha1, data, len);
	push(&f->decoder, data, len);
}

static void end_cert(const br_x509_class **c)
{
	((struct first_certificate *)(void *)c)->seen = 1;
}

static unsigned end_chain(const br_x509_class **c)
{
	struct first_certificate *f = (void *)c;
	unsigned char sum[20];
	if (!f->seen)
		return 1;
	br_sha1_out(&f->sha1, sum);
	return memcmp(sum, f->wanted, sizeof sum) == 0 ? 0 : BR_ERR_X509_NOT_TRUSTED;
}

static const br_x509_pkey *get_pkey(const br_x509_class *const *c, unsigned *usages)
{
	if (usages != NULL)
		*usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
	return &((const struct first_certificate *)(const void *)c)->decoder.pkey;
}

static const br_x509_class first_certificate_class = {
	sizeof(struct first_certificate), start_chain, start_cert, append_cert, end_cert, end_chain, get_pkey,
};

/* ---- the engine, as br_ssl_client_base_init sets it up ------------------ */

static void set_hashes(br_ssl_client_context *client, br_x509_minimal_context *minimal)
{
	static const br_hash_class *const hashes[] = {
		NULL, &br_md5_vtable, &br_sha1_vtable, &br_sha224_vtable, &br_sha256_vtable, &br_sha384_vtable, &br_sha512_vtable,
	};
	for (int id = br_md5_ID; id <= br_sha512_ID; id++) {
		br_ssl_engine_set_hash(&client->eng, id, hashes[id]);
		br_x509_minimal_set_hash(minimal, id, hashes[id]);
	}
}

static void set_up(br_ssl_client_context *client, int basic)
{
	br_ssl_engine_context *eng = &client->eng;
	br_ssl_client_zero(client);
	br_ssl_engine_add_flags(eng, BR_OPT_NO_RENEGOTIATION);
	br_ssl_engine_set_versions(eng, BR_TLS10, BR_TLS12);
	if (basic)
		br_ssl_engine_set_suites(eng, basic_suites, sizeof basic_suites / sizeof *basic_suites);
	else
		br_ssl_engine_set_suites(eng, full_suites, sizeof full_suites / sizeof *full_suites);
	br_ssl_client_set_default_rsapub(client);
	br_ssl_engine_set_default_rsavrfy(eng);
	br_ssl_engine_set_prf10(eng, &br_tls10_prf);
	br_ssl_engine_set_prf_sha256(eng, &br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(eng, &br_tls12_sha384_prf);
	br_ssl_engine_set_default_aes_cbc(eng);
	if (basic)
		return;
	br_ssl_engine_set_default_ecdsa(eng);
	br_ssl_engine_set_default_aes_gcm(eng);
	br_ssl_engine_set_default_aes_ccm(eng);
	br_ssl_engine_set_default_des_cbc(eng);
	br_ssl_engine_set_default_chapol(eng);
}

/* ---- the connection ------------------------------------------------------ */

static int dial(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	struct timeval limit = { .tv_sec = 120 }; /* for what hangs */
	int s = socket(AF_INET, SOCK_STREAM, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) != 0)
		die("connect");
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	return s;
}

/* handshake runs the engine until it takes application data, fails or loses
   the connection. */
static int handshake(br_ssl_engine_context *eng, int s)
{
	for (;;) {
		unsigned state = br_ssl_engine_current_state(eng);
		size_t len;
		unsigned char *buf;
		ssize_t n;
		if (state == BR_SSL_CLOSED)
			return br_ssl_engine_last_error(eng) == 0 ? -1 : br_ssl_engine_last_error(eng);
		if (state & BR_SSL_SENDREC) {
			buf = br_ssl_engine_sendrec_buf(eng, &len);
			n = send(s, buf, len, MSG_NOSIGNAL);
			if (n <= 0 && !(state & BR_SSL_RECVREC))
				return -1;
			/* a server may refuse and close while this is on its way: its alert still counts */
			br_ssl_engine_sendrec_ack(eng, n > 0 ? (size_t)n : len);
			continue;
		}
		if (state & BR_SSL_SENDAPP)
			return 0;
		if (!(state & BR_SSL_RECVREC))
			return -1;
		buf = br_ssl_engine_recvrec_buf(eng, &len);
		do
			n = recv(s, buf, len, 0);
		while (n < 0 && errno == EINTR); /* the process was stopped for a moment */
		if (n <= 0)
			return -1;
		br_ssl_engine_recvrec_ack(eng, (size_t)n);
	}
}

/* ---- certificates alone, many in one process ------------------------------ */

/* get_bytes reads a length of four bytes, most significant first, and so many
   bytes; 0 at the end of the input. */
static int get_bytes(struct bytes *b)
{
	unsigned char n[4];
	if (fread(n, 1, 4, stdin) != 4)
		return 0;
	b->len = (size_t)n[0] << 24 | (size_t)n[1] << 16 | (size_t)n[2] << 8 | n[3];
	b->data = realloc(b->data, b->len + 1);
	if (b->data == NULL || fread(b->data, 1, b->len, stdin) != b->len)
		die("input");
	return 1;
}

static void put_hex(const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", data[i]);
}

static void put_key(const br_x509_pkey *k)
{
	if (k->key_type == BR_KEYTYPE_RSA && k->key.rsa.nlen + k->key.rsa.elen > BR_X509_BUFSIZE_KEY)
		printf(" no room");
	else if (k->key_type == BR_KEYTYPE_RSA) {
		printf(" rsa ");
		put_hex(k->key.rsa.n, k->key.rsa.nlen);
		printf(" ");
		put_hex(k->key.rsa.e, k->key.rsa.elen);
	} else if (k->key_type == BR_KEYTYPE_EC && k->key.ec.qlen > BR_X509_BUFSIZE_KEY) {
		printf(" no room");
	} else if (k->key_type == BR_KEYTYPE_EC) {
		printf(" ec %d ", k->key.ec.curve);
		put_hex(k->key.ec.q, k->key.ec.qlen);
	} else {
		printf(" none");
	}
}

/* A decoder goes on writing behind its key's buffer when it is not asked for
   errors: the slack is for that. */
static struct {
	br_x509_decoder_context decoder;
	unsigned char slack[1 << 20];
} roomy;

static br_x509_minimal_context minimal;

/* fingerprint prints the key that the core's validator finds in a certificate. */
static void fingerprint(struct bytes der)
{
	memset(&roomy, 0, sizeof roomy);
	br_x509_decoder_init(&roomy.decoder, NULL, NULL);
	for (size_t at = 0; at < der.len; at += PUSHED)
		push(&roomy.decoder, der.data + at, der.len - at < PUSHED ? der.len - at : PUSHED);
	printf("0");
	put_key(&roomy.decoder.pkey);
}

/* load reads a certificate as the core reads a trust anchor, or for its key. */
static br_x509_pkey *load(struct bytes der, struct bytes *dn)
{
	dn->len = 0;
	memset(&roomy, 0, sizeof roomy);
	br_x509_decoder_init(&roomy.decoder, append, dn);
	br_x509_decoder_push(&roomy.decoder, der.data, der.len);
	return br_x509_decoder_get_pkey(&roomy.decoder);
}

static void chain(uint32_t days, uint32_t seconds, struct bytes host, struct bytes anchor, struct bytes *served, int count)
{
	static struct bytes dn;
	static br_ssl_client_context client;
	br_x509_trust_anchor ta;
	br_x509_pkey *pk = load(anchor, &dn);
	unsigned usages = 0;

	memset(&ta, 0, sizeof ta);
	if (pk != NULL) {
		ta.dn.data = dn.data;
		ta.dn.len = dn.len;
		ta.flags = br_x509_decoder_isCA(&roomy.decoder) ? BR_X509_TA_CA : 0;
		ta.pkey = *pk;
	}
	br_x509_minimal_init(&minimal, &br_sha256_vtable, &ta, pk != NULL);
	br_ssl_client_zero(&client);
	br_ssl_engine_set_default_rsavrfy(&client.eng);
	br_ssl_engine_set_default_ecdsa(&client.eng);
	br_x509_minimal_set_rsa(&minimal, br_ssl_engine_get_rsavrfy(&client.eng));
	br_x509_minimal_set_ecdsa(&minimal, br_ssl_engine_get_ec(&client.eng), br_ssl_engine_get_ecdsa(&client.eng));
	set_hashes(&client, &minimal);
	br_x509_minimal_set_time(&minimal, days, seconds);
	host.data[host.len] = 0;
	const br_x509_class **x = &minimal.vtable;
	(*x)->start_chain(x, (const char *)host.data);
	for (int i = 0; i < count; i++) {
		(*x)->start_cert(x, (uint32_t)served[i].len);
		for (size_t at = 0; at < served[i].len; at += PUSHED)
			(*x)->append(x, served[i].data + at, served[i].len - at < PUSHED ? served[i].len - at : PUSHED);
		(*x)->end_cert(x);
	}
	unsigned code = (*x)->end_chain(x);
	(*x)->get_pkey(x, &usages);
	printf("%u %u", code, code == 0 ? usages : 0);
}

/* batch reads cases to the end of the input and prints a line for each: byte
   strings after their lengths, the first of which is the kind.

     fingerprint CERTIFICATE                               the key that is found
     key CERTIFICATE                                       1 and the key, or 0
     ca DAYS SECONDS HOST ANCHOR LEAF INTERMEDIATE         error number and usages */
static int batch(void)
{
	static struct bytes kind, days, seconds, host, anchor, der[2], dn;
	while (get_bytes(&kind)) {
		switch (kind.data[0]) {
		case 'f':
			get_bytes(&der[0]);
			fingerprint(der[0]);
			break;
		case 'k':
			get_bytes(&der[0]);
			if (load(der[0], &dn) != NULL) {
				printf("1");
				put_key(&roomy.decoder.pkey);
			} else {
				printf("0 none");
			}
			break;
		default:
			get_bytes(&days);
			get_bytes(&seconds);
			get_bytes(&host);
			get_bytes(&anchor);
			get_bytes(&der[0]);
			get_bytes(&der[1]);
			days.data[days.len] = seconds.data[seconds.len] = 0;
			chain((uint32_t)atol((char *)days.data), (uint32_t)atol((char *)seconds.data), host, anchor, der, 2);
		}
		printf("\n");
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static br_ssl_client_context client;
	static struct first_certificate first;
	static br_x509_knownkey_context known;
	static br_x509_decoder_context decoder;
	static unsigned char in[16384 + 325], out[16384 + 85];
	struct bytes dn = { NULL, 0 };
	br_x509_trust_anchor anchor;
	br_ssl_session_parameters session;

	if (argc == 2 && strcmp(argv[1], "batch") == 0)
		return batch();
	if (argc != 8) {
		fprintf(stderr, "usage: bearssl PORT NAME RX TX full|basic fingerprint|key|ca FILE.der\n");
		return 2;
	}
	const char *mode = argv[6];
	struct bytes der = read_file(argv[7]);
	br_x509_decoder_init(&decoder, append, &dn);
	br_x509_decoder_push(&decoder, der.data, der.len);
	br_x509_pkey *pk = br_x509_decoder_get_pkey(&decoder);

	set_up(&client, strcmp(argv[5], "basic") == 0);
	memset(&anchor, 0, sizeof anchor);
	if (strcmp(mode, "ca") == 0 && pk != NULL) {
		anchor.dn.data = dn.data;
		anchor.dn.len = dn.len;
		anchor.flags = br_x509_decoder_isCA(&decoder) ? BR_X509_TA_CA : 0;
		anchor.pkey = *pk;
	}
	br_x509_minimal_init(&minimal, &br_sha256_vtable, &anchor, anchor.dn.len > 0);
	br_x509_minimal_set_rsa(&minimal, br_ssl_engine_get_rsavrfy(&client.eng));
	br_x509_minimal_set_ecdsa(&minimal, br_ssl_engine_get_ec(&client.eng), br_ssl_engine_get_ecdsa(&client.eng));
	set_hashes(&client, &minimal);
	if (strcmp(mode, "fingerprint") == 0) {
		br_sha1_context sha1;
		br_sha1_init(&sha1);
		br_sha1_update(&sha1, der.data, der.len);
		br_sha1_out(&sha1, first.wanted);
		first.vtable = &first_certificate_class;
		br_ssl_engine_set_x509(&client.eng, &first.vtable);
	} else if (strcmp(mode, "key") == 0 && pk != NULL) {
		unsigned usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
		if (pk->key_type == BR_KEYTYPE_RSA)
			br_x509_knownkey_init_rsa(&known, &pk->key.rsa, usages);
		else
			br_x509_knownkey_init_ec(&known, &pk->key.ec, usages);
		br_ssl_engine_set_x509(&client.eng, &known.vtable);
	} else {
		br_ssl_engine_set_x509(&client.eng, &minimal.vtable);
	}
	br_ssl_engine_set_buffers_bidi(&client.eng, in, (size_t)atoi(argv[3]) + 325, out, (size_t)atoi(argv[4]) + 85);
	br_ssl_client_reset(&client, argv[2], 0);

	int s = dial(argv[1]);
	int error = handshake(&client.eng, s);
	close(s);
	br_ssl_engine_get_session_parameters(&client.eng, &session);
	printf("error=%d version=0x%04x suite=0x%04x curve=%d\n", error, session.version, session.cipher_suite,
		br_ssl_engine_get_ecdhe_curve(&client.eng));
	return 0;
}
