// A worker that sends requests on as they came: what the gateway's added latency in workerd is measured against.
let turn = 0

export default {
  fetch(request, { ADDRESSES }) {
    const { pathname, search } = new URL(request.url)
    return fetch(`http://${ADDRESSES[turn++ % ADDRESSES.length]}${pathname}${search}`, request)
  },
}
