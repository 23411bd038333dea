'use strict'
// Manifests that several tests load. The name keeps it from being run as a test: node runs `*.test.*`.

const pool = `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  rules:
    - name: golden
      matches: [{headers: [{name: X-Tier, value: gold}]}]
      backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: gpus}
spec:
  selector: {matchLabels: {app: vllm}}
  targetPorts: [{number: 8000}]
`

/** A router on `pool` with this many endpoints. */
function withEndpoints(Router, count, options) {
  const router = new Router(pool, { seed: 42, ...options })
  router.observe({
    event: 'endpoints_replaced',
    endpoints: Array.from({ length: count }, (_, i) => ({ name: `vllm-${i}`, address: `10.0.0.${i + 1}`, labels: { app: 'vllm' } })),
  })
  return router
}

module.exports = { pool, withEndpoints }
