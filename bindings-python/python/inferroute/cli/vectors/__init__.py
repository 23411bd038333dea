"""``inferroute test``: runs vectors written for gateways in general and compares what the library answers.

A vector holds manifests, a state, requests and an expectation, one JSON object a line; README.md of the Python package says which fields there
are. What the library has no word for is skipped with the reason, never passed over: a field that is not known here is a reason too.
"""
