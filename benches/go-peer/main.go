// Command go-peer serves the key-value store as a plugin on the public Go SDK.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/hashicorp/vault/api"
	"github.com/hashicorp/vault/sdk/plugin"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "go-peer:", err)
		os.Exit(1)
	}
}

// serve runs the plugin the way the SDK's guide for plugin authors does.
func serve() error {
	meta := &api.PluginAPIClientMeta{}
	flags := meta.FlagSet()
	flags.SetOutput(io.Discard)
	// Servers pass on whatever arguments their operators configured; unknown ones are ignored.
	_ = flags.Parse(os.Args[1:])
	return plugin.ServeMultiplex(&plugin.ServeOpts{
		BackendFactoryFunc: Factory,
		TLSProviderFunc:    api.VaultPluginTLSProvider(meta.GetTLSConfig()),
	})
}
