#!/bin/sh
# Starts the picker and an Envoy before it, and ends both together. From the environment: MANIFEST, ENDPOINTS, and, where they differ from envoy.yaml,
# LISTEN and ADMIN (addresses on 127.0.0.1 of Envoy and of the picker's admin), PORT (of the endpoints), FIRST_BYTE (time limit of an attempt), PICKER (the
# program). With PLAIN=1 it starts an Envoy alone that takes the endpoints in turn.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
config=$(mktemp --suffix .yaml)
started=
trap 'kill $started 2>/dev/null || true; wait; rm -f "$config"' EXIT
trap 'exit 0' TERM INT
grpc=0
listen=${LISTEN:-127.0.0.1:8080}
if [ -n "${PLAIN:-}" ]; then
    file=$here/plain.yaml
else
    file=$here/envoy.yaml
    grpc=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "${PICKER:-$root/target/examples/debug/envoy-ext-proc}" --manifest "$MANIFEST" --endpoints "$ENDPOINTS" \
        --listen "127.0.0.1:$grpc" --admin "${ADMIN:-127.0.0.1:9003}" &
    started=$!
fi
sed -e "s/port_value: 8080/port_value: ${listen##*:}/" -e "s/port_value: 8000/port_value: ${PORT:-8000}/" \
    -e "s/port_value: 9002/port_value: $grpc/" -e "s/port_value: 9901/port_value: 0/" \
    -e "s/per_try_timeout: 60s/per_try_timeout: ${FIRST_BYTE:-60s}/" "$file" > "$config"
"$here/../.venv/bin/envoy" --use-dynamic-base-id --concurrency "${CONCURRENCY:-1}" --log-level warn -c "$config" &
started="$started $!"
wait
