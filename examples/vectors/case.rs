// A case of decisions.json, for the tests of the hosts in Rust, which include this file.

/// A request, and what every gateway must make of it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) model: String,
    pub(crate) headers: std::collections::BTreeMap<String, String>,
    pub(crate) expect: Expect,
}

/// What a decision, or its absence, must say.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) status: u16,
    pub(crate) reason: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) rule: Option<String>,
    pub(crate) endpoints: Option<Vec<String>>,
    pub(crate) model: Option<String>,
}
