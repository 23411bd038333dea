//! The few names and values that generated objects and requests are made of.

/// `a-b/x` is less than `a/x` though `a` is less than `a-b`.
pub(crate) const NAMESPACES: [&str; 4] = ["default", "a", "a-b", "b"];

/// Routes; `r-0` sorts before `r/` would.
pub(crate) const ROUTES: [&str; 5] = ["r", "r-0", "r0", "r.a", "s"];

/// Backends, pools and endpoints share names, so that a reference by the wrong kind finds something.
pub(crate) const BACKENDS: [&str; 6] = ["b0", "b1", "b-0", "b10", "p0", "e1"];
pub(crate) const POOLS: [&str; 4] = ["p0", "p1", "p-0", "b0"];
pub(crate) const MISSING: &str = "missing";

pub(crate) const HEADER_NAMES: [&str; 10] =
    ["x-a", "X-A", "x-A", "x-b", "X-B", "x-c", "x_a", "x-ai-eg-model", "X-AI-EG-Model", "accept"];

pub(crate) const VALUES: [&str; 14] =
    ["a", "a", "a", "b", "b", "A", "a,b", "b,a", "a,a", ",a", "a,", "ab", "a b", "é"];

pub(crate) const REGEXES: [&str; 20] = [
    "a",
    "b|a",
    "a|ab",
    ".",
    ".*",
    ".+",
    "a?",
    "[ab]+",
    "(?i)A",
    "(?i:a)|b",
    "^a$",
    "^a|b$",
    "a(,a)*",
    "(a|b)(,(a|b))*",
    "[^,]*",
    "\\x61",
    "a{1,2}",
    "\\w+",
    "m\\d",
    "a|",
];

pub(crate) const MODELS: [&str; 5] = ["m0", "m1", "M0", "a", "m0,m1"];

pub(crate) const HOSTNAMES: [&str; 8] = ["a.b", "x.a.b", "c.d", "*.a.b", "*.b", "*.x.a.b", "y.x.a.b", "*.d"];

pub(crate) const HOSTS: [&str; 16] = [
    "a.b",
    "A.B",
    "a.b:80",
    "x.a.b",
    "X.a.B:8080",
    "y.x.a.b",
    "y.x.a.b:443",
    "z.y.x.a.b",
    "xa.b",
    "b",
    "c.d",
    "e.c.d",
    "a.b.",
    "a.b.c",
    "[::1]:80",
    "",
];

pub(crate) const LABEL_KEYS: [&str; 4] = ["app", "app", "tier", "example.com/app"];
pub(crate) const LABEL_VALUES: [&str; 6] = ["x", "x", "x", "y", "X", ""];

/// Oldest first; one stands twice, so that ages often tie.
pub(crate) const TIMES: [&str; 5] = [
    "2024-12-31T23:59:59Z",
    "2025-01-02T03:04:05Z",
    "2025-01-02T03:04:05Z",
    "2025-01-02T03:04:06Z",
    "2025-11-02T03:04:05Z",
];

pub(crate) const WEIGHTS: [u64; 8] = [0, 0, 1, 1, 2, 3, 10, 2_147_483_647];
pub(crate) const TARGET_WEIGHTS: [u64; 5] = [1, 1, 2, 99, 1_000_000];
pub(crate) const PORTS: [u64; 5] = [8000, 8001, 80, 9000, 10_000];

pub(crate) const ADDRESSES: [&str; 12] = [
    "10.0.0.1",
    "10.0.0.2",
    "10.0.0.10",
    "10.0.0.1:8000",
    "10.0.0.2:9",
    "0.0.0.0:65535",
    "::1",
    "2001:db8::1",
    "[::1]",
    "[2001:db8::2]",
    "[::1]:8000",
    "[2001:db8::1]:443",
];

pub(crate) const LOADS: [u64; 10] = [0, 0, 1, 1, 1, 2, 3, 7, 1000, 4_294_967_295];
