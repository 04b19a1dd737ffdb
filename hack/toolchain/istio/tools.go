//go:build tools

// Package toolchain pins the commands that the local cluster is built from.
package toolchain

import (
	_ "istio.io/istio/pilot/cmd/pilot-discovery"
	_ "istio.io/istio/pilot/cmd/pilot-agent"
	_ "istio.io/istio/istioctl/cmd/istioctl"
	_ "istio.io/istio/cni/cmd/install-cni"
	_ "istio.io/istio/cni/cmd/istio-cni"
)
