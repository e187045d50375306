package pinfile

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"espost/internal/atomicfile"
	"espost/internal/platform"
	"espost/internal/readfile"
)

const (
	keySize = 65 // of a point of P-256, uncompressed (SEC 1, 2.3.3)
	idSize  = 8
)

// A Key is the public half of a signing key: a point of P-256, uncompressed.
type Key [keySize]byte

// IsZero reports whether k is no key.
func (k Key) IsZero() bool { return k == Key{} }

// String returns the key's 130 digits, "" for none.
func (k Key) String() string {
	if k.IsZero() {
		return ""
	}
	return digits(k[:])
}

// ID names the key in files and in the names of files: the first 16 digits of its SHA-256.
func (k Key) ID() string {
	sum := sha256.Sum256(k[:])
	return digits(sum[:idSize])
}

func (k Key) public() (*ecdsa.PublicKey, error) {
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k[:])
	if err != nil {
		return nil, errors.New("the signing key is no point of the curve P-256")
	}
	return public, nil
}

// ParseKey reads what String writes.
func ParseKey(text string) (Key, error) {
	var k Key
	data, err := hex.DecodeString(text)
	if err != nil || len(data) != keySize {
		return Key{}, errors.New("a signing key's public half has 130 hexadecimal digits")
	}
	copy(k[:], data)
	_, err = k.public()
	return k, err
}

func publicOf(key *ecdsa.PrivateKey) (Key, error) {
	if key.Curve != elliptic.P256() {
		return Key{}, errors.New("the signing key is of another curve than P-256")
	}
	data, err := key.PublicKey.Bytes()
	if err != nil {
		return Key{}, err
	}
	return Key(data), nil
}

// CreateKey makes a signing key and writes it to a file that isn't there yet, readable
// by its owner alone, PKCS #8 in PEM. Its folder is made where there is none.
func CreateKey(path string) (Key, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Key{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Key{}, err
	}
	folder, name := filepath.Split(path)
	folder = filepath.Clean(folder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Key{}, fmt.Errorf("making the folder of the signing key: %w", atomicfile.Named(folder, err))
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Key{}, fmt.Errorf("opening the folder of the signing key: %w", err)
	}
	defer root.Close()
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	err = atomicfile.Create(root, name, text, 0o600) // mutant TestKeyFile: 0o600 => 0o644
	if errors.Is(err, fs.ErrExist) {
		return Key{}, fmt.Errorf("%s is there already; a key is never overwritten: %w", path, err)
	}
	if err != nil {
		return Key{}, fmt.Errorf("writing the signing key: %w", err)
	}
	return publicOf(key)
}

// maxKeyFile is the most bytes of a key's file.
const maxKeyFile = 8 << 10

// ReadKey reads a signing key's file, which must be readable by its owner alone.
func ReadKey(path string) (*ecdsa.PrivateKey, Key, error) {
	block, err := readPEM(path)
	if err != nil {
		return nil, Key{}, err
	}
	if info, err := os.Stat(path); err == nil && platform.Here.OthersRead(info.Mode()) { // mutant TestKeyFile: err == nil => err != nil
		return nil, Key{}, fmt.Errorf("others can read the signing key %s; let only yourself: chmod 600 %s", path, path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || block.Type != "PRIVATE KEY" {
		return nil, Key{}, fmt.Errorf("%s holds no signing key; espost pins init makes one", path)
	}
	public, err := publicOf(key)
	return key, public, err
}

// ReadPublic reads the public half of a key from a file with either half in PEM
// (openssl pkey -pubout), so that a key that is kept offline need not be there.
func ReadPublic(path string) (Key, error) {
	block, err := readPEM(path)
	if err != nil {
		return Key{}, err
	}
	if block.Type == "PRIVATE KEY" {
		_, public, err := ReadKey(path)
		return public, err
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PublicKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return Key{}, fmt.Errorf("%s holds no key of the curve P-256", path)
	}
	data, err := key.Bytes()
	if err != nil {
		return Key{}, err
	}
	return Key(data), nil
}

func readPEM(path string) (*pem.Block, error) {
	text, err := readfile.Read(path, maxKeyFile)
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key in PEM", path)
	}
	return block, nil
}
